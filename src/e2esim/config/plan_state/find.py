"""Which plan a promise stands on: the newest of the data as they are, else the newest of these data as they were."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from e2esim.config.plan_state.fingerprint import changed_files, file_hashes
from e2esim.config.plan_state.snapshot import HEAD, Head, read_head
from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem

RUNS = Path("runs")  # where plans go without --out
WITH_DATA = "plan"  # folder beside the tables of a company that holds the plan in force, where a run has written it


@dataclass(frozen=True, kw_only=True)
class FoundPlan:
    """A plan, and the files of the data that have changed since it was made."""

    head: Head
    changed: tuple[str, ...]


def find_plan(data: Path, named: Path | None, runs: Path = RUNS) -> FoundPlan | None:
    """Return the plan in `named`, else the newest plan of `data` below `runs` or with the data, None if there is none.

    A plan of the very same bytes goes before one of the same place whose files have changed since.

    Raises
    ------
    InputErrors
        If `named` holds no plan.
    """
    now = file_hashes(data)
    if named is not None:
        return _named(named, now)
    own = [data / WITH_DATA / HEAD] if data.is_dir() else []
    heads = [head for path in (*runs.glob(f"[!.]*/{HEAD}"), *own) if (head := read_head(path.parent)) is not None]
    place = str(data.resolve())
    found = [FoundPlan(head=head, changed=changed_files(head.files, now)) for head in heads if dict(head.files) == now or head.data == place]
    return max(found, key=lambda plan: (not plan.changed, plan.head.made, str(plan.head.folder)), default=None)


def _named(folder: Path, now: dict[str, str]) -> FoundPlan:
    head = read_head(folder)
    if head is None:
        message = "this folder holds no plan that can be promised from"
        remedy = f"name a folder that e2esim plan has written (it holds {HEAD}), or plan anew"
        raise InputErrors([Problem(file=COMMAND_LINE, column="--plan", value=str(folder), message=message, remedy=remedy)])
    return FoundPlan(head=head, changed=changed_files(head.files, now))
