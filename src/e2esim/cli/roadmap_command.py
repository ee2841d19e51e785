"""``e2esim roadmap``: define, analyse, design, implement and evaluate an omnichannel roadmap on the simulated company, one step after the other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from e2esim.cli.ends import clean_end

roadmap_app = typer.Typer(
    name="roadmap",
    help="A roadmap of levers in five steps: init DIR, then define, analyse, design, implement, evaluate.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the roadmap, with its roadmap.yaml.", show_default=False)]
Workers = Annotated[int, typer.Option("--workers", "-w", min=0, help="Processes; 0 = one a core.")]
Language = Annotated[str, typer.Option("--language", help="Of tables, sentences and page: en or it.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no tables.")]


@roadmap_app.command("init")
def init(
    folder: Folder,
    example: Annotated[str, typer.Option("--example", help="Shipped roadmap to begin from: portal or strategic.")] = "portal",
) -> None:
    """Write a roadmap to begin from: DIR/roadmap.yaml.

    Example: e2esim roadmap init my_portal --example portal
    """
    with clean_end():
        from e2esim.application.roadmapping import begin_roadmap

        typer.echo(f"wrote {begin_roadmap(folder, example)}; change it, then: e2esim roadmap define {folder}")


@roadmap_app.command("define")
def define(folder: Folder, language: Language = "en", quiet: Quiet = False) -> None:
    """Step 1: hold the perimeter against the company's tables, with aims for each combination, and say where to start."""
    with clean_end():
        _do(folder, "define", language, quiet=quiet)


@roadmap_app.command("analyse")
def analyse(folder: Folder, workers: Workers = 0, language: Language = "en", quiet: Quiet = False) -> None:
    """Step 2: run the company as it is, and a pilot of the levers: how a sale is made, how segments find it, first feedback."""
    with clean_end():
        _do(folder, "analyse", language, workers, quiet=quiet)


@roadmap_app.command("design")
def design(folder: Folder, language: Language = "en", quiet: Quiet = False) -> None:
    """Step 3: the levers, what they change, need and cost; what drives them and what is in their way."""
    with clean_end():
        _do(folder, "design", language, quiet=quiet)


@roadmap_app.command("implement")
def implement(folder: Folder, language: Language = "en", quiet: Quiet = False) -> None:
    """Step 4: adoption over time, and what starts before what it needs."""
    with clean_end():
        _do(folder, "implement", language, quiet=quiet)


@roadmap_app.command("evaluate")
def evaluate(folder: Folder, workers: Workers = 0, language: Language = "en", quiet: Quiet = False) -> None:
    """Step 5: before and after for every aim, spill-over between channels, feedback, and the money lever by lever."""
    with clean_end():
        _do(folder, "evaluate", language, workers, quiet=quiet)


def _do(folder: Path, step: str, language: str, workers: int = 0, *, quiet: bool) -> None:
    """Do a step, print it and say where it lies."""
    from e2esim.application.roadmapping import do_step
    from e2esim.report.lever_bridge_terminal import print_grid
    from e2esim.report.progress import progress_bar

    with progress_bar(quiet=quiet) as tell:
        stepped = do_step(folder, step, language=language, workers=workers, tell=tell)
    if not quiet:
        for grid in stepped.done.grids:
            print_grid(grid)
        for text in stepped.done.said:
            typer.echo(f"- {text}")
        typer.echo(f"{step}: {stepped.place}")
