"""A planned run stopped on a morning: the company as it stands, written as a folder that every verb opens."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from e2esim.config.plan_data.door import PlanData
    from e2esim.study.planned_runs import PlannedStudy


def save_company(read: PlanData, study: PlannedStudy, folder: Path) -> None:
    """Write the company of the first replication, complete or not at all."""
    from e2esim.config.plan_state.company_folder import write_company
    from e2esim.report.whole_folder import whole_folder
    from e2esim.simulate.factory.stop import stop

    with whole_folder(folder) as partial:
        write_company(read, stop(study.run), partial)
