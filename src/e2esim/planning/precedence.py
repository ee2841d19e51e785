"""Precedence: owns the rules that say which waiting line takes scarce stock first.

A wave is two steps. :func:`e2esim.planning.precedence_kernels.split_rows` serves at once whatever is not scarce and
names the rival lines; :func:`choose` orders the rivals by a rule and gives away what is there. So the columns that a
rule needs (the value of a line above all) are worked out for the rivals only.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.planning.precedence_kernels import allocate, sort_rows

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

RULES = ("fifo", "due_date", "priority", "margin", "throughput", "optimised")
WORTH = ("margin", "throughput", "optimised")  # rules that go by what a line is worth, dearest first


def order_rows(rule: str, *, placed: Floats, promised: Floats, priority: Floats, value: Floats) -> Ints:
    """Positions of the lines in the order of the rule, first first; ties by time of order.

    Parameters
    ----------
    rule
        ``fifo``: by ``placed``; ``due_date``: by ``promised``, lines without a promise last; ``priority``: by
        ``priority`` (1 = first), then ``placed``; the rules of `WORTH` by ``value``, dearest first.
    placed, promised, priority : ndarray, (n,)
        [h], [h], [1].
    value : ndarray, (n,)
        What the rule goes by: ``margin`` the contribution of the whole line [EUR], which prefers large lines;
        ``throughput`` the same for a bottleneck hour [EUR/h] (throughput accounting, Goldratt, 1990), which does not
        see the size of a line; ``optimised`` the whole value of serving it now and not later, for a bottleneck hour
        [EUR/h], see :func:`e2esim.planning.serve_value_kernels.serve_value`.

    Raises
    ------
    ValueError
        If the rule is unknown.

    Examples
    --------
    >>> columns = dict(placed=np.array([3.0, 1.0, 2.0]), promised=np.array([5.0, 9.0, np.nan]),
    ...                priority=np.array([2.0, 2.0, 1.0]), value=np.array([10.0, 30.0, 20.0]))
    >>> {rule: order_rows(rule, **columns).tolist() for rule in RULES}
    {'fifo': [1, 2, 0], 'due_date': [0, 1, 2], 'priority': [2, 1, 0], 'margin': [1, 2, 0], 'throughput': [1, 2, 0], 'optimised': [1, 2, 0]}
    """
    if rule not in RULES:
        raise ValueError(f"precedence rule must be one of {', '.join(RULES)}, got {rule!r}")
    first = np.asarray(sort_rows(placed))
    if rule == "fifo":
        return first
    key = {"due_date": promised, "priority": priority}.get(rule, -value)
    return np.asarray(first[sort_rows(key[first])])


def choose(
    rule: str,
    *,
    item: Ints,
    quantity: Floats,
    rank: Ints,
    placed: Floats,
    promised: Floats,
    priority: Floats,
    value: Floats,
    age: Floats,
    on_hand: Floats,
    credit: Floats,
    age_bound: float = np.inf,
    fairness: float = 0.0,
) -> Flags:
    """Choose the rival lines that take what is on hand; each in full or not at all.

    Parameters
    ----------
    item, quantity, rank, placed, promised, priority, value, age : ndarray, (n,)
        Item, pieces [pcs], class, and the columns of :func:`order_rows`; ``age`` in the unit of ``age_bound``.
    on_hand : ndarray, (n_items,)
        Stock to give away [pcs]; lowered by what is given.
    credit : ndarray, (n_items, n_classes)
        What each class is owed from earlier waves [pcs]; overwritten, used if ``fairness`` is positive.
    age_bound
        A line this old goes before all rules and is never passed by others of its item.
    fairness
        Share of its proportional part of each item that every class gets at least in the long run (rule ``optimised``).

    Returns
    -------
    ndarray of bool, (n,)

    Examples
    --------
    Five pieces: the dear line of two goes first, the line of four does not fit and is passed by the line of three.

    >>> same, times = np.zeros(3, dtype=np.int64), np.arange(3.0)
    >>> served = choose(
    ...     "optimised", item=same, quantity=np.array([4.0, 2.0, 3.0]), rank=same, placed=times, promised=times,
    ...     priority=np.ones(3), value=np.array([20.0, 30.0, 10.0]), age=np.zeros(3),
    ...     on_hand=np.array([5.0]), credit=np.zeros((1, 1)))
    >>> served.tolist()
    [False, True, True]
    """
    order = order_rows(rule, placed=placed, promised=promised, priority=priority, value=value)
    share = fairness if rule == "optimised" else 0.0
    return np.asarray(allocate(order, item, quantity, rank, age, on_hand, credit, age_bound, share))


def backlog_weights(rule: str, *, neutral: Floats, margin: Floats, hours: Floats, volume: Floats, least: float = 0.25) -> Floats:
    """Cost of a piece owed for a week in the master schedule, so that scarce hours follow the rule too, (n_items,) [EUR/pcs/week].

    A schedule that minimises backlog cost under scarce hours makes first what costs most for an hour. ``throughput`` and
    ``optimised`` weigh a piece by its margin, so the hours go where they earn most; ``margin`` looks at the piece and
    not at its hours, so its weights grow with them; the other rules do not look at money: ``neutral``.

    Parameters
    ----------
    neutral, margin, hours, volume : ndarray, (n_items,)
        Weights without a rule [EUR/pcs/week]; contribution [EUR/pcs]; bottleneck hours [h/pcs]; usual demand, which
        weighs the mean [pcs].
    least
        Smallest weight as a share of the neutral one, so that nothing is put off for ever for a little money.

    Notes
    -----
    The mean weight a piece stays that of ``neutral``: the rule moves hours between items, not the urgency of them all.

    Examples
    --------
    >>> ones = np.ones(2)
    >>> backlog_weights("throughput", neutral=ones, margin=np.array([30.0, 10.0]), hours=np.array([3.0, 1.0]), volume=ones).tolist()
    [1.5, 0.5]
    >>> backlog_weights("margin", neutral=ones, margin=np.array([30.0, 10.0]), hours=np.array([3.0, 1.0]), volume=ones).tolist()
    [1.8, 0.25]
    """
    if rule not in ("margin", "throughput", "optimised"):
        return neutral
    worth = np.maximum(margin, 0.0) * (np.maximum(hours, 1e-9) if rule == "margin" else 1.0)
    total = float(volume @ worth)
    if total <= 0.0:
        return neutral
    return np.asarray(np.maximum(worth * float(volume @ neutral) / total, least * neutral))


def class_values(margin: Floats, customer_value: Floats, stay_gain: Floats) -> Floats:
    """Value of a promised piece by item and class for the nightly allocation, (n_items, n_classes) [EUR/pcs].

    ``margin`` (n_items, n_classes) [EUR/pcs]; ``customer_value`` (n_classes,) future margin of a customer for a piece
    bought [EUR/pcs]; ``stay_gain`` (n_classes,) rise of the probability to stay if served. Negative values count as
    none.

    Examples
    --------
    >>> class_values(np.array([[100.0, 60.0]]), np.array([400.0, 50.0]), np.array([0.1, 0.2])).tolist()
    [[140.0, 70.0]]
    """
    return np.maximum(margin + (customer_value * stay_gain)[None, :], 0.0)
