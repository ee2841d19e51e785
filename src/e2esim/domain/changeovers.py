"""Changeovers: the set-up family of each item and the hours a machine takes from one family to the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl


@dataclass(frozen=True, kw_only=True, eq=False)
class Changeovers:
    """Sequence-dependent set-ups.

    Parameters
    ----------
    families
        Names; the first, '', is that of items without changeovers.
    family : (n_items,)
        Family of each item.
    hours : (n_centres, n_families, n_families)
        Machine hours by family before and after, efficiency included [h].
    """

    families: tuple[str, ...]
    family: npt.NDArray[np.int64]
    hours: npt.NDArray[np.float64]

    def matter(self, centre: int) -> bool:
        """Whether any pair of families costs hours at a work centre."""
        return bool(self.hours[centre].any())

    def expected(self, share: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Mean hours before a lot of each item when lots come in no particular order, (n_centres, n_items) [h].

        ``share`` (n_centres, n_families): shares of the lots of each centre by family.

        Examples
        --------
        >>> c = Changeovers(families=("", "a", "b"), family=np.array([1, 2]), hours=np.array([[[0.0, 0, 0], [0, 0, 2.0], [0, 1.0, 0]]]))
        >>> c.expected(np.array([[0.0, 0.5, 0.5]])).tolist()
        [[0.5, 1.0]]
        """
        return np.asarray(np.einsum("cf,cfg->cg", share, self.hours)[:, self.family])


def lay_out_changeovers(
    items: pl.DataFrame, table: pl.DataFrame, centres: tuple[str, ...], efficiency: npt.NDArray[np.float64], *, used: bool
) -> Changeovers:
    """Changeovers of tables ``items`` and ``changeovers``; none where they are not ``used``."""
    families = ("", *dict.fromkeys(f for f in items["setup_family"].to_list() if f))
    number = {family: k for k, family in enumerate(families)}
    hours = np.zeros((len(centres), len(families), len(families)))
    place = {centre: k for k, centre in enumerate(centres)}
    if used:
        for centre, before, after, h in table.select("work_centre", "from_family", "to_family", "hours").iter_rows():
            hours[place[centre], number[before], number[after]] = h / efficiency[place[centre]]
    return Changeovers(families=families, family=np.array([number[f] for f in items["setup_family"].to_list()], dtype=np.int64), hours=hours)
