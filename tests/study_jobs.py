"""Work for the tests of studies, in a module that worker processes can import."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass

from e2esim.study.company import Asked, Replicated, Replications, Tell


@dataclass(frozen=True)
class Fragile:
    """Work that raises for odd jobs, kills its process for jobs in ``deadly``, and squares the others."""

    deadly: tuple[int, ...] = ()

    def __call__(self, job: int) -> int:
        if job in self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        if job % 2:
            raise ValueError(f"odd {job}")
        return job * job


class DeadlyReplications(Replications):
    """The replications of a study whose second one kills its process."""

    def __call__(self, asked: Asked, tell: Tell | None = None) -> Replicated:
        if asked.replication == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().__call__(asked, tell)
