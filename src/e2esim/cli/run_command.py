"""``e2esim run``: which run a company has, by its data, and where it is carried out."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from e2esim.cli.market_command import run_scenario
from e2esim.cli.run_options import RunOptions, one_of_them
from e2esim.config.places import data_place, has_market, network_place
from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem


class RunKind(StrEnum):
    """Which run a company has, by its data."""

    MARKET = "market"  # a market layer: customers, channels, prices
    PLANNED = "planned"  # a factory that plans, promises and executes


def kind_of_run(company: Path) -> RunKind:
    """Which run a folder or workbook has, by its tables: that of a market where there is one, else the planned run."""
    return RunKind.MARKET if has_market(company) else RunKind.PLANNED


def run_company(overrides: Sequence[str], options: RunOptions) -> None:
    """Run what the overrides name: NAME, scenario=NAME, a folder, or a planner's folder or workbook.

    Raises
    ------
    InputErrors
        If company, overrides or run folder are wrong; nothing is written then.
    """
    bare = [word for word in overrides if "=" not in word]
    named = [word.partition("=")[2] for word in overrides if word.startswith("scenario=")]
    rest = [word for word in overrides if "=" in word and not word.startswith("scenario=")]
    if options.resume is not None:
        from e2esim.cli.resume_command import resume_run

        resume_run(overrides, options.resume, options)
        return
    if len(bare) + len(named) > 1:
        message, remedy = "more than one company", "name one: a folder, or scenario=NAME"
        raise InputErrors([Problem(file=COMMAND_LINE, column="scenario", value=", ".join((*bare, *named)), message=message, remedy=remedy)])
    company = next(iter((*bare, *named)), "")
    network = network_place(company) if company else None
    if company:
        from e2esim.application.comparing import refuse_idle_words

        refuse_idle_words([f"scenario={company}", *rest])
    if network is not None and not options.post_game:
        from e2esim.cli.network_command import run_network

        one_of_them(options)
        _no_use_for(options, "of stock points that refill by rules")
        run_network(network, rest, options)
        return
    place = data_place(company) if company else None
    if place is not None and kind_of_run(place) == RunKind.PLANNED:
        from e2esim.cli.planned_run_command import run_planned

        _no_use_for(options, "of a factory", ("--stop-at", "--save"))
        run_planned(place, rest, options)
        return
    if options.post_game:
        message, remedy = "goes with the planned run of a factory", "leave it out"
        raise InputErrors([Problem(file=COMMAND_LINE, column="--post-game", message=message, remedy=remedy)])
    run_scenario([*(f"scenario={word}" for word in (*bare, *named)), *rest], options)


def _no_use_for(options: RunOptions, run: str, but: Sequence[str] = ()) -> None:
    """Refuse options that would change nothing: a run without markets takes one core."""
    given = {
        "--workers": options.workers > 0, "--stop-at": bool(options.stop_at), "--save": options.save is not None, "--resume": options.resume is not None,
    }  # fmt: skip
    wrong = [name for name, there in given.items() if there and name not in but]
    if wrong:
        message = f"changes nothing in a run {run}: it takes one core, to its end"
        raise InputErrors([Problem(file=COMMAND_LINE, column=name, message=message, remedy="leave it out") for name in wrong])
