"""One replication of a supply network: carried out by the chain, checked for goods that appear or vanish, handed on as columns."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from e2esim.chain.network import columns as C
from e2esim.chain.network.columns import NetworkState
from e2esim.chain.network.execute import execute
from e2esim.chain.stock import ConservationError
from e2esim.domain.network import NetworkClock, SupplyNetwork
from e2esim.domain.network_outcome import NetworkOutcome
from e2esim.streams import Streams


def simulate_network(
    network: SupplyNetwork,
    clock: NetworkClock,
    *,
    seed: int = 1,
    replication: int = 0,
    book: bool = True,
    record: bool = True,
    progress: Callable[[float], None] | None = None,
) -> NetworkOutcome:
    """Run one replication; without ``book`` and ``record`` only the sums stay.

    Raises
    ------
    ConservationError
        If goods appeared or vanished at a stock point.
    """
    state = execute(network, clock, Streams(seed, replication), book=book, record=record, progress=progress)
    outcome = _outcome(network, clock, state, replication)
    check_goods(outcome)
    return outcome


def check_goods(outcome: NetworkOutcome) -> None:
    """Check that every stock point holds what came less what went.

    Raises
    ------
    ConservationError
        At the first stock point that does not.
    """
    led = outcome.ledger
    opening = np.asarray([p.on_hand for p in outcome.network.points])
    came = opening + led["received"] + led["made"] + led["returned"]
    went = led["sold"] + led["moved"] + led["consumed"] + led["sent_back"]
    wrong = np.abs(came - went - outcome.on_hand) > 1e-6 * (1.0 + came)
    if wrong.any():
        k = int(np.flatnonzero(wrong)[0])
        p = outcome.network.points[k]
        raise ConservationError(f"{p.item} at {p.site}: {came[k]:g} came, {went[k]:g} went, {outcome.on_hand[k]:g} on hand")


def _outcome(network: SupplyNetwork, clock: NetworkClock, s: NetworkState, replication: int) -> NetworkOutcome:
    rows = int(s.counters[C.N_BOOK]) if s.switches[C.KEEP_BOOK] else 0
    return NetworkOutcome(
        network=network,
        clock=clock,
        tally={name: s.tally[:, k] for k, name in enumerate(C.TALLY_NAMES)},
        ledger={name: s.tally[:, C.TALLY + k] for k, name in enumerate(C.LEDGER_NAMES)},
        record={name: s.record[:, :, k] for k, name in enumerate(C.RECORD_NAMES)},
        book={name: s.book[name][:rows] for name in ("kind", "at", "to", "what", "quantity", "got", "lost", "placed", "shipped", "done", "eur")},
        centres={name: s.centre[name] for name in ("used_d", "starts", "waited", "wait_d", "done", "over_d")},
        on_hand=s.point.on_hand,
        under_way_by_operation=s.way.under_way,
        replication=replication,
    )
