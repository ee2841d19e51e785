"""From the facts of a network to the arrays its kernels work on."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from e2esim.chain.network import columns as C
from e2esim.chain.network.columns import NetworkState
from e2esim.chain.network.pack_planned import lay_out_plans
from e2esim.chain.network.pack_times import ShiftRows, lay_out_times, usual_lead
from e2esim.domain.chance import Chance
from e2esim.domain.network import MOMENTS, NetworkClock, SupplyNetwork, address_of, laws_of, open_days_of
from e2esim.domain.network_rows import CentreRow, OpenDays, OperationRow
from e2esim.planning.expected_demand import expected_demand
from e2esim.planning.refill_kernels import RULE_CODES
from e2esim.streams import Streams
from e2esim.streams.draws import quantile_table

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
FORECAST_CODES = {"none": 0, "moving_average": 1, "smoothing": 2}
WAY_CODES = {"make": C.MAKE, "buy": C.BUY, "move": C.MOVE}
STREAM_NAMES = ("quantity", "gap", "lead", "shop", "return", "delivery", "reject", "breakdown", "repair")
HOUR = 1.0 / 24.0


def pack(network: SupplyNetwork, clock: NetworkClock, streams: Streams, *, book: bool, record: bool) -> NetworkState:
    """Lay out the arrays of one replication."""
    laws = {law: k for k, law in enumerate(laws_of(network))}
    law, table = _laws(tuple(laws))
    point = _points(network)
    rule, expected = _rules(network, point, clock)
    opens = {days: k for k, days in enumerate(open_days_of(network))}
    shifts = lay_out_times(network)
    way, step = _ways(network, laws, opens, shifts)
    centre, helps = _centres(network, shifts, step)
    user_way = _users(network, point)
    plans = lay_out_plans(network, clock, point, way)
    band, members = _bands(network)
    _open_echelons(network, point)
    heap = 4096 + 4 * network.n
    return NetworkState(
        point=point,
        rule=rule,
        way=way,
        input=_records(C.INPUT, zip(network.input_quantity, network.input_point, strict=True)),
        user_way=user_way,
        echelon=_records(C.INPUT, zip(network.echelon_quantity, network.echelon_point, strict=True)),
        ring=np.zeros(int(point.ring_size.sum()) + 1),
        expected=expected,
        gross=plans.gross,
        planned=plans.planned,
        taker=_records(C.INPUT, plans.takers),
        shift=_records(C.SHIFT, shifts.rows),
        step=step,
        demand=_demands(network, laws, opens),
        receipt=_records(C.RECEIPT, ((r.quantity, r.at_d, p) for r, p in zip(network.receipts, network.receipt_point, strict=True))),
        centre=centre,
        helps=helps,
        law=law,
        table=table,
        band=band,
        member_points=members[0],
        member_demands=members[1],
        member_receipts=members[2],
        book=_empty(C.BOOK, 4096),
        heap=_empty(C.HEAP, heap),
        slot=_empty(C.SLOT, heap),
        tally=np.zeros((network.n, C.TALLY_AND_LEDGER)),
        record=np.zeros((network.n if record else 0, clock.periods, C.RECORD), dtype=np.float32),
        counters=_counters(),
        moment=np.asarray([1 + clock.sequence.index(m) for m in MOMENTS] + [0], dtype=np.int64),
        opens=_next_open(tuple(opens), int(clock.horizon_d) + 1),
        keys=np.asarray([streams.key(f"network.{name}") for name in STREAM_NAMES], dtype=np.uint64),
        clock=np.asarray([clock.horizon_d, clock.warmup_d, clock.period_d, expected.size / max(1, int(rule.plan.max(initial=-1)) + 1), plans.ahead]),
        switches=np.asarray([clock.costs_at == "time", book, record], dtype=np.int64),
    )


def _broken(centre: CentreRow) -> tuple[float, float]:
    """Working days between two breakdowns of a machine, 0 if it has none, and those of a repair."""
    return (centre.mtbf_h * HOUR if centre.mtbf_h < math.inf else 0.0), centre.mttr_h * HOUR


def _empty(kind: np.dtype[np.void], rows: int) -> Any:
    return np.zeros(rows, dtype=kind).view(np.recarray)


def _records(kind: np.dtype[np.void], rows: Iterable[tuple[float, ...]]) -> Any:
    """Rows as a record array, columns in the order of ``kind``."""
    return np.array(list(rows), dtype=kind).view(np.recarray)


def _counters() -> Ints:
    counters = np.zeros(C.COUNTERS, dtype=np.int64)
    counters[[C.N_FREE_SLOTS, C.N_FREE_ROWS]] = -1
    return counters


def _starts(owner: Ints, n: int) -> Ints:
    """Where the rows of each owner begin in a list sorted by owner, (n + 1,)."""
    return np.searchsorted(owner, np.arange(n + 1)).astype(np.int64)


def _points(network: SupplyNetwork) -> Any:
    points, n = network.points, network.n
    table = _empty(C.POINT, n)
    table.on_hand = table.opening = [p.on_hand for p in points]
    table.holding_eur = [p.holding_eur for p in points]
    table.backlog_eur = [p.backlog_eur for p in points]
    table.lost_eur = [p.lost_eur for p in points]
    table.lost = [p.lost for p in points]
    table.partial = [p.partial for p in points]
    table.shop_limit = [p.wip_limit for p in points]
    table.level = network.point_level
    table.head = table.tail = -1
    start = _starts(network.rule_point, n)
    table.rules, table.rules_end = start[:-1], start[1:]
    start = _starts(network.operation_point, n)
    table.ways, table.ways_end = start[:-1], start[1:]
    table.ech, table.ech_end = network.echelon_start[:-1], network.echelon_start[1:]
    return table


def _rules(network: SupplyNetwork, point: Any, clock: NetworkClock) -> tuple[Any, Floats]:
    rows: list[tuple[float, ...]] = []
    drp: dict[int, int] = {}
    for k, (r, p) in enumerate(zip(network.rules, network.rule_point.tolist(), strict=True)):
        numbers = (r.level, r.reorder, r.quantity, r.review_d, r.first_d, r.from_d, r.to_d, r.alpha, _cover(network, k), r.lot_min, r.lot_multiple, r.lot_max)
        plan = drp.setdefault(p, len(drp)) if r.rule == "drp" else -1
        rows.append((*numbers, RULE_CODES[r.rule], r.below, r.echelon, FORECAST_CODES[r.forecast], r.sends_back, plan))
        point.is_echelon[p] |= int(r.echelon)
        point.ring_size[p] = max(point.ring_size[p], r.window)
    point.ring = np.concatenate([[0], np.cumsum(point.ring_size)[:-1]])
    return _records(C.RULE, rows), expected_demand(network, list(drp), clock.horizon_d).ravel()


def _cover(network: SupplyNetwork, rule: int) -> float:
    """Days of demand a level covers; DRP without a figure covers its review and the lead time of its first source."""
    r = network.rules[rule]
    if r.cover_d or r.rule != "drp":
        return r.cover_d
    first, end = np.searchsorted(network.operation_point, [network.rule_point[rule], network.rule_point[rule] + 1])
    way = network.operations[int(first)] if end > first else None
    return r.review_d + (usual_lead(way) + way.order_delay_d if way else 0.0)


def _ways(network: SupplyNetwork, laws: dict[Chance, int], opens: dict[OpenDays, int], shifts: ShiftRows) -> tuple[Any, Any]:
    centre = {row.centre: (k, HOUR / row.efficiency) for k, row in enumerate(network.centres)}
    ways: list[tuple[float, ...]] = []
    steps: list[tuple[float, ...]] = []
    for k, (o, to) in enumerate(zip(network.operations, network.operation_point.tolist(), strict=True)):
        begin = len(steps)
        steps += _steps(o, centre, laws, begin)
        routings_end = begin + len(o.steps) + sum(len(chain) for chain in o.routings)
        inputs = network.input_start[k : k + 2].tolist()
        address = address_of(o.kind, o.site, o.item, o.source, str(o.priority))
        numbers = (o.order_delay_d, o.order_eur, o.unit_eur, o.shipment_eur, o.transit_eur, o.share, 0.0, 0.0, o.weekly_most, 0.0, o.reject_share)
        expected = (o.way_d, o.lead.expectation, 0.0, 0.0)
        places = (laws[o.lead], begin, begin + len(o.steps), routings_end, len(steps), -1, -1, 0, address, 0, opens.get(o.leaves, -1), *shifts.of(o.works))
        ways.append((*numbers, *expected, -1, WAY_CODES[o.kind], to, *inputs, *places))
    return _records(C.WAY, ways), _records(C.STEP, steps)


def _steps(way: OperationRow, centre: dict[str, tuple[int, float]], laws: dict[Chance, int], begin: int) -> list[tuple[float, ...]]:
    """Rows of the steps of all routings of ``way`` from row ``begin`` on, then those of the same steps at other work centres."""
    ends = [end for chain, end in zip((way.steps, *way.routings), _ends(way, begin), strict=True) for _ in chain]
    places: list[tuple[int, ...]] = []
    elsewhere: list[tuple[int, ...]] = []
    first = begin + len(ends)
    for k, (step, end) in enumerate(zip(way.choices, ends, strict=False)):
        places.append((first + len(elsewhere), first + len(elsewhere) + len(step.others), begin + k, end))
        elsewhere += [(0, 0, begin + k, end) for _ in step.others]
    return [
        (s.setup_h * centre[s.centre][1], s.run_h * centre[s.centre][1], centre[s.centre][0], laws[s.law], *place)
        for s, place in zip(way.choices, places + elsewhere, strict=True)
    ]


def _ends(way: OperationRow, begin: int) -> list[int]:
    """Rows at which the routings of ``way`` end, (routings,)."""
    return (begin + np.cumsum([len(chain) for chain in (way.steps, *way.routings)])).tolist()


def _centres(network: SupplyNetwork, shifts: ShiftRows, step: Any) -> tuple[Any, Ints]:
    """The work centres, and one after the other those that each may help with work that waits there."""
    own = np.arange(len(step))
    help_pairs = sorted({(int(step.centre[k]), int(step.centre[step.of[k]])) for k in own[step.of != own]})
    start = _starts(np.asarray([helper for helper, _ in help_pairs], dtype=np.int64), len(network.centres))
    rows = [
        (*(0.0,) * 6, *_broken(c), c.overtime_eur_h / HOUR, c.machines, 0, -1, -1, *shifts.of(c.works), *shifts.of(c.overtime), start[k], start[k + 1])
        for k, c in enumerate(network.centres)
    ]
    return _records(C.CENTRE, rows), np.asarray([helped for _, helped in help_pairs], dtype=np.int64)


def _next_open(patterns: tuple[OpenDays, ...], days: int) -> Ints:
    """First open day from each day on, (patterns, days)."""
    return np.array([days_of.next_open(days) for days_of in patterns], dtype=np.int64).reshape(len(patterns), days)


def _demands(network: SupplyNetwork, laws: dict[Chance, int], opens: dict[OpenDays, int]) -> Any:
    rows: list[tuple[float, ...]] = []
    for d, p in zip(network.demands, network.demand_point.tolist(), strict=True):
        address = address_of(d.site, d.item, d.customer, f"{d.first_d:g}", *([d.order] if d.order else []))
        numbers = (d.first_d, d.to_d, d.price_eur, d.delivery_eur, d.return_share, d.return_d, d.first_d)
        rows.append((*numbers, p, laws[d.gap], laws[d.quantity], laws[d.delivery], d.priority, 0, address, d.gap_first, opens.get(d.leaves, -1)))
    return _records(C.DEMAND, rows)


def _users(network: SupplyNetwork, point: Any) -> Ints:
    """Make operations that take from each stock point, in order of the stock point."""
    pairs = sorted(
        {
            (int(p), k)
            for k, o in enumerate(network.operations)
            if o.kind == "make"
            for p in network.input_point[network.input_start[k] : network.input_start[k + 1]]
        }
    )
    start = _starts(np.asarray([p for p, _ in pairs], dtype=np.int64), network.n)
    point.users, point.users_end = start[:-1], start[1:]
    return np.asarray([k for _, k in pairs], dtype=np.int64)


def _bands(network: SupplyNetwork) -> tuple[Any, tuple[Ints, Ints, Ints]]:
    """Members of each independent part: where they begin (parts + 1,) in the three lists of stock points, streams of demand and receipts."""
    of = network.point_band
    n = int(of.max(initial=-1)) + 1
    lists, starts = [], []
    for owner in (np.arange(network.n), network.demand_point, network.receipt_point):
        label = of[owner]
        lists.append(np.argsort(label, kind="stable").astype(np.int64))
        starts.append(_starts(np.sort(label), n))
    return _records(C.BAND, zip(*starts, strict=True)), (lists[0], lists[1], lists[2])


def _open_echelons(network: SupplyNetwork, point: Any) -> None:
    """Opening position of every echelon: what lies or comes anywhere below it, in its units."""
    held = point.on_hand.copy()
    np.add.at(held, network.receipt_point, [r.quantity for r in network.receipts])
    owner = np.repeat(np.arange(network.n), np.diff(network.echelon_start))
    np.add.at(point.echelon, network.echelon_point, held[owner] * network.echelon_quantity)


def _laws(laws: tuple[Chance, ...]) -> tuple[Any, Any]:
    """Code and two numbers of each law, and the tables of those drawn from a table."""
    rows: list[tuple[float, ...]] = []
    values: list[Floats] = [np.zeros(0)]
    chances: list[Floats] = [np.zeros(0)]
    tables: dict[object, tuple[int, int]] = {}
    at = 0
    for law in laws:
        code, a, b, key = _code(law)
        if code in (C.FROM_TABLE, C.DISCRETE) and key not in tables:
            x, p = _table(law)
            values.append(x)
            chances.append(p)
            tables[key] = (at, at + x.size)
            at += x.size
        rows.append((a, b, code, *tables.get(key, (0, 0))))
    return _records(C.LAW, rows), _records(C.TABLE, zip(np.concatenate(values), np.concatenate(chances), strict=True))


def _code(law: Chance) -> tuple[int, float, float, object]:
    """Code, two numbers and the key of the table of ``law``: tables that differ by a factor only are one."""
    m, sd = law.mean, law.sd
    if law.law == "exponential":
        return C.EXPONENTIAL, m, 0.0, None
    if law.law == "normal":
        return (C.NORMAL, m, sd, None) if sd else (C.CONSTANT, m, 0.0, None)
    if law.law == "uniform":
        return C.UNIFORM, max(0.0, m - math.sqrt(3.0) * sd), m + math.sqrt(3.0) * sd, None
    if law.law == "lognormal":
        spread = math.log1p((sd / m) ** 2)
        return C.LOGNORMAL, math.log(m) - spread / 2.0, math.sqrt(spread), None
    if law.law == "gamma":
        return C.FROM_TABLE, m, 0.0, ("gamma", round(sd / m, 6))
    if law.law in ("poisson", "negative_binomial", "empirical"):
        return C.DISCRETE, 1.0, 0.0, law
    return C.CONSTANT, m, 0.0, None


def _table(law: Chance) -> tuple[Floats, Floats]:
    """Values and cumulative probabilities of a law drawn from a table."""
    if law.law == "gamma":
        shape = (law.mean / law.sd) ** 2
        x = quantile_table("gamma", shape, 1.0 / shape)
        return x, np.linspace(0.0, 1.0, x.size)
    if law.law == "empirical":
        weights = np.asarray(law.weights or (1.0,) * len(law.values), dtype=np.float64)
        order = np.argsort(np.asarray(law.values), kind="stable")
        p = np.cumsum(weights[order] / weights.sum())
        p[-1] = 1.0
        return np.asarray(law.values, dtype=np.float64)[order], p
    if law.law == "poisson":
        counts = _counts(law.mean, math.sqrt(law.mean))
        p = np.asarray(stats.poisson(law.mean).cdf(counts), dtype=np.float64)
    else:
        size = law.mean**2 / (law.sd**2 - law.mean)
        counts = _counts(law.mean, law.sd)
        p = np.asarray(stats.nbinom(size, size / (size + law.mean)).cdf(counts), dtype=np.float64)
    last = int(np.searchsorted(p, 1.0 - 1e-15)) + 1
    p = p[:last]
    p[-1] = 1.0
    return counts[:last], p


def _counts(mean: float, sd: float) -> Floats:
    """Whole numbers that a count of this mean and spread may take."""
    return np.arange(max(0, math.floor(mean - 10.0 * sd)), math.ceil(mean + 12.0 * sd) + 12).astype(np.float64)

