"""What a planned run says on the terminal, in 80 columns, and the same as one JSON object."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from e2esim.kpi.planned import KPIS, by_priority
from e2esim.report.words import Words
from e2esim.study.planned_runs import PlannedStudy
from e2esim.study.post_game import PostGame

_WIDTH = 80


def planned_json(study: PlannedStudy, game: PostGame | None, folder: Path | None, stated: Sequence[str] = ()) -> str:
    """One JSON object: title, seed, replications, days, wall_s, run_dir, kpis, priorities, post_game, stated."""
    units = {k.name: k.unit for k in KPIS}
    kpis = {name: {"value": _told(v), "unit": units[name], "ci_low": _told(a), "ci_high": _told(b)} for name, (v, a, b) in study.kpis().items()}
    found = {
        "title": study.company.case.title,
        "seed": study.rules.seed,
        "replications": study.replications,
        "start": study.first.start.isoformat(),
        "days": study.first.days,
        "wall_s": round(study.wall_s, 3),
        "run_dir": None if folder is None else str(folder),
        "kpis": kpis,
        "priorities": [
            {"priority": priority, "lines": lines, "otif": _told(full), "fill": _told(fill), "days_late": _told(days)}
            for priority, lines, full, fill, days in by_priority(study.first)
        ],
        "stated": list(stated),
    }
    if game is not None:
        parts = [{"cause": p.cause, "late_lines": p.late_lines, "days_late": p.days_late} for p in game.parts]
        found["post_game"] = {"plan": list(game.plan), "execution": list(game.execution), "parts": parts, "runs": game.runs}
    return json.dumps(found, allow_nan=False, ensure_ascii=False)


def print_planned(
    study: PlannedStudy, game: PostGame | None, folder: Path | None, stated: Sequence[str] = (), language: str = "en", console: Console | None = None
) -> None:
    """Print what the run took for granted, its KPIs, service by priority, the post-game and where the folder is."""
    console, words = console or Console(width=None if Console().is_terminal else _WIDTH), Words(language)
    first = study.first
    console.print(Text(f"{study.company.case.title}: {words('kind_planned')}", style="bold"))
    period = words("run_period", start=words.day(first.start), end=words.day(first.start + dt.timedelta(days=first.days - 1)), days=words.number(first.days))
    console.print(Text(f"{period}; {words('t_runs', n=study.replications, seed=study.rules.seed, wall=words.number(study.wall_s, 1))}"))
    for line in stated:
        console.print(Text(words("granted", text=line)))
    console.print(_kpis(study, words))
    console.print(_priorities(study, words))
    if game is not None:
        console.print(_game(game, words))
    if folder is not None:
        console.print(Text(words("run_folder", folder=folder)), soft_wrap=True)


def _kpis(study: PlannedStudy, words: Words) -> Table:
    several = study.replications > 1
    table = Table(box=box.SIMPLE_HEAD, title=words("h_all"), title_justify="left")
    table.add_column(words("t_kpi"), no_wrap=True)
    for name in ("value", "unit", *(("interval",) if several else ())):
        table.add_column(words(f"t_{name}"), justify="right" if name == "value" else "left")
    found = study.kpis()
    for kpi in KPIS:
        value, low, high = found[kpi.name]
        span = (f"{_shown(low, words)} \N{EN DASH} {_shown(high, words)}",) if several else ()
        table.add_row(words(f"kpi_{kpi.name}"), _shown(value, words), words.unit(kpi.unit), *span)
    return table


def _priorities(study: PlannedStudy, words: Words) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title=words("by_priority"), title_justify="left")
    for name in ("priority", "lines_due", "otif", "fill", "days_late"):
        table.add_column(words(f"t_{name}") + (" [%]" if name in ("otif", "fill") else ""), justify="right")
    for priority, lines, full, fill, days in by_priority(study.first):
        table.add_row(str(priority), words.number(lines), _shown(full, words), _shown(fill, words), words.number(days, 2))
    return table


def _game(game: PostGame, words: Words) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title=f"{words('gap_title')} ({words('t_game_runs', n=game.runs)})", title_justify="left")
    for name in ("part", "late_lines", "days_late"):
        table.add_column(words(f"t_{name}") + (" [%]" if name == "late_lines" else ""), justify="left" if name == "part" else "right")
    rows = (("plan", *game.plan), *((part.cause, part.late_lines, part.days_late) for part in game.parts), ("execution", *game.execution))
    for name, late, days in rows:
        ends = name in ("plan", "execution")
        table.add_row(f"{'' if ends else '  '}{words(f'gap_{name}')}", *(_signed(x, digits, words, plus=not ends) for x, digits in ((late, 2), (days, 3))))
    return table


def _signed(value: float, digits: int, words: Words, *, plus: bool) -> str:
    return ("+" if plus and value > 0 else "") + words.number(value, digits)


def _shown(value: float, words: Words) -> str:
    if not math.isfinite(value):
        return "-"
    return words.number(value, 0 if abs(value) >= 1000 or value == int(value) else 1)


def _told(value: float) -> float | None:
    return value if math.isfinite(value) else None
