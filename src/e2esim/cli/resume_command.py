"""``e2esim run --resume DIR``: a market run that was stopped, taken up again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from e2esim.cli.market_command import run_scenario
from e2esim.cli.run_options import RunOptions
from e2esim.cli.stopped_command import alone, wrong_replication
from e2esim.config.problems import InputErrors
from e2esim.config.saved_run import own_words, read_saved


def resume_run(overrides: Sequence[str], folder: Path, options: RunOptions) -> None:
    """Take up a saved run: to its end, or to another morning.

    Raises
    ------
    InputErrors
        If the folder is no saved run, or its data or the program have changed since.
    """
    own_words(overrides, folder)
    saved = read_saved(folder)
    alone(options, "--resume")
    if options.replication not in (1, saved.number + 1):
        raise InputErrors([wrong_replication("--replication", str(options.replication), f"{folder} is replication {saved.number + 1}")])
    run_scenario(saved.overrides, replace(options, replication=saved.number + 1), saved)
