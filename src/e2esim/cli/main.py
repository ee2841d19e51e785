"""The command ``e2esim``: which commands there are, their options, and where each goes."""

from __future__ import annotations

import gc
import io
import sys
from typing import Annotated

import typer

from e2esim.cli.company_verbs import company_verbs
from e2esim.cli.completion import use_own_bash_script
from e2esim.cli.ends import INTERRUPTED
from e2esim.cli.planning_verbs import planning_verbs
from e2esim.cli.roadmap_command import roadmap_app
from e2esim.cli.run_verbs import run_verbs
from e2esim.cli.study_verbs import study_verbs

use_own_bash_script()
app = typer.Typer(
    name="e2esim",
    help="Simulate and optimise an end-to-end supply chain and the customers it serves.",
    epilog="Exit codes: 0 done, 1 the run failed, 2 bad input (nothing is written), 130 interrupted, 143 terminated.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: a third of a second sooner, and [unit] stays [unit]
)

app.add_typer(run_verbs)
app.add_typer(study_verbs)
app.add_typer(planning_verbs)
app.add_typer(company_verbs)
app.add_typer(roadmap_app)


@app.callback(invoke_without_command=True)
def _main(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        from e2esim import __version__

        typer.echo(f"e2esim {__version__}")
        raise typer.Exit


_YOUNG = 50_000  # new objects after which the garbage collector looks again


def run() -> None:
    """Entry point of the command ``e2esim``."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # an output that cannot write every character loses none and never fails
    gc.set_threshold(_YOUNG)  # modules that are loaded are no garbage: looking for it took a twentieth of a small run
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    run()
