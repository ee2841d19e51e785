"""What the options of ``e2esim run`` say, whatever run it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """What the options of ``run`` say."""

    as_json: bool = False
    replications: int = 1
    replication: int = 1  # whose tables are kept, from 1
    workers: int = 0
    out: Path | None = None
    report: bool = True
    quiet: bool = False
    language: str = "en"
    post_game: bool = False
    stop_at: str = ""
    save: Path | None = None
    resume: Path | None = None


def one_of_them(options: RunOptions) -> None:
    """Refuse to keep a replication that is not run."""
    if options.replications > 1 and options.replication > options.replications:
        remedy = f"name one of 1 to {options.replications}, or leave out --replications to run that one alone"
        problem = Problem(
            file=COMMAND_LINE, column="--replication", value=str(options.replication), message="is none of the replications", remedy=remedy
        )
        raise InputErrors([problem])
