"""Commands about companies and the catalogue: validate, scenarios, new, kpis, tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from e2esim.cli.completion import complete_scenario
from e2esim.cli.ends import clean_end
from e2esim.cli.options import AsJson, Overrides

company_verbs = typer.Typer()


@company_verbs.command()
def validate(
    overrides: Overrides = None,
    as_json: AsJson = False,
    every: Annotated[bool, typer.Option("--all", help="List every problem, however many.")] = False,
) -> None:
    """Check settings and tables of a company; list all problems with file, row, column and remedy."""
    with clean_end():
        from e2esim.cli.listings import validate_company

        raise typer.Exit(validate_company(overrides or [], as_json=as_json, every=every))


@company_verbs.command()
def scenarios(as_json: AsJson = False) -> None:
    """List the scenarios that can be called by name, with their variants."""
    with clean_end():
        from e2esim.cli.listings import list_scenarios

        list_scenarios(as_json=as_json)


@company_verbs.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to create.", show_default=False)],
    source: Annotated[
        str,
        typer.Option("--from", help="Scenario to start from: a name or a folder.", autocompletion=complete_scenario),
    ] = "mattress_maker",
    empty: Annotated[bool, typer.Option("--empty", help="Headers only: every table and column, no rows.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be written, write nothing.")] = False,
) -> None:
    """Copy a company into a folder of your own, to fill with your data; its titles and settings of money stay behind."""
    with clean_end():
        from e2esim.cli.copying import new_scenario

        new_scenario(folder, source, empty=empty, dry_run=dry_run)


@company_verbs.command()
def kpis(as_json: AsJson = False) -> None:
    """Print the catalogue of KPIs: unit, definition, formula, source."""
    with clean_end():
        from e2esim.cli.listings import list_kpis

        list_kpis(as_json=as_json)


@company_verbs.command()
def tables(
    name: Annotated[
        str | None, typer.Argument(metavar="[TABLE]", help="One table; all if left out.", show_default=False)
    ] = None,
) -> None:
    """Print what the scenario tables hold, column by column, with units."""
    with clean_end():
        from e2esim.cli.docs import print_tables

        print_tables(name)
