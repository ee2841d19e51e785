"""The page of a network run: the answer first, orders and stock by stage, bullwhip, service, cost, every KPI."""

from __future__ import annotations

import math
from collections.abc import Sequence

import polars as pl
from markupsafe import Markup

from e2esim.kpi.network import UNITS
from e2esim.report.grids import TextGrid, Tile
from e2esim.report.network_stages import COST_PARTS, NetworkStage, stages_of, total, whole_swing
from e2esim.report.page import rendered
from e2esim.report.pictures.bars import Bars, draw_flat_bars
from e2esim.report.pictures.curves import STROKES, Curve, draw_curves
from e2esim.report.pictures.ink import BLUE, BLUEWASH, ORANGE, ORANGEWASH, TEAL
from e2esim.report.pictures.lines import TimeAxis
from e2esim.report.scene import Card, Section
from e2esim.report.words import Weeks, Words
from e2esim.study.network import CENTRE, POINT, WHOLE, NetworkResult

MOST_STAGES = len(STROKES) - 1  # curves that can be told apart, beside that of customers
LEAST_USE = 0.005  # of a work centre that is worth a sentence [share]
MOST_ROWS = 40  # stock points and work centres that are shown
TILES = {
    "service": ("fill_rate", "cycle_service", "lost_share"),
    "stock": ("stock", "backlog", "orders"),
    "money": ("cost_eur", "revenue_eur", "profit_eur"),
    "factory": ("utilisation", "queue", "throughput", "flow_h"),
}
POINT_COLUMNS = ("fill_rate", "stock", "backlog", "demand", "ordered", "bullwhip", "cost_eur")
CENTRE_COLUMNS = ("utilisation", "throughput", "wait_h", "wait_share", "queue")
_COST_INK = {"holding": (BLUE, "blue"), "backlog": (ORANGE, "orange"), "moving": (TEAL, "teal"), "units": (BLUEWASH, "bluewash"),
             "lost": (ORANGEWASH, "orangewash")}  # fmt: skip


def build_network_page(result: NetworkResult, *, language: str = "en") -> str:
    """Return the whole page as HTML text; pictures and stages show the kept replication, KPIs the mean of all."""
    words = Words(language)
    stages = stages_of(result, words)
    settings = result.company.settings
    notices = [words("granted", text=text) for text in result.company.notices]
    return rendered(
        words,
        wall_s=result.wall_s,
        kind=words("kind_network"),
        h_tables=words("h_network_tables"),
        title=settings.title or settings.name,
        facts=_facts(result, words),
        answer=_answer(result, stages, words),
        tiles=_tiles(result, words),
        sections=[Section(anchor="stages", title=words("h_stages"), cards=_cards(result, stages, words))],
        statements=[],
        tables=[_by_stage(stages, words), *_members(result, POINT, POINT_COLUMNS, words), *_members(result, CENTRE, CENTRE_COLUMNS, words)],
        every=_every(result, words),
        reading=[words("read_network"), words("read_bullwhip"), words("read_network_files"), words("scroll"), *notices],
    )


def _facts(result: NetworkResult, words: Words) -> list[str]:
    clock, network, n = result.company.clock, result.company.network, result.replications
    period = words("network_period", days=words.number(clock.horizon_d), period=f"{clock.period_d:g}")
    if clock.warmup_d:
        period += " " + words("warmup_note", days=f"{clock.warmup_d:g}")
    size = words("network_size", points=words.number(network.n), ways=words.number(len(network.operations)), demands=words.number(len(network.demands)))
    seed = result.company.settings.seed
    run = words("run_one", seed=seed) if n == 1 else words("run_many", n=n, seed=seed)
    return [words("scenario", name=result.company.settings.name), period, size, run]


