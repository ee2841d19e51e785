"""What a planned run says on the terminal, in 80 columns, and the same as one JSON object."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from e2esim.kpi.planned import KPIS, by_priority
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


def print_planned(study: PlannedStudy, game: PostGame | None, folder: Path | None, stated: Sequence[str] = (), console: Console | None = None) -> None:
    """Print what the run took for granted, its KPIs, service by priority, the post-game and where the folder is."""
    console = console or Console(width=None if Console().is_terminal else _WIDTH)
    first = study.first
    head = f"{study.company.case.title}: planned run of {first.days} days from {first.start}"
    console.print(Text(head, style="bold"))
    times = "1 replication" if study.replications == 1 else f"{study.replications} replications, 95 % intervals"
    console.print(Text(f"seed {study.rules.seed}, {times}, {study.wall_s:.1f} s"))
    for line in stated:
        console.print(Text(f"- {line}"))
    console.print(_kpis(study))
    console.print(_priorities(study))
    if game is not None:
        console.print(_game(game))
    if folder is not None:
        console.print(Text(f"run folder: {folder}"), soft_wrap=True)


def _kpis(study: PlannedStudy) -> Table:
    several = study.replications > 1
    table = Table(box=box.SIMPLE_HEAD, title="KPIs", title_justify="left")
    table.add_column("KPI", no_wrap=True)
    for heading in ("value", *(("from", "to") if several else ()), "unit"):
        table.add_column(heading, justify="left" if heading == "unit" else "right")
    found = study.kpis()
    for kpi in KPIS:
        value, low, high = found[kpi.name]
        table.add_row(kpi.name, _shown(value), *((_shown(low), _shown(high)) if several else ()), kpi.unit)
    return table


def _priorities(study: PlannedStudy) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title="Service by priority" + (", first replication" if study.replications > 1 else ""), title_justify="left")
    for heading in ("priority", "lines due", "OTIF %", "pieces in time %", "days late a piece"):
        table.add_column(heading, justify="right")
    for priority, lines, full, fill, days in by_priority(study.first):
        table.add_row(str(priority), f"{lines:,}", _shown(full), _shown(fill), f"{days:.2f}")
    return table


def _game(game: PostGame) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title=f"From plan to execution ({game.runs} runs)", title_justify="left")
    for heading in ("", "lines late, % points", "days late a piece"):
        table.add_column(heading, justify="left" if not heading else "right")
    table.add_row("plan", f"{game.plan[0]:.2f}", f"{game.plan[1]:.3f}")
    for part in game.parts:
        table.add_row(f"  {part.cause}", f"{part.late_lines:+.2f}", f"{part.days_late:+.3f}")
    table.add_row("execution", f"{game.execution[0]:.2f}", f"{game.execution[1]:.3f}")
    return table


def _shown(value: float) -> str:
    if not math.isfinite(value):
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:,.1f}"


def _told(value: float) -> float | None:
    return value if math.isfinite(value) else None
