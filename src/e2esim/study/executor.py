"""Many independent jobs on the cores of this machine: results as they end, and what a worker that dies takes with it.

An executor takes one piece of work (a picklable callable of one job) and any number of jobs. At most twice the workers are under way at a
time. A job that raises, or whose worker dies, is one failed job; all others go on.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from e2esim.study.processes import Crew, end_with_parent

Job = TypeVar("Job")
Found = TypeVar("Found")

_GIVE_UP = 3  # rounds in which every worker died and nothing was finished
_LISTEN_S = 0.2  # a signal that another thread of this process was given is only heard when this one wakes
_NONE: Any = object()


class WorkerDied(RuntimeError):
    """The process that did a job was killed, crashed or ran out of its time, twice: with others and alone."""


@dataclass(frozen=True, kw_only=True)
class Ended(Generic[Job, Found]):
    """One job that has ended: its result, or the error that ended it."""

    job: Job
    result: Found | None = None
    error: BaseException | None = None

    def value(self) -> Found:
        """Return the result; raise the error of a failed job."""
        if self.error is not None:
            raise self.error
        return self.result  # type: ignore[return-value]


class Executor(Protocol):
    """Where jobs run."""

    def each(self, work: Callable[[Job], Found], jobs: Iterable[Job]) -> Generator[Ended[Job, Found], None, None]:
        """Yield every job as it ends, in any order; close the iterator to end what is under way."""
        ...


@dataclass(frozen=True, kw_only=True)
class Local:
    """Processes of this machine.

    Parameters
    ----------
    workers
        Number of processes; 0 = one a core.
    inline
        One worker is this very process (no protection against work that kills its process or never ends).
    time_limit_s
        A job that takes longer ends with its process; 0 = none. Not inline.
    """

    workers: int = 0
    inline: bool = True
    time_limit_s: float = 0.0

    def each(self, work: Callable[[Job], Found], jobs: Iterable[Job]) -> Generator[Ended[Job, Found], None, None]:
        """Yield every job as it ends; see `Executor`.

        Examples
        --------
        >>> sorted(ended.value() for ended in Local(workers=1).each(abs, [-2, -1]))
        [1, 2]
        """
        size = self.workers or os.cpu_count() or 1
        if size == 1 and self.inline:
            yield from _here(work, jobs)
        else:
            yield from _apart(Timed(work, self.time_limit_s), iter(jobs), size)


def _here(work: Callable[[Job], Found], jobs: Iterable[Job]) -> Generator[Ended[Job, Found], None, None]:
    for job in jobs:
        try:
            result = work(job)
        except Exception as error:
            yield Ended(job=job, error=error)
        else:
            yield Ended(job=job, result=result)


def _apart(work: Callable[[Job], Found], todo: Iterator[Job], size: int) -> Generator[Ended[Job, Found], None, None]:
    """Rounds of a pool: each ends when the jobs do or a worker dies; what was under way then is tried again, alone."""
    barren = 0
    while True:
        lost = list[Job]()
        finished = yield from _round(work, todo, size, lost)
        if not lost:
            return
        finished += yield from _one_by_one(work, lost)
        barren = 0 if finished else barren + 1
        if barren == _GIVE_UP:
            raise WorkerDied("worker processes die before they finish anything: is there memory enough?")


def _round(work: Callable[[Job], Found], todo: Iterator[Job], size: int, lost: list[Job]) -> Generator[Ended[Job, Found], None, int]:
    """Jobs of ``todo`` as they end, until a worker dies; jobs under way then are put in ``lost``. Returns how many ended."""
    flying: dict[Future[Found], Job] = {}
    ended = 0
    with _pool(work, size) as pool:
        while not lost:
            while len(flying) < 2 * size and (job := next(todo, _NONE)) is not _NONE:
                try:
                    flying[pool.submit(_do, job)] = job
                except BrokenProcessPool:
                    lost.append(job)
                    break
            if not flying:
                return ended
            done, _ = wait(flying, timeout=_LISTEN_S, return_when=FIRST_COMPLETED)
            ended += yield from _sort_out(done, flying, lost)
        wait(flying)
        ended += yield from _sort_out(set(flying), flying, lost)
    return ended


def _sort_out(done: set[Future[Found]], flying: dict[Future[Found], Job], lost: list[Job]) -> Generator[Ended[Job, Found], None, int]:
    """Jobs of the futures that are done; what a dead worker has taken along goes to ``lost``. Returns how many ended."""
    ended = 0
    for future in done:
        job, error = flying.pop(future), future.exception()
        if isinstance(error, BrokenProcessPool):
            lost.append(job)
            continue
        ended += 1
        yield Ended(job=job, error=error) if error is not None else Ended(job=job, result=future.result())
    return ended


def _one_by_one(work: Callable[[Job], Found], suspects: list[Job]) -> Generator[Ended[Job, Found], None, int]:
    """Each job in a pool of one: who kills its process again is the one to blame. Returns how many lived."""
    todo, lived = iter(suspects), 0
    while True:
        with _pool(work, 1) as pool:
            for job in todo:
                try:
                    future = pool.submit(_do, job)
                    while not wait([future], timeout=_LISTEN_S).done:
                        pass
                    result = future.result()
                except BrokenProcessPool:
                    yield Ended(job=job, error=WorkerDied("its process was killed, crashed or ran out of its time, twice"))
                    break
                except Exception as error:
                    lived += 1
                    yield Ended(job=job, error=error)
                else:
                    lived += 1
                    yield Ended(job=job, result=result)
            else:
                return lived


@contextmanager
def _pool(work: Callable[[Job], Found], size: int) -> Iterator[ProcessPoolExecutor]:
    """A pool whose processes are ended at once, not waited for, when the block is left early."""
    crew = Crew()
    pool = ProcessPoolExecutor(size, mp_context=crew, initializer=_begin, initargs=(work,))
    try:
        yield pool
    except BaseException:
        crew.end()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@dataclass(frozen=True)
class Timed(Generic[Job, Found]):
    """Work that ends its own process when a job takes too long: a watchdog beside it, for nothing else could stop a kernel or a solver."""

    work: Callable[[Job], Found]
    limit_s: float

    def __call__(self, job: Job) -> Found:
        """Do the job."""
        if self.limit_s <= 0.0:
            return self.work(job)
        watch = threading.Timer(self.limit_s, os._exit, (1,))
        watch.daemon = True
        watch.start()
        try:
            return self.work(job)
        finally:
            watch.cancel()


# --- in the worker ---------------------------------------------------------------------------------------------------
_WORK: list[Callable[[Any], Any]] = []


def _begin(work: Callable[[Any], Any]) -> None:
    end_with_parent()
    _WORK[:] = [work]


def _do(job: Any) -> Any:
    return _WORK[0](job)