def _answer(result: NetworkResult, stages: Sequence[NetworkStage], words: Words) -> list[str]:
    fill, lost, cost = (total(result, name) for name in ("fill_rate", "lost_share", "cost_eur"))
    said = [words("say_network_fill", share=words.told(fill, "share"))] if math.isfinite(fill) else []
    if lost > 0.0:
        said.append(words("say_network_lost", share=words.told(lost, "share")))
    stock, backlog = (words.value(total(result, name), "units")[0] for name in ("stock", "backlog"))
    said.append(words("say_network_stock", stock=stock, backlog=backlog))
    swings = [stage for stage in stages if math.isfinite(stage.swing)]
    whole = whole_swing(result, list(stages))
    if swings and math.isfinite(whole) and len(stages) > 1:
        worst = max(swings, key=lambda stage: stage.swing)
        said.append(words("say_network_bullwhip", stage=worst.name, times=words.number(worst.swing, 1), whole=words.number(whole, 1)))
    if cost > 0.0:
        parts = {part: sum(stage.costs[part] for stage in stages) for part in COST_PARTS}
        kind = max(parts, key=lambda part: parts[part])
        share = parts[kind] / max(sum(parts.values()), 1e-12)
        said.append(words("say_network_cost", cost=words.told(cost, "EUR"), kind=words(f"cost_{kind}"), share=words.told(share, "share")))
    centres = result.table.filter((pl.col("dimension") == CENTRE) & (pl.col("kpi") == "utilisation")).sort("mean")
    if centres.height and (centres["mean"][-1] or 0.0) >= LEAST_USE:
        name, mean = centres["member"][-1], centres["mean"][-1]
        shown = result.company.names.get(("work_centres", name), "") or name
        said.append(words("say_network_centre", centre=shown, share=words.told(mean, "share")))
    return said


def _tiles(result: NetworkResult, words: Words) -> list[tuple[str, list[Tile]]]:
    rows = {row["kpi"]: row for row in result.table.filter(pl.col("dimension") == WHOLE).iter_rows(named=True)}

    def tile(name: str) -> Tile:
        row, unit = rows[name], UNITS[name]
        number, shown = words.value(row["mean"], unit)
        there = row["ci_low"] is not None
        note = words("interval", low=words.value(row["ci_low"], unit)[0], high=words.value(row["ci_high"], unit)[0]) if there else ""
        return Tile(kpi=name, label=words(f"kpi_{name}"), number=number, unit=shown, note=note, meaning=words(f"means_{name}"), exact=row["mean"])

    groups = [(words(f"group_{group}"), [tile(name) for name in names if name in rows and rows[name]["mean"]]) for group, names in TILES.items()]
    return [(group, members) for group, members in groups if members]


def _frame(result: NetworkResult, words: Words) -> TimeAxis:
    clock = result.kept.clock
    weeks = Weeks(result.company.settings.horizon.start, max(1, round(clock.horizon_d)))
    return TimeAxis(weeks=weeks, count=max(1, math.ceil(clock.horizon_d / 7.0)), warmup=clock.warmup_d / 7.0, words=words)


def _cards(result: NetworkResult, stages: Sequence[NetworkStage], words: Words) -> list[Card]:
    frame, period = _frame(result, words), result.kept.clock.period_d / 7.0
    shown = list(stages)[:MOST_STAGES]
    asked = [Curve(name=words("customers_demand"), values=stages[0].demand, stroke=0)]
    asked += [Curve(name=stage.name, values=stage.ordered, stroke=1 + k) for k, stage in enumerate(shown)]
    held = [Curve(name=stage.name, values=stage.net, stroke=1 + k) for k, stage in enumerate(shown)]
    cards = []
    if stages[0].demand.size:
        cards = [
            _card(words, "asked", draw_curves(asked, period, frame, "asked", words("asked_title"))),
            _card(words, "onhand", draw_curves(held, period, frame, "onhand", words("onhand_title"))),
        ]
    swings = [stage for stage in stages if math.isfinite(stage.swing)]
    if swings:
        cards.append(_card(words, "swing", _bars(swings, [s.swing for s in swings], [words.number(s.swing, 2) for s in swings], "swing", words)))
    served = [stage for stage in stages if math.isfinite(stage.fill)]
    if served:
        cards.append(_card(words, "served", _bars(served, [s.fill for s in served], [words.told(s.fill, "share") for s in served], "served", words)))
    if any(sum(stage.costs.values()) > 0 for stage in stages):
        cards.append(_costs(stages, words))
    return cards


