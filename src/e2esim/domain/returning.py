"""What becomes of pieces that come back, by cause: as new into the stock, repaired, sold as B-grade, or recycled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import ReturnCause

F = npt.NDArray[np.float64]

CAUSES = ("defect", "damage", "second_thoughts", "unsold")
SORTED_AS = ("as new", "repaired", "B-grade", "recycled")  # what becomes of a piece
USUAL_AS_NEW = {"second_thoughts": 0.5, "unsold": 1.0}  # share that can be sold again as new where nothing is stated; assumed


@dataclass(frozen=True, kw_only=True)
class Treatment:
    """Shares and costs by `ReturnCause`, (causes,)."""

    as_new: F  # share of the pieces that go back into the stock as they are
    repaired: F  # share of the others that is repaired and goes back into the stock
    repair_eur: F  # [EUR/unit]
    recycled: F  # share of what is left that is recycled or thrown away; the rest is sold as B-grade
    recycle_eur: F  # [EUR/unit] negative: what it brings

    def sellable(self, cause: ReturnCause) -> float:
        """Share of the pieces that can be sold as new again, repaired ones too.

        >>> usual_treatment().sellable(ReturnCause.SECOND_THOUGHTS)
        0.5
        """
        return float(self.as_new[cause] + (1.0 - self.as_new[cause]) * self.repaired[cause])

    def b_grade(self, cause: ReturnCause) -> float:
        """Share that is sold as B-grade."""
        return (1.0 - self.sellable(cause)) * float(1.0 - self.recycled[cause])

    def cost_eur(self, cause: ReturnCause) -> float:
        """What repair and recycling take of a piece on average [EUR]."""
        mended = (1.0 - self.as_new[cause]) * self.repaired[cause]
        gone = (1.0 - self.sellable(cause)) * self.recycled[cause]
        return float(mended * self.repair_eur[cause] + gone * self.recycle_eur[cause])


def usual_treatment() -> Treatment:
    """What is done with returned goods where table ``returns`` says nothing."""
    n = len(ReturnCause)
    as_new = np.zeros(n)
    for name, share in USUAL_AS_NEW.items():
        as_new[ReturnCause[name.upper()]] = share
    return Treatment(as_new=as_new, repaired=np.zeros(n), repair_eur=np.zeros(n), recycled=np.zeros(n), recycle_eur=np.zeros(n))
