"""What failures have cost in customers' value: consumers who would still come, against the same moments lived without a failure."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from e2esim.domain.outcome import Outcome
from e2esim.kpi.loyalty_kernels import ConsumersValued, CustomerLaw, worth_without
from e2esim.kpi.money import sum_money
from e2esim.kpi.needs import buying
from e2esim.kpi.reading import Reading

F = npt.NDArray[np.float64]
State = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.float32]]  # memory, when it last moved [h], scar


class CustomerLedger:
    """Values the consumers of one outcome at its own margin per purchase."""

    def __init__(self, outcome: Outcome) -> None:
        self.reading = Reading(outcome)
        self.margin = sum_money(self.reading).margin_per_purchase()
        self.buying = buying(self.reading)

    def lost(self, felt: State, spared: State) -> F:
        """Value of each consumer had a failure not been felt, less the value as it is, (n_consumers,) [EUR]."""
        terms, c = self.reading.outcome.terms, self.reading.consumers
        out = np.zeros(len(c["segment"]))
        law = CustomerLaw(
            brands=0,
            window_h=np.zeros((0, 0)),  # who counts as active plays no part
            life_y=np.asarray(terms.category_life_y, dtype=np.float64),
            theta=np.asarray(terms.segment_theta, dtype=np.float64),
            rival=terms.competitor_satisfaction,
            memory_base=terms.memory_base,
            forget_h=math.log(2.0) / (24.0 * terms.memory_half_life_d),
            delight=terms.delight,
            margin=self.margin,
            buying=self.buying,
            discount_y=math.log1p(terms.discount_y),
            horizon_y=terms.clv_horizon_y,
        )
        people = ConsumersValued(*(c[name] for name in ConsumersValued._fields))
        worth_without(people, felt, spared, law, self.reading.end, out)
        return out
