"""Finite multi-level planning of a factory: orders through bills of material, routings, weekly hours and suppliers.

Call `plan(problem, time_limit_s=..., seed=...)` on a `PlanProblem` (read one with `neutral.read_neutral`) and get a
`PlanResult`: lots, purchases, deliveries, full pegging and the why-late ledger. Modules: `problem` and `result` are
facts, `network` and `grid` lay them out, `flow_model`, `flow_lp` and `bounds` write and solve linear programmes,
`limits`, `ways_out`, `fewest` and `trials` say what would help, `*_kernels` execute and
improve, `trace` pegs, `why_late` explains, `planner` tells the story, `neutral` reads and writes CSV, `synthetic`
makes problems up.

To add a rule of the shop floor: state it in `problem`, keep it in `dispatch_kernels.dispatch`, relax it in `flow_model`,
and teach it to the referee of the tests.
"""
