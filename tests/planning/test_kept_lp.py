"""The kept programme: what is read in one message is what the solver tells column by column, also after bounds have moved."""

import numpy as np

from e2esim.planning.kept_lp import KeptLp, Terms


def test_solution_is_read_as_the_solver_has_it():
    rng = np.random.default_rng(7)
    rows, columns = 12, 30
    terms = Terms()
    row, column = np.nonzero(rng.random((rows, columns)) < 0.5)
    terms.add(row, column, rng.uniform(0.5, 3.0, row.size))
    lp = KeptLp(cost=-rng.uniform(1.0, 9.0, columns), terms=terms, n_rows=rows)
    seen = []
    for _ in range(3):
        lp.bound_columns(0, rng.uniform(0.0, 4.0, columns))
        lp.bound_rows(0, np.full(rows, -np.inf), rng.uniform(5.0, 20.0, rows))
        assert lp.solve()
        values, duals = lp.values(0, columns), lp.duals(0, rows)
        assert values.tolist() == [x.solution_value() for x in lp._x]
        assert duals.tolist() == [r.dual_value() for r in lp._rows]
        assert lp.values_at(np.array([3, 0])).tolist() == values[[3, 0]].tolist()
        basic = 4  # MPSolver::BASIC
        assert lp.basic()[0].tolist() == [x.basis_status() == basic for x in lp._x]
        assert int(lp.basic()[0].sum() + lp.basic()[1].sum()) == rows
        seen.append(values.tolist())
    assert seen[0] != seen[1] != seen[2]
