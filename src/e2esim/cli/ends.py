"""How commands end: bad input, a failed run, an interruption; each with its words and its exit code, no traceback."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any

import typer

from e2esim.config.problems import SHOWN, InputErrors, Problem
from e2esim.domain.bounds import TooLargeError

DONE, FAILED, BAD_INPUT, INTERRUPTED, TERMINATED = 0, 1, 2, 130, 143


class Terminated(BaseException):
    """SIGTERM was heard; like an interrupt it is no error, and everything under way must be undone."""


@contextmanager
def clean_end() -> Iterator[None]:
    """Turn the ends that are not bugs into a message on stderr and an exit code."""
    try:
        with _hearing_sigterm():
            yield
    except InputErrors as error:
        typer.echo(listing(error.problems), err=True)
        raise typer.Exit(BAD_INPUT) from None
    except KeyboardInterrupt:
        typer.echo("interrupted", err=True)
        raise typer.Exit(INTERRUPTED) from None
    except TooLargeError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(BAD_INPUT) from None
    except Terminated:
        typer.echo("terminated", err=True)
        raise typer.Exit(TERMINATED) from None
    except RuntimeError as error:
        if type(error).__name__ == "WorkerDied":  # the room study is not imported for every command
            typer.echo(str(error), err=True)
            raise typer.Exit(FAILED) from None
        if "no locator available" not in str(error):  # numba's words for: nowhere to keep compiled code
            raise
        typer.echo("no folder for compiled code can be written; name one: NUMBA_CACHE_DIR=/some/folder e2esim ...", err=True)
        raise typer.Exit(FAILED) from None
    except BrokenPipeError:  # the reader of our output has gone, e.g. `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(DONE) from None
    except OSError as error:
        typer.echo(f"{error.strerror or error}: {error.filename}" if error.filename else str(error), err=True)
        raise typer.Exit(FAILED) from None


@contextmanager
def _hearing_sigterm() -> Iterator[None]:
    """Turn SIGTERM into `Terminated`, so that half-written folders and worker processes go as they do after Ctrl-C."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def heard(number: int, frame: Any) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough: what it undoes must not be cut short
        raise Terminated

    before = signal.signal(signal.SIGTERM, heard)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before if before is not None else signal.SIG_DFL)


def listing(problems: Sequence[Problem], shown: int = SHOWN) -> str:
    """Return problems as lines under the file they belong to; errors first, warnings marked.

    Examples
    --------
    >>> bad = Problem(file="data/items.csv", row=3, column="sold", value="maybe", message="not true or false")
    >>> print(listing([bad]))
    1 problem in the input
    <BLANKLINE>
    data/items.csv
      row 3, column sold: not true or false [maybe]
    """
    errors = [problem for problem in problems if not problem.warning]
    warnings = [problem for problem in problems if problem.warning]
    heads = [
        f"{len(part)} {word}{'' if len(part) == 1 else 's'}"
        for part, word in ((errors, "problem"), (warnings, "warning"))
        if part
    ]
    lines = [f"{' and '.join(heads)} in the input"]
    kept = [*errors, *warnings][:shown]
    order = {problem.file: place for place, problem in reversed(list(enumerate(kept)))}
    for file, part in groupby(sorted(kept, key=lambda problem: order[problem.file]), key=lambda problem: problem.file):
        lines += ["", file, *(f"  {'warning: ' if problem.warning else ''}{_line(problem)}" for problem in part)]
    if len(errors) + len(warnings) > shown:
        lines += ["", f"... and {len(errors) + len(warnings) - shown} more; `e2esim validate --all` lists them all"]
    return "\n".join(lines)


def _line(problem: Problem) -> str:
    return str(problem).removeprefix(problem.file).removeprefix(", ").removeprefix(": ")


def told_on_stderr(*, quiet: bool) -> Callable[[str], None]:
    """Tell on the error stream what takes a while, or nobody."""
    return (lambda _: None) if quiet else (lambda words: typer.echo(words, err=True))
