"""How many replications of a study run, where, and in which folder what has run is kept."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from e2esim.application.folders import new_folder
from e2esim.config.problems import did_you_mean, wrong_word

if TYPE_CHECKING:
    from e2esim.study.executor import Executor

MANIFEST = "sweep.json"


@dataclass(frozen=True, kw_only=True)
class Effort:
    """Replications of each point (None: as the experiment says), processes, and the folder that keeps them (None: a new one below ./runs)."""

    replications: int | None = None
    executor: str = "local"
    address: str = ""
    workers: int = 0
    time_limit_s: float = 0.0
    out: Path | None = None
    again: bool = False
    inline: bool = False  # in this process, one after the other


def executor_of(effort: Effort) -> Executor:
    """Where the replications run.

    Raises
    ------
    InputErrors
        If there is no such executor or Ray is not installed.
    """
    from importlib.util import find_spec

    from e2esim.study.executor import Local

    if effort.executor == "local":
        return Local(workers=effort.workers, inline=effort.inline, time_limit_s=effort.time_limit_s)
    if effort.executor != "ray":
        raise wrong_word("--executor", effort.executor, "there is no such executor", did_you_mean(effort.executor, ["local", "ray"]))
    if find_spec("ray") is None:
        raise wrong_word("--executor", "ray", "Ray is not installed", "pip install 'e2esim[ray]'")
    from e2esim.study.ray_executor import OnRay

    return OnRay(address=effort.address, workers=effort.workers)


def sweep_folder(out: Path | None) -> Path:
    """The folder of a sweep: the one named, new or begun earlier; else a new one below ./runs.

    Raises
    ------
    InputErrors
        If it holds something else.
    """
    if out is None or not out.is_dir() or not any(out.iterdir()):
        return new_folder(out, "sweep", "")
    if not (out / "parts").is_dir() and not (out / MANIFEST).is_file():
        raise wrong_word("--out", str(out), "holds something else than a sweep", "name another folder")
    return out


@contextmanager
def kept_in(folder: Path | None) -> Iterator[Path]:
    """The folder that is named, or one that is gone afterwards."""
    if folder is not None:
        yield folder
        return
    with tempfile.TemporaryDirectory() as home:
        yield Path(home) / "sweep"
