"""Jobs on a Ray cluster: the same interface as the processes of this machine (`pip install e2esim[ray]`)."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from e2esim.study.executor import Ended, Found, Job, WorkerDied

_NONE: Any = object()


@dataclass(frozen=True, kw_only=True)
class OnRay:
    """Tasks of one core each on a Ray cluster.

    Parameters
    ----------
    address
        Of a running cluster ('auto' = the one of this machine); empty = one is started here and ends with this process.
    workers
        Cores of a cluster started here; 0 = all.
    """

    address: str = ""
    workers: int = 0

    def each(self, work: Callable[[Job], Found], jobs: Iterable[Job]) -> Generator[Ended[Job, Found], None, None]:
        """Yield every job as it ends; at most twice the cores are under way. A node that is lost takes its tasks along, tried once more.

        Raises
        ------
        ImportError
            If Ray is not installed.
        """
        import ray

        ours = not ray.is_initialized()
        if ours:
            ray.init(log_to_driver=False, logging_level=logging.ERROR, **self._where())
        try:
            yield from _on_cluster(ray, work, iter(jobs))
        finally:
            if ours:
                ray.shutdown()

    def _where(self) -> dict[str, Any]:
        """A running cluster (its nodes have the program installed), or one of this machine that finds modules where this process does."""
        if self.address:
            return {"address": self.address}
        found = {"env_vars": {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}}
        return {"num_cpus": self.workers or None, "include_dashboard": False, "runtime_env": found}


def _on_cluster(ray: Any, work: Callable[[Job], Found], todo: Any) -> Generator[Ended[Job, Found], None, None]:
    held, token = ray.put(work), uuid4().hex
    task = ray.remote(num_cpus=1, max_retries=1)(_do)
    room = 2 * max(1, int(ray.cluster_resources().get("CPU", 1)))
    flying: dict[Any, Job] = {}
    try:
        while True:
            while len(flying) < room and (job := next(todo, _NONE)) is not _NONE:
                flying[task.remote(token, held, job)] = job
            if not flying:
                return
            done, _ = ray.wait(list(flying), num_returns=1)
            for one in done:
                yield _ended(ray, one, flying.pop(one))
    finally:
        for one in flying:
            ray.cancel(one, force=True)


def _ended(ray: Any, one: Any, job: Job) -> Ended[Job, Any]:
    try:
        return Ended(job=job, result=ray.get(one))
    except (ray.exceptions.WorkerCrashedError, ray.exceptions.NodeDiedError, ray.exceptions.OutOfMemoryError) as error:
        return Ended(job=job, error=WorkerDied(f"its process or node was lost, twice ({type(error).__name__})"))
    except ray.exceptions.RayTaskError as error:
        return Ended(job=job, error=error.cause if error.cause is not None else error)


_WORK: dict[str, Any] = {}


def _do(token: str, work: Any, job: Any) -> Any:
    """In the worker: one copy of the work stays, so that what it has opened stays open."""
    if token not in _WORK:
        _WORK.clear()
        _WORK[token] = work
    return _WORK[token](job)
