"""The report page: one offline HTML file with the answer first, then pictures, then tables."""

from __future__ import annotations

import datetime as dt
from importlib import metadata

import polars as pl
from markupsafe import Markup

from e2esim.report import grids
from e2esim.report import sentences as say
from e2esim.report.accounts import Statements, account_grids
from e2esim.report.differs import NOTHING, Stated
from e2esim.report.pictures.ink import css
from e2esim.report.rendered import page_templates
from e2esim.report.result import Names, Result, read_names
from e2esim.report.scene import Scene, Section
from e2esim.report.words import COARSE, Words


def build_page(result: Result, *, language: str = "en", stated: Stated = NOTHING, accounts: Statements | None = None) -> str:
    """Return the whole page as HTML text: no script, no outside resource, light and dark, fit for A4 and for a phone.

    Parameters
    ----------
    result
        The finished study; pictures show ``result.first``, numbers its means.
    language
        'en' or 'it'.
    stated
        What was changed for this run; it stands in the header.
    accounts
        Profit and loss and cash of ``result.first``, for the page's statements; None leaves them out.

    Raises
    ------
    ValueError
        If the language is not known.
    """
    words = Words(language)
    names = _names(result)
    answer = say.headline_sentences(result.kpis, words)
    sections: list[Section] = []
    if result.first is not None:
        scene = Scene(result, result.first, names, words)
        promises = " ".join(scene.promise_said())
        answer[2:2] = [*scene.load_said(), *([promises] if promises else [])]
        sections = scene.sections()
    answer += say.range_sentences(result.table, names.channels, ("csat",), words)
    return rendered(
        words,
        kind=words("kind"),
        h_tables=words("h_tables"),
        title=result.settings.title or result.scenario,
        facts=[*_facts(result, words), *_stated(stated, words)],
        answer=answer,
        tiles=grids.tiles(result, names, words),
        sections=sections,
        statements=account_grids(accounts, names, words) if accounts is not None else [],
        tables=grids.breakdowns(result, names, words),
        every=grids.every_kpi(result.kpis, words),
        reading=_reading(result, words),
        wall_s=result.wall_s,
    )


def rendered(words: Words, *, wall_s: float, **parts: object) -> str:
    """The page of a run from its parts: title, kind, facts, answer, tiles, sections, statements, tables (h_tables), every, reading."""
    foot = words("made_by", version=_version(), wall=words.number(wall_s, 1))
    return page_templates().get_template("report.html.j2").render(w=words, css=Markup(css()), foot=foot, **parts)


def _names(result: Result) -> Names:
    if result.first is not None:
        return read_names(result.first.labels, result.world)
    found = {
        str(dimension): {str(m): str(m) for m in rows["member"]}
        for (dimension,), rows in result.table.group_by(pl.col("dimension"))
    }
    return Names(
        **{
            f"{kind}s": found.get(kind, {})
            for kind in ("channel", "segment", "brand", "market", "work_centre", "supplier")
        }
    )


def _facts(result: Result, words: Words) -> list[str]:
    """What was run, in short phrases."""
    horizon = result.settings.horizon
    start, end = (
        horizon.start + dt.timedelta(days=horizon.warmup_days),
        horizon.start + dt.timedelta(days=horizon.days - 1),
    )
    facts = [words("scenario", name=result.scenario), words("period", start=words.day(start), end=words.day(end))]
    if horizon.warmup_days:
        facts[-1] += " " + words("warmup_note", days=horizon.warmup_days)
    facts.append(
        words("run_one", seed=result.seed)
        if result.replications == 1
        else words("run_many", n=result.replications, seed=result.seed)
    )
    if result.settings.scale != 1.0:
        facts.append(words("scale_note", share=words.told(result.settings.scale, "share")))
    if result.settings.scale < COARSE:
        facts.append(words("scale_coarse"))
    return facts


def _stated(stated: Stated, words: Words) -> list[str]:
    """Every override, and every setting that is no more as the scenario has it."""
    facts = [words("overrides_note", words=", ".join(stated.overrides))] if stated.overrides else []
    changed = ", ".join(f"{change.key} {change.base} \N{RIGHTWARDS ARROW} {change.other}" for change in stated.changed)
    return [*facts, words("changed_note", words=changed)] if changed else facts


def _reading(result: Result, words: Words) -> list[str]:
    days = result.settings.horizon.days - result.settings.horizon.warmup_days
    notes = [
        words("read_model"),
        words("read_year", days=words.number(days)),
        words("read_firm"),
        words("read_survey"),
        words("read_files"),
        words("scroll"),
    ]
    return notes if result.first is not None else [words("no_rows"), *notes]


def _version() -> str:
    try:
        return metadata.version("e2esim")
    except metadata.PackageNotFoundError:
        return ""
