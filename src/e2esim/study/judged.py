"""What may be said of many differences at once: a family-wise level, and a size below which a difference does not matter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scipy import stats

from e2esim.study.intervals import interval

MATERIAL = 0.01  # share of the base below which a difference is called immaterial unless somebody says otherwise (assumed)
_POINTS = 100.0  # a scale of points (net promoters) has no base to take a share of: its span stands in
_SHARE, _OF_TURNOVER = 0.1, 0.05  # least of a share, and of money as a share of turnover, that a half-width is held against (assumed)
_MONEY = ("EUR", "EUR/year")
LEVEL = 0.05  # probability that any of a family without a true difference is called different


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One KPI of one scenario against the base: means, paired difference and its 95 % interval.

    Parameters
    ----------
    kpi, unit, base, other, difference, ci_low, ci_high
        Means of both, mean paired difference, its own Student t interval.
    narrowing
        How many times fewer replications the pairing needs than independent runs (variance ratio); None where nothing varies.
    p, p_family
        Two-sided p of the paired t test; the same corrected for all differences judged together (S. Holm 1979).
    family
        How many were judged together.
    matters
        Size below which the difference is called immaterial [unit].
    size
        What its precision is a share of [unit], see `size`; None = the base.
    """

    kpi: str
    unit: str
    base: float
    other: float
    difference: float
    ci_low: float
    ci_high: float
    narrowing: float | None
    p: float
    p_family: float
    family: int = 1
    matters: float = 0.0
    size: float | None = None

    @property
    def seen(self) -> bool:
        """True if the difference is not chance, at the level that holds for the whole family."""
        return self.p_family < LEVEL

    @property
    def seen_alone(self) -> bool:
        """True if its own interval leaves out zero, but among all that are judged with it such a difference may be chance."""
        return not (self.seen or self.ci_low <= 0.0 <= self.ci_high)

    @property
    def material(self) -> bool:
        """True if the difference is at least as large as what matters."""
        return abs(self.difference) >= self.matters

    @property
    def precision(self) -> float | None:
        """Half-width of the interval as a share of ``size``; None where that is zero."""
        size = abs(self.base) if self.size is None else self.size
        return (self.ci_high - self.difference) / size if size > 0.0 else None


def paired(kpi: str, unit: str, base: Sequence[float], other: Sequence[float]) -> Difference:
    """Paired difference of two aligned series of replications.

    Examples
    --------
    >>> d = paired("otif", "share", [0.90, 0.80, 0.85], [0.95, 0.86, 0.90])
    >>> round(d.difference, 4), d.seen
    (0.0533, True)
    """
    gaps = [b - a for a, b in zip(base, other, strict=True)]
    mean, low, high = interval(gaps)
    apart, together = _variance(base) + _variance(other), _variance(gaps)
    p = _chance(mean, together, len(gaps))
    return Difference(
        kpi=kpi,
        unit=unit,
        base=math.fsum(base) / len(base),
        other=math.fsum(other) / len(other),
        difference=mean,
        ci_low=low,
        ci_high=high,
        narrowing=apart / together if together > 0.0 else None,
        p=p,
        p_family=p,
    )


def matters(unit: str, base: float, material: float) -> float:
    """Size below which a difference is immaterial [unit]: ``material`` as a share of the base, of points as a share of 100.

    >>> matters("EUR/year", -200.0, 0.01), matters("points", 0.1, 0.01)
    (2.0, 1.0)
    """
    return material * (_POINTS if unit == "points" else abs(base))


def size(unit: str, base: float, turnover: float = 0.0) -> float:
    """What the half-width of an interval is held against [unit]: the base, but no less than a floor where a level near zero would ask for the impossible.

    Of points their span of 100 and of shares at least a tenth, so that 2 % are .2 of a percentage point; of money at least a twentieth of
    ``turnover``, so that 2 % are .1 % of it (assumed; a relative half-width is the usual rule, and fails near zero: A. M. Law 2015, chapter 9).

    >>> size("points", 0.1), size("share", 0.004), size("share", 0.9), size("EUR/year", 10.0, 1000.0), size("h", 13.0)
    (100.0, 0.1, 0.9, 50.0, 13.0)
    """
    if unit == "points":
        return _POINTS
    floor = _SHARE if unit == "share" else _OF_TURNOVER * abs(turnover) if unit in _MONEY else 0.0
    return max(abs(base), floor)


def judged(found: Sequence[Difference], material: float = 0.0, turnover: float = 0.0) -> tuple[Difference, ...]:
    """Judge differences together: p corrected by Holm, what matters as a share of each base, and what precision is a share of (`size`).

    Examples
    --------
    >>> one = paired("otif", "share", [0.90, 0.80, 0.85], [0.95, 0.86, 0.90])
    >>> [d.seen for d in judged([one] * 20)], judged([one], material=0.1)[0].material
    ([False, False, False, False, False, False, False, False, False, False, False, False, False, False, False, False, False, False, False, False], False)
    """
    corrected = holm([d.p for d in found])
    return tuple(
        replace(d, p_family=p, family=len(found), matters=matters(d.unit, d.base, material), size=size(d.unit, d.base, turnover))
        for d, p in zip(found, corrected, strict=True)
    )


def holm(ps: Sequence[float]) -> list[float]:
    """P values corrected for their number, in their order (S. Holm, A simple sequentially rejective multiple test procedure, 1979).

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(ps)), key=ps.__getitem__)
    found, highest = [0.0] * len(ps), 0.0
    for rank, k in enumerate(order):
        highest = max(highest, min(1.0, (len(ps) - rank) * ps[k]))
        found[k] = highest
    return found


def _chance(mean: float, variance: float, n: int) -> float:
    """Two-sided p of a mean of n values; where nothing varies a difference is certain and no difference is none."""
    if variance <= 0.0:
        return 1.0 if mean == 0.0 else 0.0
    return float(2.0 * stats.t.sf(abs(mean) / math.sqrt(variance / n), n - 1))


def _variance(values: Sequence[float]) -> float:
    mean = math.fsum(values) / len(values)
    return math.fsum((v - mean) ** 2 for v in values) / (len(values) - 1)
