"""A company as a supply network that may run: its facts, its clock, and what was assumed where its tables say nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from e2esim.domain.network import NetworkClock, SupplyNetwork
from e2esim.domain.settings import Settings


@dataclass(frozen=True, kw_only=True, eq=False)
class NetworkCompany:
    """``notices``: one sentence for each neutral default that took the place of missing data; ``names``: (table, id) -> name shown in reports."""

    settings: Settings
    network: SupplyNetwork
    clock: NetworkClock
    notices: tuple[str, ...] = ()
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)
