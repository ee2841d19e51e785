"""What a reader must know about the runs that are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from e2esim.report.differs import Changed


@dataclass(frozen=True, kw_only=True)
class ComparisonFacts:
    """What a reader must know about the runs compared.

    ``runs``: overrides by name; ``changed``: what each has else than the base; ``seed``, ``scale`` and ``period`` of all; ``title``.
    """

    title: str
    runs: Mapping[str, Sequence[str]]
    changed: Mapping[str, Sequence[Changed]] = field(default_factory=dict)
    seed: int = 1
    scale: float = 1.0
    period: str = ""
