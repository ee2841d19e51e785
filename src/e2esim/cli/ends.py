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
    heard: list[type[BaseException]] = []
    try:
        with _hearing_signals(heard):
            yield
    except BaseException as error:
        end = _WHEN_TOLD[heard[0]] if heard else _end_of(error)
        if end is None:
            raise
        words, code = end
        if words:
            typer.echo(words, err=True)
        raise typer.Exit(code) from None


def _end_of(error: BaseException) -> tuple[str, int] | None:
    """Return the words and the exit code of an end that is no bug."""
    if isinstance(error, InputErrors):
        return listing(error.problems), BAD_INPUT
    if isinstance(error, TooLargeError):
        return str(error), BAD_INPUT
    if isinstance(error, RuntimeError):
        if type(error).__name__ == "WorkerDied":  # the room study is not imported for every command
            return str(error), FAILED
        if "no locator available" in str(error):  # numba's words for: nowhere to keep compiled code
            return "no folder for compiled code can be written; name one: NUMBA_CACHE_DIR=/some/folder e2esim ...", FAILED
    if isinstance(error, BrokenPipeError):  # the reader of our output has gone, e.g. `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return "", DONE
    if isinstance(error, OSError):
        return f"{error.strerror or error}: {error.filename}" if error.filename else str(error), FAILED
    return _WHEN_TOLD.get(type(error))


@contextmanager
def _hearing_signals(heard: list[type[BaseException]]) -> Iterator[None]:
    """Turn Ctrl-C and SIGTERM into exceptions, so that half-written folders and worker processes go; ``heard`` keeps which was first.

    Libraries may turn such an exception into another one, or lose it where none can leave (a finaliser, a callback of the compiler): then it is sent again.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupted(number: int, frame: Any) -> None:
        heard.append(KeyboardInterrupt)
        raise KeyboardInterrupt

    def terminated(number: int, frame: Any) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough: what it undoes must not be cut short
        heard.append(Terminated)
        raise Terminated

    def lost(what: sys.UnraisableHookArgs) -> None:
        if what.exc_type is Terminated:
            signal.signal(signal.SIGTERM, terminated)
        if what.exc_type in _SENT_AGAIN:
            threading.Timer(0.02, os.kill, (os.getpid(), _SENT_AGAIN[what.exc_type])).start()
        elif not heard:
            told_lost(what)

    told_lost, sys.unraisablehook = sys.unraisablehook, lost
    before = signal.signal(signal.SIGTERM, terminated)
    on_interrupt = signal.getsignal(signal.SIGINT)
    if on_interrupt is signal.default_int_handler:  # a shell's background job does not hear it
        signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before if before is not None else signal.SIG_DFL)
        signal.signal(signal.SIGINT, on_interrupt if on_interrupt is not None else signal.SIG_DFL)
        if not heard:  # what is cut off complains to the last, in finalisers: nobody wants to read that
            sys.unraisablehook = told_lost


_WHEN_TOLD: dict[type[BaseException], tuple[str, int]] = {KeyboardInterrupt: ("interrupted", INTERRUPTED), Terminated: ("terminated", TERMINATED)}
_SENT_AGAIN: dict[type[BaseException], signal.Signals] = {KeyboardInterrupt: signal.SIGINT, Terminated: signal.SIGTERM}


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
