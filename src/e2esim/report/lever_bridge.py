"""A bridge of levers in words and grids: what may be said, lever by lever, year by year; the same for terminal, page and workbook."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from e2esim.report.comparison import comparison_number, label, word
from e2esim.report.grids import TextGrid
from e2esim.report.words import Words

EUR, EUR_Y = "EUR", "EUR/year"


class Bridged(Protocol):
    """What the study room found (`e2esim.study.bridge.LeverBridge`)."""

    @property
    def levers(self) -> Sequence[Any]: ...
    @property
    def before(self) -> Any: ...
    @property
    def after(self) -> Any: ...
    @property
    def gain(self) -> Any: ...
    @property
    def net(self) -> Any: ...
    @property
    def equity(self) -> Any: ...
    @property
    def payoff(self) -> Any: ...
    @property
    def gate(self) -> Any: ...
    @property
    def differences(self) -> Sequence[Any]: ...
    @property
    def values(self) -> Any: ...
    @property
    def replications(self) -> int: ...
    @property
    def orders(self) -> int: ...
    @property
    def sets(self) -> int: ...
    @property
    def every(self) -> int: ...
    @property
    def runs(self) -> int: ...
    @property
    def scale(self) -> float: ...
    @property
    def precision(self) -> float | None: ...
    @property
    def wide(self) -> Sequence[str]: ...
    @property
    def rest(self) -> float: ...


@dataclass(frozen=True, kw_only=True)
class BridgeFacts:
    """What was bridged: names and overrides of both, the KPIs shown, days that count."""

    before: str
    after: str
    runs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    kpis: Sequence[str] = ()
    days: int = 365
    seed: int = 1


def claim(found: Bridged, words: Words) -> str:
    """What a positive difference may be called: a gain only where the base meets its history."""
    return words("lb_gain" if found.gate.open else "lb_difference")


def why_closed(gate: Any, words: Words) -> str:
    """Why the baseline gate is closed, '' if it is open."""
    if gate.open:
        return ""
    if gate.shut not in ("off", "few"):
        return words(f"lb_why_{gate.shut}", days=gate.days)
    some = gate.off if gate.shut == "off" else gate.unknown
    worst = some[0]
    told = {"worst": f"{words.label(worst.kpi)}, {worst.member}", "gap": _gap_told(worst, words), "allowed": f"{words.number(100 * worst.tolerance, 1)} %"}
    return words(f"lb_why_{gate.shut}", n=len(some), of=len(gate.figures), runs=gate.runs, needed=max(gate.needed, gate.runs + 1), **told)


def _gap_told(one: Any, words: Words) -> str:
    """The gap of a figure [%] with its interval, where there is one."""
    if one.found is None:
        return "–"
    low, high = one.gaps
    between = "" if math.isnan(low) else f" ({words.number(100 * low, 1)} … {words.number(100 * high, 1)})"
    return f"{words.number(100 * one.gap, 1)} %{between}"


def lever_name(one: Any) -> str:
    """Name of a lever for eyes."""
    return str(one.lever.name or one.lever.lever)


def answers(found: Bridged, words: Words) -> list[str]:
    """What may be said, the gate first."""
    gate = words("lb_open", n=len(found.gate.figures), runs=found.gate.runs) if found.gate.open else words("lb_closed", why=why_closed(found.gate, words))
    running = sum(one.lever.running_eur_y for one in found.levers)
    what = claim(found, words)
    said = [
        gate,
        words("lb_say_gain", what=what[:1].upper() + what[1:], **_told(found.gain, EUR_Y, words), chance=_chance(found.gain.above_zero, words)),
        words(
            "lb_say_net",
            running=words.told(running, EUR_Y),
            net=words.told(found.net.mean, EUR_Y),
            low=words.told(found.net.low, EUR_Y),
            high=words.told(found.net.high, EUR_Y),
            before=words.told(found.before.mean, EUR_Y),
            after=words.told(found.after.mean, EUR_Y),
        ),
    ]
    ranked = sorted((one for one in found.levers if one.share.low > 0.0), key=lambda one: -one.share.mean)
    if ranked:
        told = [(lever_name(one), words.told(one.share.mean, EUR_Y)) for one in ranked[:2]]
        second = words("lb_say_second", name=told[1][0], share=told[1][1]) if len(told) > 1 else ""
        said.append(words("lb_say_most", first=told[0][0], share=told[0][1], second=second))
    losing = [lever_name(one) for one in found.levers if one.share.high < one.lever.running_eur_y]
    if losing:
        said.append(words("lb_say_loss", names="; ".join(losing)))
    low, mean, high = (words.told(value, EUR) for value in (found.equity.low, found.equity.mean, found.equity.high))
    return [*said, _npv(found, words), words("lb_say_equity", equity=mean, low=low, high=high)]


def _told(value: Any, unit: str, words: Words) -> dict[str, str]:
    return {"gain": words.told(value.mean, unit), "low": words.told(value.low, unit), "high": words.told(value.high, unit)}


def _npv(found: Bridged, words: Words) -> str:
    paid = found.payoff
    if paid.payback_month is None:
        back = words("lb_back_never")
    else:
        back = words("lb_back", months=paid.payback_month) if paid.payback_month else words("lb_back_nothing")
    return words(
        "lb_say_npv",
        years=len(paid.years),
        rate=words.told(paid.discount_y, "share"),
        npv=words.told(paid.npv.mean, EUR),
        low=words.told(paid.npv.low, EUR),
        high=words.told(paid.npv.high, EUR),
        chance=_chance(paid.npv.above_zero, words),
        back=back,
    )


def _chance(share: float, words: Words) -> str:
    if share > 0.999:
        return f"> {words.number(99.9, 1)} %"
    return f"< {words.number(0.1, 1)} %" if share < 0.001 else words.told(share, "share")


def reading(found: Bridged, told: BridgeFacts, words: Words) -> list[str]:
    """How to read the numbers."""
    said = [
        *(f"{one.lever.lever}: {one.lever.name}" for one in found.levers if one.lever.name),
        words("lb_read_runs" if found.every == found.replications else "lb_read_thin", sets=found.sets, n=found.replications, **_runs(found)),
        *([words("lb_read_gate", runs=found.gate.runs)] if found.gate.figures else []),
        *_precise(found, words),
        words(_how_shared(found), orders=found.orders),
        words("lb_read_chance"),
        words("lb_read_cash"),
    ]
    if found.scale != 1.0:
        said.append(words("lb_read_scale", share=words.told(found.scale, "share"), what=claim(found, words)))
    if not 330 <= told.days <= 400:
        said.append(words("lb_read_days", days=told.days, factor=words.number(365.0 / told.days, 1)))
    return said


def _runs(found: Bridged) -> dict[str, int]:
    """Of a thinned study: replications with every set, runs of all sets."""
    return {"every": found.every, "runs": found.runs}


def _how_shared(found: Bridged) -> str:
    """Name of the text that says what shares are made from."""
    return "lb_read_orders" if found.every < found.replications else "lb_read_drawn" if found.orders else "lb_read_exact"


def _precise(found: Bridged, words: Words) -> list[str]:
    if found.precision is None:
        return []
    asked = f"{words.number(100 * found.precision, 1)} %"
    wide = "; ".join(words.label(kpi) for kpi in found.wide)
    return [words("lb_read_wide", asked=asked, n=found.replications, wide=wide) if wide else words("lb_read_precise", asked=asked, n=found.replications)]


def lever_grid(found: Bridged, words: Words) -> TextGrid:
    """One row a lever, the whole first."""
    running = [one.lever.running_eur_y for one in found.levers]
    once = [one.lever.once_eur for one in found.levers]
    alone, together = sum(one.alone.mean for one in found.levers), sum(one.together for one in found.levers)
    columns = [
        [found.gain.mean, *(one.share.mean for one in found.levers)],
        [found.gain.low, *(one.share.low for one in found.levers)],
        [found.gain.high, *(one.share.high for one in found.levers)],
        [alone, *(one.alone.mean for one in found.levers)],
        [together, *(one.together for one in found.levers)],
        [found.gain.mean, *(one.last.mean for one in found.levers)],
        [sum(running), *running],
        [found.net.mean, *(one.share.mean - cost for one, cost in zip(found.levers, running, strict=True))],
    ]
    texts = [[words.number(value / 1e3) for value in column] for column in columns]
    spent, equity = (
        [words.number(v / 1e3) for v in values] for values in ([sum(once), *once], [found.equity.mean, *(one.equity.mean for one in found.levers)])
    )
    names = [words("lb_total"), *(one.lever.lever for one in found.levers)]
    dates = ["", *(f"{one.lever.start_month}, {one.lever.ramp_days:.0f}" for one in found.levers)]
    share, low, high, alone_, with_, last, cost, net = texts
    rows = [
        [name, share[k], f"{low[k]} … {high[k]}", alone_[k], with_[k], last[k], cost[k], net[k], spent[k], dates[k], equity[k]] for k, name in enumerate(names)
    ]
    head = [words(f"lb_t_{key}") for key in ("lever", "share", "interval", "alone", "together", "last", "running", "net", "once", "from", "equity")]
    thousand, once_unit = f"k{words.unit(EUR_Y)}", "kEUR"
    return TextGrid(title=words("lb_h_levers"), head=head, units=["", *[thousand] * 7, once_unit, "", once_unit], rows=rows, total=True)


def year_grid(found: Bridged, words: Words) -> TextGrid:
    """One row a year of the programme."""
    what = claim(found, words)
    head = [words("lb_t_year"), what, *(words(f"lb_t_{key}") for key in ("interval", "running", "once", "net", "cumulative", "discounted"))]
    rows = []
    for y in found.payoff.years:
        told = [words.number(v / 1e3) for v in (y.gain.mean, y.gain.low, y.gain.high, y.running, y.investment, y.net, y.cumulative, y.discounted)]
        rows.append([str(y.year), told[0], f"{told[1]} … {told[2]}", *told[3:]])
    return TextGrid(title=words("lb_h_years"), head=head, units=["", *["kEUR"] * 7], rows=rows)


def kpi_grid(found: Bridged, kpis: Sequence[str], words: Words) -> TextGrid:
    """KPIs before and after with the paired interval and the honest word."""
    rows = []
    for gap in found.differences:
        if gap.kpi in kpis:
            (base, other, change, low, high), unit = words.column([gap.base, gap.other, gap.difference, gap.ci_low, gap.ci_high], gap.unit)
            rows.append([words.label(gap.kpi), unit, base, other, change, f"{low} … {high}", words(f"lb_word_{word(gap).split()[0]}")])
    head = ["KPI", words("t_unit"), words("lb_t_base"), "TO-BE", words("lb_difference"), words("lb_t_interval"), ""]
    return TextGrid(title=words("lb_h_kpis") + small_copy(found.scale, words), head=head, rows=rows)


def small_copy(scale: float, words: Words) -> str:
    """What to add to the title of a table whose amounts are not multiplied up; nothing at full size."""
    return "" if scale == 1.0 else " " + words("lb_small", share=words.told(scale, "share"))


def gate_grid(found: Bridged, words: Words) -> TextGrid:
    """Figures of the last year against the base: gap of the mean with its interval, and how far a year lies from another by chance."""
    rows = []
    for one in found.gate.figures:
        model = "–" if one.found is None else words.number(one.found)
        chance = "–" if math.isnan(one.spread) else f"{words.number(100 * one.chance, 1)} %"
        told = [f"{words.label(one.kpi)}, {one.member}", words.number(one.history), model, _gap_told(one, words), chance]
        rows.append([*told, words(f"lb_figure_{one.verdict}")])
    head = ["KPI", *(words(f"lb_t_{key}") for key in ("history", "model", "gap", "by_chance", "met"))]
    return TextGrid(title=words("lb_h_gate"), head=head, rows=rows)


def waterfall(found: Bridged, words: Words) -> Iterator[tuple[str, float, float, float, bool]]:
    """Steps of the picture: name, EUR/year, interval, and whether it stands on the ground."""
    yield words("lb_step_before"), found.before.mean, found.before.mean, found.before.mean, True
    for one in found.levers:
        yield lever_name(one), one.share.mean, one.share.low, one.share.high, False
    running = -sum(one.lever.running_eur_y for one in found.levers)
    yield words("lb_step_running"), running, running, running, False
    yield words("lb_step_after"), found.after.mean, found.after.mean, found.after.mean, True


def _estimate(value: Any) -> dict[str, float]:
    return {"mean": value.mean, "low": value.low, "high": value.high, "above_zero": value.above_zero}


def _lever(one: Any) -> dict[str, Any]:
    shares = {name: _estimate(getattr(one, name)) for name in ("share", "alone", "last", "equity")}
    money = {"running_eur_y": one.lever.running_eur_y, "investment_eur": one.lever.once_eur}
    return {"lever": one.lever.lever, **shares, **money, "start_month": one.lever.start_month, "ramp_days": one.lever.ramp_days}


def _figure(one: Any) -> dict[str, Any]:
    low, high = one.gaps
    gap = {name: None if math.isnan(value) else value for name, value in (("gap", one.gap), ("low", low), ("high", high), ("by_chance", one.chance))}
    return {"kpi": one.kpi, "dimension": one.dimension, "member": one.member, **gap, "tolerance": one.tolerance, "verdict": one.verdict}


def _year(y: Any) -> dict[str, Any]:
    return {"year": y.year, "gain": _estimate(y.gain)} | {name: getattr(y, name) for name in ("running", "investment", "net", "cumulative", "discounted")}


def _gap(gap: Any) -> dict[str, Any]:
    numbers = {name: comparison_number(getattr(gap, name)) for name in ("base", "other", "difference", "ci_low", "ci_high")}
    return {"label": label(gap.kpi), "unit": gap.unit, **numbers, "word": word(gap)}


def bridge_json(found: Bridged, told: BridgeFacts) -> dict[str, Any]:
    """Everything as plain data; amounts in EUR at the full size, but for ``differences``, which are at the scale that was run."""
    words = Words("en")
    return {
        "before": told.before,
        "after": told.after,
        "scale": found.scale,
        "replications": found.replications,
        "sets": found.sets,
        "every_set": found.every,
        "runs": found.runs,
        "orders": found.orders,
        "precision": found.precision,
        "not_precise": list(found.wide),
        "claim": claim(found, words),
        "gate": {"open": found.gate.open, "why": why_closed(found.gate, words), "runs": found.gate.runs, "figures": [_figure(f) for f in found.gate.figures]},
        "gain_eur_y": _estimate(found.gain),
        "net_eur_y": _estimate(found.net),
        "customer_value_eur": _estimate(found.equity),
        "unexplained_eur_y": found.rest,
        "levers": [_lever(one) for one in found.levers],
        "npv_eur": _estimate(found.payoff.npv),
        "payback_month": found.payoff.payback_month,
        "discount_y": found.payoff.discount_y,
        "years": [_year(y) for y in found.payoff.years],
        "differences": {gap.kpi: _gap(gap) for gap in found.differences},
        "statements": [*answers(found, words), *reading(found, told, words)],
    }
