"""What expires under a plan before anybody uses it."""

from __future__ import annotations

import numpy as np
import polars as pl

from e2esim.report.plan.view import PlanView, frame


def expires_frame(view: PlanView) -> pl.DataFrame:
    """One row an item and day from which pieces may not be used any more; value at the preferred price, 0 where there is none."""
    f, gone = view.facts, () if view.aged is None else view.aged.gone
    item = np.array([one.item for one in gone], dtype=np.int64)
    qty = np.array([one.qty for one in gone], dtype=np.float64)
    price = np.zeros(f.n_items)
    best = np.lexsort((f.source_price, f.source_priority))[::-1]
    price[f.source_item[best]] = f.source_price[best]
    return frame(
        {
            **view.of_items(item),
            "unusable": view.dates(np.array([one.day for one in gone], dtype=np.int64)),
            "qty": qty.round(3),
            "from_lot": np.array(["yes" if one.made else "no" for one in gone], dtype=object),
            "value_eur": (price[item] * qty).round(2),
        }
    )
