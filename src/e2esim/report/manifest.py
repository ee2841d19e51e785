"""The manifest of a run folder: what was run, with what, and a fingerprint by which a rerun can be recognised."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import math
import platform
import sys
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from e2esim.domain.settings import Settings
from e2esim.domain.world import World
from e2esim.machine_code import kernel_hash
from e2esim.report.result import Result

PACKAGES = ("e2esim", "numpy", "polars", "numba", "simpy", "ortools", "scipy", "hydra-core", "matplotlib")


def manifest(result: Result, tables: Mapping[str, pl.DataFrame] | None, files: Mapping[str, int]) -> dict[str, Any]:
    """Return the manifest as a JSON-ready mapping; ``files`` maps the names of the other files to their sizes
    [bytes].
    """
    settings, outcome = result.settings, result.first
    return {
        "scenario": result.scenario,
        "title": settings.title,
        "seed": result.seed,
        "replications": result.replications,
        "start": settings.horizon.start.isoformat(),
        "time_unit": "hours since start (columns *_h)",
        "reporting_window_h": [outcome.warmup_h, outcome.horizon_h]
        if outcome is not None
        else [24.0 * settings.horizon.warmup_days, 24.0 * settings.horizon.days],
        "row_tables": f"replication {result.kept + 1}" if outcome is not None else "none",
        "lost_replications": [k + 1 for k in result.lost],
        "hash": fingerprint(settings, result.world, tables),
        "hash_of": "settings and tables" if tables is not None else "settings and world",
        "wall_s": round(result.wall_s, 3),
        "written": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "packages": versions(),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "byteorder": sys.byteorder,
        "config": plain(settings),
        "files": dict(sorted(files.items())),
    }


def versions() -> dict[str, str]:
    """Installed versions of the packages that can change a result, the commit of a checkout, and the hash of the kernel sources."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed as a package"
    return found | {"e2esim commit": commit() or "not a checkout", "e2esim kernels": kernel_hash()}


def commit() -> str:
    """The commit of the checkout that the program runs from, read from its ``.git``; empty for an installed package."""
    git = Path(__file__).resolve().parents[3] / ".git"
    try:
        if git.is_file():  # a worktree
            git = Path(git.read_text().removeprefix("gitdir:").strip())
        head = (git / "HEAD").read_text().strip()
        if not head.startswith("ref: "):
            return head
        shared = git / (git / "commondir").read_text().strip() if (git / "commondir").exists() else git
        branch = head.removeprefix("ref: ")
        if (shared / branch).exists():
            return (shared / branch).read_text().strip()
        packed = (shared / "packed-refs").read_text().splitlines()
        return next((line.split()[0] for line in packed if line.endswith(f" {branch}")), "")
    except OSError:
        return ""


def plain(value: Any) -> Any:
    """Turn settings into JSON types: dataclasses into mappings, dates into ISO text, NaN and infinity into None.

    >>> plain({"a": (1, dt.date(2026, 1, 5), math.inf)})
    {'a': [1, '2026-01-05', None]}
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def fingerprint(settings: Settings, world: World | None, tables: Mapping[str, pl.DataFrame] | None) -> str:
    """Return the sha256 of the canonical settings and of the bytes of the tables (of the world's arrays if no tables
    are given).

    Same settings and data give the same fingerprint, on any day and in any folder.
    """
    digest = hashlib.sha256(
        json.dumps(plain(settings), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    )
    if tables is not None:
        for name in sorted(tables):
            digest.update(f"\n# {name}\n".encode())
            digest.update(tables[name].write_csv(float_precision=12).encode())
    elif world is not None:
        for part in _bytes_of(world, "world"):
            digest.update(part)
    return digest.hexdigest()


def _bytes_of(value: Any, path: str) -> Iterator[bytes]:
    """Bytes of everything a frozen fact holds, each under its path; settings are hashed apart."""
    if isinstance(value, Settings):
        return
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from _bytes_of(getattr(value, field.name), f"{path}.{field.name}")
    elif isinstance(value, np.ndarray):
        yield f"\n{path} {value.dtype.str} {value.shape}\n".encode()
        yield np.ascontiguousarray(value).tobytes()
    elif isinstance(value, (list, tuple)):
        yield f"\n{path} {len(value)}\n".encode()
        for k, entry in enumerate(value):
            yield from _bytes_of(entry, f"{path}[{k}]")
    else:
        yield f"\n{path} {value!r}\n".encode()
