"""What would help, in tables and words: the price of every limit, what the plan made of it when tried, and the ways out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from e2esim.planning.factory.explain import Explanation
from e2esim.planning.factory.limit import Limit, LimitKind
from e2esim.planning.factory.money import usual_money
from e2esim.planning.factory.trials import Trial
from e2esim.planning.factory.ways_out import Relief, ReliefKind, WayOut, others_later
from e2esim.report.plan.view import PlanView

KIND = {
    LimitKind.HOURS: "work centre",
    LimitKind.MATERIAL: "material",
    LimitKind.SUPPLIER_DAYS: "supplier",
    LimitKind.STEP_DAYS: "flow time",
}
RELIEF = {ReliefKind.HOURS: "hours", ReliefKind.MATERIAL: "material", ReliefKind.DATE: "date"}
WAY = {
    "mix": "cheapest mix",
    "hours": "only more hours",
    "material": "only more material",
    "dates": "only later dates",
    "fewest": "fewest places",
}
OTHERS_LATER = {"hours": "more hours, others later", "material": "more material, others later"}
TOP = 20  # rows told to programs
Place = Limit | Trial


def _day(view: PlanView, day: int) -> dt.date:
    return view.facts.today + dt.timedelta(days=day)


def _where(view: PlanView, kind: LimitKind, place: int) -> tuple[str, str]:
    """Name and unit of what is limited."""
    f = view.facts
    if kind == LimitKind.HOURS:
        return f.centres[place], "h"
    if kind == LimitKind.MATERIAL:
        return f.items[place], view.case.item_unit[place]
    if kind == LimitKind.SUPPLIER_DAYS:
        return f"{f.source_supplier[place]}: {f.items[f.source_item[place]]}", "d"
    return f"{f.items[f.step_item[place]]} step {f.step_name[place]}", "d"


def _number(value: float) -> str:
    """Few digits, no false ones.

    Examples
    --------
    >>> _number(7.568), _number(1234.5), _number(40.0)
    ('7.6', '1,234', '40')
    """
    return f"{value:,.0f}" if abs(value) >= 100 or abs(value - round(value)) < 0.005 else f"{value:,.1f}"


def told(view: PlanView, x: Place) -> str:
    """A limit moved, in words: 20 more hours of WC07 in the week of 2026-03-02."""
    where, unit = _where(view, x.kind, x.place)
    amount = _number(x.amount)
    if x.kind == LimitKind.HOURS:
        return f"{amount} more hours of {where} in the week of {_day(view, x.day)}"
    if x.kind == LimitKind.MATERIAL:
        return f"{amount} {unit} more of {where} by {_day(view, x.day)}"
    days = "a day" if amount == "1" else f"{amount} days"
    return f"{days} less for {where}"


def _key(x: Place) -> tuple[int, int, int]:
    return int(x.kind), x.place, x.day


def limits_frame(view: PlanView, said: Explanation) -> pl.DataFrame:
    """One row a limit: its price in the fractional plan, the range in which it holds, and what the plan made of it when tried.

    ``price`` weighted late pieces saved by a unit more (a day less), valid from ``valid_from`` to ``valid_to`` more units;
    ``saves`` and ``pieces`` at the end of it; ``tried`` is the whole amount given to the plan and ``tried_saves`` what it
    made of it in a fixed number of rounds. Tried work centres without a price have the price 0.
    """
    trials = {_key(t): t for t in said.trials}
    priced = {_key(x) for x in said.limits.rows}
    rows: list[dict[str, Any]] = [_row(view, x, trials.get(_key(x))) for x in said.limits.rows]
    rows += [_row(view, t, t) for t in said.trials if _key(t) not in priced]
    schema = {
        "kind": pl.String, "where": pl.String, "week": pl.Date, "unit": pl.String, "now": pl.Float64, "price": pl.Float64, "valid_from": pl.Float64,
        "valid_to": pl.Float64, "beyond": pl.String,
        "saves": pl.Float64, "pieces": pl.Float64, "eur": pl.Float64, "eur_a_unit": pl.Float64, "tried": pl.Float64,
        "tried_saves": pl.Float64, "tried_pieces": pl.Float64, "tried_eur": pl.Float64, "says": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def _row(view: PlanView, x: Place, trial: Trial | None) -> dict[str, Any]:
    where, unit = _where(view, x.kind, x.place)
    days = x.kind >= LimitKind.SUPPLIER_DAYS
    row: dict[str, Any] = {"kind": KIND[x.kind], "where": where, "week": None if days else _day(view, x.day), "unit": unit}
    if isinstance(x, Limit):
        row |= {"now": x.now, "price": round(x.price, 6), "valid_from": round(x.least, 6), "valid_to": round(x.most, 6), "saves": round(x.gain, 4)}
        row["beyond"] = "not looked at" if x.open_end else "price changes"
        row |= {"pieces": round(sum(x.on_time), 4), "eur": x.eur, "eur_a_unit": round(x.eur / x.amount, 6) if x.amount else 0.0}
    else:
        now = float(view.left.problem.capacity_h[x.place, x.day // 7])
        row |= {"now": now, "price": 0.0, "valid_from": None, "valid_to": None, "saves": 0.0, "pieces": 0.0, "eur": 0.0, "eur_a_unit": 0.0}
    if trial is not None:
        row |= {"tried": trial.amount, "tried_saves": round(trial.gain, 4), "tried_pieces": round(trial.pieces, 4), "tried_eur": round(trial.eur, 2)}
    return row | {"says": told(view, x)}


def ways_frame(view: PlanView) -> pl.DataFrame:
    """One row a relief of every way out; ``way_eur``, ``way_left`` and ``proven`` are those of the whole way.

    Rank 0 is what it takes to keep released lots that were let go: nothing less keeps them all.

    ``days_later`` is null for hours and material, and for pieces that do not come in the days looked at.
    """
    rows: list[dict[str, Any]] = frozen_rows(view)
    for rank, way in enumerate(view.said.ways if view.said is not None else (), start=1):
        head = {"rank": rank, "way": way_word(way), "way_eur": round(way.eur, 2), "way_left": round(way.left, 4), "proven": "yes" if way.proven else "no"}
        rows += [head | _relief(view, relief) for relief in way.reliefs] or [head | {"says": "nothing of this kind helps"}]
    schema = {
        "rank": pl.Int64, "way": pl.String, "way_eur": pl.Float64, "way_left": pl.Float64, "proven": pl.String, "kind": pl.String, "where": pl.String,
        "week": pl.Date, "qty": pl.Float64, "unit": pl.String, "eur": pl.Float64, "days_later": pl.Int64, "says": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def frozen_rows(view: PlanView) -> list[dict[str, Any]]:
    """What keeping all lots of an infeasible frozen plan takes."""
    problem, money = view.facts, view.case.money or usual_money(view.facts)
    rows: list[dict[str, Any]] = []
    for lack in view.case.lacks:
        if lack.node < 0:
            hours = Relief(kind=ReliefKind.HOURS, place=lack.place, day=lack.day, amount=lack.amount, eur=lack.amount * float(money.hour_eur[lack.place]))
            rows.append(_relief(view, hours))
            continue
        item = lack.node if lack.node < problem.n_items else int(problem.step_item[lack.node - problem.n_items])
        eur = lack.amount * float(money.piece_eur[item]) if lack.node < problem.n_items else 0.0
        row = _relief(view, Relief(kind=ReliefKind.MATERIAL, place=item, day=lack.day, amount=lack.amount, eur=eur))
        if lack.node >= problem.n_items:
            where = f"{row['where']} after step {problem.step_name[lack.node - problem.n_items]}"
            row |= {"where": where, "says": f"{_number(lack.amount)} {row['unit']} more of {where} by {row['week']}"}
        rows.append(row)
    total = round(sum(row["eur"] for row in rows), 2)
    return [{"rank": 0, "way": "keep what was released", "way_eur": total, "way_left": 0.0, "proven": "yes"} | row for row in rows]


def _relief(view: PlanView, r: Relief) -> dict[str, Any]:
    f = view.facts
    day, amount = _day(view, r.day), _number(r.amount)
    if r.kind == ReliefKind.HOURS:
        where, unit, says = f.centres[r.place], "h", f"{amount} more hours of {f.centres[r.place]} in the week of {day}"
    elif r.kind == ReliefKind.MATERIAL:
        where, unit = f.items[r.place], view.case.item_unit[r.place]
        says = f"{amount} {unit} more of {where} by {day}"
    else:
        where, unit = f.orders[r.place], view.case.item_unit[f.order_item[r.place]]
        when = f"{r.days} days later" if r.days > 0 else "later than the days looked at"
        says = f"{amount} {unit} of order {where} {when} than {day}" if r.days > 0 else f"{amount} {unit} of order {where} {when}"
    return {
        "kind": RELIEF[r.kind], "where": where, "week": day, "qty": round(r.amount, 6), "unit": unit, "eur": round(r.eur, 2),
        "days_later": r.days if r.kind == ReliefKind.DATE and r.days > 0 else None, "says": says,
    }  # fmt: skip


def way_word(way: WayOut) -> str:
    """What a way is called: it is "only" one kind where no other order comes later for it."""
    return OTHERS_LATER[way.name] if others_later(way) else WAY[way.name]


def way_line(way: WayOut) -> str:
    """A way out in one line."""
    parts = []
    hours = [r for r in way.reliefs if r.kind == ReliefKind.HOURS]
    pieces = [r for r in way.reliefs if r.kind == ReliefKind.MATERIAL]
    dates = [r for r in way.reliefs if r.kind == ReliefKind.DATE]
    if hours:
        parts.append(f"{_number(sum(r.amount for r in hours))} h in {_count(len(hours), 'week')} of {_count(len({r.place for r in hours}), 'work centre')}")
    if pieces:
        parts.append(f"{_number(sum(r.amount for r in pieces))} units of {_count(len({r.place for r in pieces}), 'bought item')}")
    if dates:
        parts.append(f"later dates for {_number(sum(r.amount for r in dates))} units of {_count(len({r.place for r in dates}), 'order')}")
    rest = f"; {_number(way.left)} units stay late" if way.left else ""
    known = "" if way.name != "fewest" else " (proven fewest)" if way.proven else f" (at least {way.bound:.0f} places)"
    return (", ".join(parts) or "nothing of this kind helps") + rest + known


def _count(n: int, word: str) -> str:
    return f"{n:,} {word}" + ("" if n == 1 else "s")


def summary_lines(view: PlanView, said: Explanation, most: int = 5) -> list[tuple[str, str]]:
    """What would help in a few lines: what the plan made of limits when tried, prices, and the ways out."""
    lines = [(told(view, t), f"{_number(t.pieces)} late units fewer") for t in said.trials if t.gain > 0 and t.pieces > 0][:most]
    tried = {_key(t) for t in said.trials[:most] if t.gain > 0}
    ideal = [x for x in said.limits.rows if _key(x) not in tried][: max(0, most - len(lines))]
    return lines + [(told(view, x), _on_time(sum(x.on_time))) for x in ideal]


def _on_time(more: float) -> str:
    """What a limit would bring if lots had any size: dearer pieces may take the place of more cheap ones."""
    if more > 0.0:
        return f"{_number(more)} pieces more on time, lots aside"
    return f"more urgent pieces on time, {_number(-more)} fewer in all, lots aside" if more < 0.0 else "more urgent pieces on time, lots aside"


def frozen_json(view: PlanView) -> dict[str, Any]:
    """Key frozen: released lots that were let go, and what keeping them takes."""
    rows = frozen_rows(view)
    ways = [{key: str(row[key]) if key == "week" else row[key] for key in ("kind", "where", "week", "qty", "unit", "eur", "says")} for row in rows]
    return {"let_go": list(view.case.let_go), "keep_eur": rows[0]["way_eur"] if rows else 0.0, "keep": ways}


def helps_json(view: PlanView, said: Explanation) -> dict[str, Any]:
    """Keys limits and ways_out, with how complete they are."""
    limits = limits_frame(view, said).head(TOP).with_columns(pl.col("week").dt.to_string("%Y-%m-%d"))
    ways = [
        {
            "way": way.name, "others_later": others_later(way),
            "eur": round(way.eur, 2), "left": round(way.left, 4), "places": len(way.reliefs), "bound": round(way.bound, 4),
            "proven": way.proven, "says": way_line(way), "reliefs": [_relief(view, r) | {"week": str(_day(view, r.day))} for r in way.reliefs[:TOP]],
        }
        for way in said.ways
    ]  # fmt: skip
    about = {"days": said.limits.days, "unpriced": said.limits.unpriced, "overdue": said.overdue, "cut_short": said.cut_short, "wall_s": round(said.wall_s, 3)}
    return {"limits": limits.to_dicts(), "ways_out": ways, "explained": about}
