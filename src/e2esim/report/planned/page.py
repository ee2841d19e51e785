"""The page of a planned run: the answer first, plan against execution, load, late orders and why, every KPI."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import numpy as np

from e2esim.kpi.planned import KPIS, by_priority, due_lines
from e2esim.report.grids import TextGrid, Tile
from e2esim.report.page import rendered
from e2esim.report.planned.late import late_rows, late_said
from e2esim.report.planned.scene import load_of, sections
from e2esim.report.words import Words
from e2esim.study.planned_runs import PlannedStudy
from e2esim.study.post_game import PostGame

TILES = {
    "service": ("otif", "on_promise", "fill", "days_late"),
    "plan": ("lines_as_planned", "lots_as_planned", "plans", "late_supplies"),
    "factory": ("load", "highest_load", "stock_value", "purchases"),
}


def build_planned_page(study: PlannedStudy, game: PostGame | None, *, language: str = "en", stated: Sequence[str] = ()) -> str:
    """Return the whole page as HTML text.

    Parameters
    ----------
    study
        The finished run; pictures and tables of rows show its first replication, numbers its means.
    game
        Plan, what each cause adds, execution; None leaves them out.
    language
        'en' or 'it'.
    stated
        What the run took for granted, in the program's own words.
    """
    words = Words(language)
    return rendered(
        words,
        wall_s=study.wall_s,
        kind=words("kind_planned"),
        h_tables=words("h_planned_tables"),
        title=study.company.case.title,
        facts=_facts(study, words),
        answer=_answer(study, game, words),
        tiles=_tiles(study, words),
        sections=sections(study, words),
        statements=[],
        tables=[_priorities(study, words), *([_game(game, words)] if game is not None else []), *late_rows(study, words)],
        every=_every(study, words),
        reading=_reading(game, stated, words),
    )


def _reading(game: PostGame | None, stated: Sequence[str], words: Words) -> list[str]:
    gap = [words("gap_caption")] if game is not None else []
    return [words("read_planned"), *gap, words("read_planned_files"), words("scroll"), *(words("granted", text=text) for text in stated)]


def _facts(study: PlannedStudy, words: Words) -> list[str]:
    first, n = study.first, study.replications
    end = first.start + dt.timedelta(days=max(0, first.days - 1))
    facts = [words("run_period", start=words.day(first.start), end=words.day(end), days=words.number(first.days))]
    one = words("run_one", seed=study.rules.seed)
    return [*facts, one if n == 1 else words("run_many", n=n, seed=study.rules.seed)]


def _answer(study: PlannedStudy, game: PostGame | None, words: Words) -> list[str]:
    found = {name: value for name, (value, _, _) in study.kpis().items()}
    said = []
    if math.isfinite(found["otif"]):
        said.append(
            words(
                "say_planned_service", otif=words.number(found["otif"]), days=words.number(found["days_late"], 1), open=words.number(found["late_open"])
            )
        )
    if math.isfinite(found["on_promise"]):
        said.append(words("say_planned_promise", share=words.told(found["on_promise"], "%")))
    load = load_of(study)
    busiest = load.binding()
    if busiest >= 0:
        full = len(load.full_weeks(busiest))
        centre = study.company.case.facts.centres[busiest]
        said.append(words("say_planned_load", centre=centre, mean=words.told(float(load.mean[busiest]), "share"), full=full, weeks=len(load.weekly)))
    said.append(late_said(study, words))
    if math.isfinite(found["lines_as_planned"]):
        said.append(words("say_planned_kept", lines=words.told(found["lines_as_planned"], "%"), plans=words.number(found["plans"])))
    if game is not None:
        said.append(_game_said(game, words))
    return said


def _game_said(game: PostGame, words: Words) -> str:
    rates = {"plan": words.number(game.plan[0], 1), "execution": words.number(game.execution[0], 1)}
    worst = max(game.parts, key=lambda part: part.late_lines, default=None)
    if worst is None or worst.late_lines <= 0.005:
        return words("say_planned_game_even", **rates)
    return words("say_planned_game", **rates, cause=words(f"gap_{worst.cause}"), part=words.number(worst.late_lines, 1))


def _tiles(study: PlannedStudy, words: Words) -> list[tuple[str, list[Tile]]]:
    found, units = study.kpis(), {kpi.name: kpi.unit for kpi in KPIS}

    def tile(name: str) -> Tile:
        value, low, high = found[name]
        number, unit = words.value(value, units[name])
        span = words("interval", low=words.value(low, units[name])[0], high=words.value(high, units[name])[0]) if study.replications > 1 else ""
        there = math.isfinite(value)
        return Tile(
            kpi=name, label=words(f"kpi_{name}"), number=number, unit=unit, note=span if there else words("untold"), meaning=words(f"means_{name}"),
            exact=value if there else None,
        )

    return [(words(f"group_{group}"), [tile(name) for name in names]) for group, names in TILES.items()]


def _priorities(study: PlannedStudy, words: Words) -> TextGrid:
    rows = [
        [str(priority), words.number(lines), words.told(full, "%"), words.told(fill, "%"), words.number(days, 2)]
        for priority, lines, full, fill, days in by_priority(study.first)
    ]
    head = [words(f"t_{key}") for key in ("priority", "lines_due", "otif", "fill", "days_late")]
    return TextGrid(title=words("by_priority") + ("" if due_lines(study.first).any() else f": {words('none')}"), head=head, rows=rows)


def _game(game: PostGame, words: Words) -> TextGrid:
    rows = [("plan", *game.plan), *((part.cause, part.late_lines, part.days_late) for part in game.parts), ("execution", *game.execution)]
    shown = [[words(f"gap_{name}"), f"{words.number(late, 2)} %", words.number(days, 3)] for name, late, days in rows]
    return TextGrid(title=words("gap_title"), head=[words(f"t_{key}") for key in ("part", "late_lines", "days_late")], rows=shown)


def _every(study: PlannedStudy, words: Words) -> TextGrid:
    rows = []
    for kpi in KPIS:
        value, low, high = study.kpis()[kpi.name]
        number, unit = words.value(value, kpi.unit)
        span = "" if study.replications == 1 or not np.isfinite(low) else f"{words.value(low, kpi.unit)[0]} \N{EN DASH} {words.value(high, kpi.unit)[0]}"
        rows.append([words(f"kpi_{kpi.name}"), number, unit, span, words(f"means_{kpi.name}")])
    return TextGrid(title=words("h_all"), head=[words(f"t_{key}") for key in ("kpi", "value", "unit", "interval", "meaning")], rows=rows)
