"""A planner's folder: what its tables hold, how they are read and what is refused, up to the `PlanCase`.

`read_plan_data(DATA)` is the door; `schema` says what the tables hold (``docs/plan_data.md`` is generated from it),
`tidy` forgives what exports of an ERP do to files, `checks_*` find what cannot be planned, `build` lays it out and
`released` keeps what an earlier plan has begun. Adding a column: a line in `schema`, its use in `build`.
"""

from __future__ import annotations

from e2esim.config.plan_data.door import PlanData, read_demand_data, read_plan_data

__all__ = ["PlanData", "read_demand_data", "read_plan_data"]
