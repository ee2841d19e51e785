"""Progress with time left, on standard error, only where somebody looks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Tell = Callable[[float, str], None]


@contextmanager
def progress_bar(*, quiet: bool = False) -> Iterator[Tell]:
    """Give a function ``tell(share done, text)`` that draws a bar with the time left; silent when quiet or not on a
    terminal. Kernels that are compiled meanwhile are told on both.

    Examples
    --------
    >>> with progress_bar(quiet=True) as tell:
    ...     tell(0.5, "replication 1")
    """
    if quiet:
        yield lambda share, text: None
        return
    from e2esim.compiling import told_compiling

    if not sys.stderr.isatty():
        with told_compiling(lambda text: print(text, file=sys.stderr, flush=True)):
            yield lambda share, text: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0)
        with told_compiling(lambda text: bar.update(task, description=text)):
            yield lambda share, text: bar.update(task, completed=share, description=escape(text))
