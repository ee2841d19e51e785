"""Kernels of the lot search: replan a few items over a few weeks, exactly, given what all others do.

A plan is a table of *coverage*: ``cover[i, t]`` counts the demand quanta of item i (each week's demand cut into
``grain`` equal parts, in due order) that are made by the end of week t. Making nothing leaves the count where it was;
every rise is one lot with one set-up. Holding, backlog, set-up and overtime cost are all functions of that table.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

INFINITE = 1e300


class SearchFacts(NamedTuple):
    """Facts of the search: items (n_items,), routing (n_steps, n_items), centres (n_centres, n_weeks).

    ``cumulative`` is the demand of the first k quanta, (n_items, n_weeks * grain + 1) [pcs]; ``ahead`` the most weeks
    an item is made early; ``late`` the most weeks any item is made late; ``price`` of overtime and ``steep`` of what
    lies beyond it [EUR/h]; ``members`` lists the items of a centre, (n_centres, most), ``n_members`` of them.
    """

    cumulative: Floats
    ahead: Ints
    late: int
    grain: int
    holding: Floats
    backlog: Floats
    setup_cost: Floats
    centre: Ints
    run_h: Floats
    setup_h: Floats
    capacity_h: Floats
    overtime_h: Floats
    price: float
    steep: float
    members: Ints
    n_members: Ints


class Space(NamedTuple):
    """Work space of one item's dynamic program: (width,) and (n_weeks, width)."""

    state: Floats
    made: Floats
    from_lot: Ints


@njit(cache=True, inline="always")
def overload_cost(load: float, capacity: float, overtime: float, price: float, steep: float) -> float:
    """Cost of a load [h] on one centre and week: free, then overtime at ``price``, then ``steep`` [EUR/h]."""
    over = load - capacity
    if over <= 0.0:
        return 0.0
    if over <= overtime:
        return price * over
    return price * overtime + steep * (over - overtime)