def _card(words: Words, name: str, picture: str, legend: Sequence[tuple[str, str]] = ()) -> Card:
    return Card(title=words(f"{name}_title"), picture=Markup(picture), caption=words(f"{name}_caption"), legend=legend)


def _bars(stages: Sequence[NetworkStage], values: Sequence[float], texts: Sequence[str], name: str, words: Words) -> str:
    return draw_flat_bars(Bars(names=[s.name for s in stages], texts=texts, parts=[(BLUE, values)]), name, words(f"{name}_title"))


def _costs(stages: Sequence[NetworkStage], words: Words) -> Card:
    used = [part for part in COST_PARTS if any(stage.costs[part] > 0 for stage in stages)]
    parts = [(_COST_INK[part][0], [stage.costs[part] for stage in stages]) for part in used]
    texts = [words.told(sum(stage.costs.values()), "EUR") for stage in stages]
    picture = draw_flat_bars(Bars(names=[s.name for s in stages], texts=texts, parts=parts), "costs", words("costs_title"))
    return _card(words, "costs", picture, [(_COST_INK[part][1], words(f"cost_{part}")) for part in used])


def _by_stage(stages: Sequence[NetworkStage], words: Words) -> TextGrid:
    columns = {
        "fill_rate": [s.fill for s in stages], "stock": [s.stock for s in stages], "backlog": [s.backlog for s in stages],
        "demand": [s.asked_for for s in stages], "ordered": [s.ordered_mean for s in stages],
        "bullwhip": [s.swing for s in stages], "cost_eur": [sum(s.costs.values()) for s in stages],
    }  # fmt: skip
    told = {name: words.column(values, UNITS[name]) for name, values in columns.items()}
    return TextGrid(
        title=words("by_stage"),
        head=[words("t_stage"), *(words(f"kpi_{name}") for name in columns)],
        units=["", *(unit for _, unit in told.values())],
        rows=[[stage.name, *(texts[k] for texts, _ in told.values())] for k, stage in enumerate(stages)],
    )


def _members(result: NetworkResult, dimension: str, kpis: Sequence[str], words: Words) -> list[TextGrid]:
    """One row a stock point or work centre, the dearest or busiest first; none where there are none."""
    rows = result.table.filter((pl.col("dimension") == dimension) & pl.col("kpi").is_in(kpis))
    if rows.is_empty():
        return []
    wide = rows.pivot(on="kpi", index="member", values="mean")
    columns = [name for name in kpis if name in wide.columns]
    order = next((name for name in ("cost_eur", "utilisation", "stock") if name in columns), columns[0])
    wide = wide.sort(order, descending=True, nulls_last=True, maintain_order=True)
    top = wide.head(MOST_ROWS)
    told = [words.column(top[name].to_list(), UNITS[name]) for name in columns]
    title = words("by_centre" if dimension == CENTRE else "by_point") + (f" ({MOST_ROWS} / {words.number(wide.height)})" if wide.height > MOST_ROWS else "")
    head = [words("t_centre" if dimension == CENTRE else "t_point"), *(words(f"kpi_{name}") for name in columns)]
    return [
        TextGrid(
            title=title, head=head, units=["", *(unit for _, unit in told)],
            rows=[[member, *(texts[k] for texts, _ in told)] for k, member in enumerate(top["member"].to_list())],
        )
    ]  # fmt: skip


def _every(result: NetworkResult, words: Words) -> TextGrid:
    rows = []
    for row in result.table.filter(pl.col("dimension") == WHOLE).iter_rows(named=True):
        number, unit = words.value(row["mean"], row["unit"])
        span = "" if row["ci_low"] is None else f"{words.value(row['ci_low'], row['unit'])[0]} \N{EN DASH} {words.value(row['ci_high'], row['unit'])[0]}"
        rows.append([words(f"kpi_{row['kpi']}"), number, unit, span, words(f"means_{row['kpi']}")])
    return TextGrid(title=words("h_all"), head=[words(f"t_{key}") for key in ("kpi", "value", "unit", "interval", "meaning")], rows=rows)
