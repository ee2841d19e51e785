"""Commands that look and tell: ``scenarios``, ``validate`` and ``kpis``."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from e2esim.cli.ends import BAD_INPUT, DONE, listing
from e2esim.config.places import MAIN, data_place, has_market, network_place, scenarios, shipped, variants
from e2esim.config.problems import SHOWN, InputErrors, Problem, printable
from e2esim.config.yaml_file import read_yaml

if TYPE_CHECKING:
    import polars as pl


def list_scenarios(*, as_json: bool) -> None:
    """Print every scenario that can be called by name."""
    own = shipped("scenarios").resolve()
    found = [
        {
            "name": name,
            "title": _title(folder / MAIN),
            "variants": {variant: _title(folder / f"{variant}.yaml") for variant in variants(folder)},
            "shipped": folder.resolve().is_relative_to(own),
            "folder": str(folder),
        }
        for name, folder in scenarios().items()
    ]
    if as_json:
        typer.echo(json.dumps({"scenarios": found}))
        return
    for entry in found:
        typer.echo(f"{entry['name']:<28} {entry['title']}{'' if entry['shipped'] else '  (yours)'}")
        for variant, title in dict(entry["variants"]).items():  # type: ignore[call-overload]
            typer.echo(f"  {entry['name']}/{variant:<{25 - len(str(entry['name']))}} {title}")
    if not found:
        typer.echo("there is none; make one with `e2esim new DIR`")


def _title(path: Path) -> str:
    return str(read_yaml(path, path.name).values.get("title") or "")


def validate_company(overrides: Sequence[str], *, as_json: bool, every: bool) -> int:
    """Check a company, as the verbs that its tables are for read it; print what was found, return the exit code."""
    try:
        name, tables, warnings = _checked(overrides)
        valid, problems = True, list(warnings)
    except InputErrors as error:
        valid, name, tables, problems = False, "", {}, list(error.problems)
    if as_json:
        typer.echo(json.dumps({"valid": valid, "scenario": name or None, "problems": [problem.as_dict() for problem in problems]}))
    elif problems:
        typer.echo(listing(problems, len(problems) if every else SHOWN), err=True)
    if not valid:
        return BAD_INPUT
    if not as_json:
        sizes = [frame.height for table, frame in tables.items() if frame.height and table != "settings"]  # which stand there without a file, too
        typer.echo(f"{printable(name)}: valid, {len(sizes)} tables with {sum(sizes):,} rows")
    return DONE


def _checked(overrides: Sequence[str]) -> tuple[str, Mapping[str, pl.DataFrame], Sequence[Problem]]:
    """Name, tables and warnings of a company.

    Raises
    ------
    InputErrors
        If anything is wrong with it.
    """
    words = [word if "=" in word else f"scenario={word}" for word in overrides]
    named = next((word for word in words if word.startswith("scenario=")), "")
    place = data_place(named) if named else None
    if place is None or has_market(place):
        from e2esim.config.door import load_with_warnings

        loaded = load_with_warnings(words)
        return loaded.scenario.settings.name, loaded.scenario.tables, loaded.warnings
    network = network_place(named.partition("=")[2])
    if network is not None:
        from e2esim.config.supply_network import open_network

        opened = open_network(network, [word for word in words if not word.startswith("scenario=")])
        return opened.company.settings.name, opened.tables, opened.warnings
    from e2esim.config.plan_data import read_plan_data

    read = read_plan_data(place)
    return read.case.title, read.tables, read.warnings


def list_kpis(*, as_json: bool) -> None:
    """Print the catalogue of KPIs."""
    from dataclasses import asdict

    from e2esim.application.kpi_names import kpi_catalogue

    if as_json:
        typer.echo(json.dumps({"kpis": [asdict(kpi) for kpi in kpi_catalogue()]}))
        return
    for kpi in kpi_catalogue():
        scale = f", scale {kpi.scale}" if kpi.scale else ""
        typer.echo(f"{kpi.name} [{kpi.unit}{scale}] {kpi.label}; better: {kpi.better}")
        for head, text in (("", kpi.definition), ("= ", kpi.formula), ("source: ", kpi.source)):
            typer.echo(textwrap.fill(head + text, 116, initial_indent="    ", subsequent_indent="      "))