@njit(cache=True, nogil=True)
def uniform(bits: npt.NDArray[np.uint64]) -> float:
    """Next draw in [0, 1) of the splitmix64 generator whose state is ``bits``, (1,)."""
    bits[0] += np.uint64(0x9E3779B97F4A7C15)
    z = bits[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return float(z >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@njit(cache=True, nogil=True)
def replan_item(item: int, first: int, last: int, cover: Ints, load: Floats, shop: SearchFacts, space: Space) -> float:
    """Cheapest coverage of one item in the weeks ``first`` to ``last - 1`` with both ends held; writes ``cover[item]``.

    Dynamic program over (week, coverage), the coverage counted from ``late`` weeks of backlog. ``load``: what the other
    items put on the centres, (n_centres, n_weeks) [h]. Returns the cost of the stretch [EUR], overload included.
    """
    grain, late = shop.grain, shop.late
    n_steps, n_quanta = shop.centre.shape[0], cover.shape[1] * grain
    width = (shop.ahead[item] + late + 1) * grain + 1
    hold, back = shop.holding[item], shop.backlog[item]
    quanta, state, made = shop.cumulative[item], space.state, space.made
    begin = cover[item, first - 1] if first > 0 else 0
    for w in range(width):
        state[w] = INFINITE
    state[begin - (first - late) * grain] = 0.0
    for t in range(first, last):
        base = (t - late) * grain
        for w in range(width):
            made[w] = state[w]
            space.from_lot[t, w] = w
        idle = shop.setup_cost[item]
        for s in range(n_steps):
            c = shop.centre[s, item]
            if c >= 0:
                idle -= overload_cost(load[c, t], shop.capacity_h[c, t], shop.overtime_h[c, t], shop.price, shop.steep)
        top = min(width, n_quanta - base + 1)
        for w in range(width):
            start = state[w]
            if start >= INFINITE:
                continue
            for w2 in range(max(w + 1, grain), top):
                lot = quanta[base + w2] - quanta[base + w]
                value = start
                if lot > 0.0:
                    value += idle
                    for s in range(n_steps):
                        c = shop.centre[s, item]
                        if c >= 0:
                            hours = load[c, t] + shop.setup_h[s, item] + shop.run_h[s, item] * lot
                            value += overload_cost(
                                hours, shop.capacity_h[c, t], shop.overtime_h[c, t], shop.price, shop.steep
                            )
                if value < made[w2]:
                    made[w2] = value
                    space.from_lot[t, w2] = w
        due = quanta[(t + 1) * grain]
        for w in range(width):  # the same coverage, seen from a week later
            state[w] = INFINITE
            if w + grain < width and made[w + grain] < INFINITE:
                stock = quanta[base + w + grain] - due
                state[w] = made[w + grain] + (hold * stock if stock > 0.0 else -back * stock)
    w = cover[item, last - 1] - (last - late) * grain
    best: float = state[w]
    for t in range(last - 1, first - 1, -1):
        cover[item, t] = (t + 1 - late) * grain + w
        w = space.from_lot[t, w + grain]
    return best


@njit(cache=True, nogil=True)
def place_item(item: int, first: int, last: int, sign: float, cover: Ints, load: Floats, shop: SearchFacts) -> float:
    """Add (sign 1) or take away (-1) one item's lots of some weeks from ``load``; returns the change of cost [EUR]."""
    value = 0.0
    quanta, grain = shop.cumulative[item], shop.grain
    before = cover[item, first - 1] if first > 0 else 0
    for t in range(first, last):
        after = cover[item, t]
        stock = quanta[after] - quanta[(t + 1) * grain]
        value += sign * (shop.holding[item] * stock if stock > 0.0 else -shop.backlog[item] * stock)
        lot = quanta[after] - quanta[before]
        before = after
        if lot <= 0.0:
            continue
        value += sign * shop.setup_cost[item]
        for s in range(shop.centre.shape[0]):
            c = shop.centre[s, item]
            if c < 0:
                continue
            low, capacity, overtime = load[c, t], shop.capacity_h[c, t], shop.overtime_h[c, t]
            high = low + sign * (shop.setup_h[s, item] + shop.run_h[s, item] * lot)
            load[c, t] = high
            value += overload_cost(high, capacity, overtime, shop.price, shop.steep)
            value -= overload_cost(low, capacity, overtime, shop.price, shop.steep)
    return value


@njit(cache=True, nogil=True)
def anneal(
    bits: npt.NDArray[np.uint64], n_moves: int, hot: float, cold: float, most_items: int, shortest: int, longest: int,
    cover: Ints, best_cover: Ints, best: float, shop: SearchFacts,
) -> float:
    """Ruin and recreate: take a few items of one centre out of a stretch of weeks, put them back one by one, each in
    its cheapest way; keep the result if the cost falls, or rises by less than an exponential draw of mean temperature
    [EUR].

    The temperature falls geometrically from ``hot`` to ``cold``; a stretch has ``shortest`` to ``longest`` weeks.
    ``cover`` is left at the current plan; ``best_cover`` at the best plan where it beats ``best``. Returns the best
    cost [EUR].
    """
    n_items, n_weeks = cover.shape
    n_centres = shop.capacity_h.shape[0]
    load = np.zeros((n_centres, n_weeks))
    total = 0.0
    for i in range(n_items):
        total += place_item(i, 0, n_weeks, 1.0, cover, load, shop)
    width = (shop.ahead.max() + shop.late + 1) * shop.grain + 1
    space = Space(np.empty(width), np.empty(width), np.zeros((n_weeks, width), np.int64))
    kept = np.zeros((most_items, n_weeks), np.int64)
    if total < best:
        best = total
        best_cover[:] = cover
    for move in range(n_moves):
        temperature = hot * (cold / hot) ** (move / n_moves)
        c = int(uniform(bits) * n_centres)
        count = shop.n_members[c]
        if count == 0:
            continue
        n = min(1 + int(uniform(bits) * most_items), count)
        length = min(shortest + int(uniform(bits) * (longest - shortest + 1)), n_weeks)
        first = int(uniform(bits) * (n_weeks - length + 1))
        last = first + length
        chosen = shop.members[c]
        value = total
        for j in range(n):  # a random subset in random order: the head of a shuffle
            r = j + int(uniform(bits) * (count - j))
            chosen[j], chosen[r] = chosen[r], chosen[j]
            kept[j, first:last] = cover[chosen[j], first:last]
            value += place_item(chosen[j], first, last, -1.0, cover, load, shop)
        changed = False
        for j in range(n):
            replan_item(chosen[j], first, last, cover, load, shop, space)
            value += place_item(chosen[j], first, last, 1.0, cover, load, shop)
            for t in range(first, last):
                changed = changed or kept[j, t] != cover[chosen[j], t]
        if not changed:
            continue
        if value <= total - temperature * np.log(1.0 - uniform(bits)):
            total = value
            if total < best - 1e-6:
                best = total
                best_cover[:] = cover
            continue
        for j in range(n):  # rejected: put everything back
            place_item(chosen[j], first, last, -1.0, cover, load, shop)
        for j in range(n):
            cover[chosen[j], first:last] = kept[j, first:last]
            place_item(chosen[j], first, last, 1.0, cover, load, shop)
    return best
