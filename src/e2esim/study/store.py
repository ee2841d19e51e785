"""The table of a sweep as it grows on disk: one Parquet part a finished replication, keyed, so that nothing finished is done twice.

A part is written beside its place and renamed, so that a part is whole or not there. Many small parts are merged into one now and then.
At the end all parts become one table, sorted by key and replication: equal to the last bit however and wherever the rows were made.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

SCHEMA: dict[str, pl.DataType] = {
    "key": pl.String(),
    "replication": pl.Int32(),  # from 1
    "kpi": pl.String(),
    "unit": pl.String(),
    "value": pl.Float64(),
    "error": pl.String(),  # why a replication has no values; null where it has
}
_MERGE = 400  # parts at which they become one


@dataclass
class Store:
    """Parts below ``folder``/parts; opening it removes what a killed writer left half-written.

    Raises
    ------
    OSError
        If the folder cannot be made or written (a full disk too): what was written before stays whole.
    """

    folder: Path
    _small: list[Path] = field(default_factory=list)
    _next: int = 0

    def __post_init__(self) -> None:
        self.parts.mkdir(parents=True, exist_ok=True)
        for left in self.parts.glob("*.tmp"):
            left.unlink(missing_ok=True)
        names = sorted(self.parts.glob("*.parquet"))
        self._small = [path for path in names if path.stem.startswith("part-")]
        self._next = 1 + max((int(path.stem.rpartition("-")[2]) for path in names), default=-1)

    @property
    def parts(self) -> Path:
        """Folder of the parts."""
        return self.folder / "parts"

    def add(self, rows: pl.DataFrame) -> None:
        """Keep the rows of one replication."""
        self._small.append(self._write(rows, "part"))
        if len(self._small) >= _MERGE:
            merged = self._write(_read(self._small), "merged")
            for path in self._small:
                path.unlink()
            self._small = []
            assert merged.is_file()

    def done(self) -> set[tuple[str, int]]:
        """Keys and replications that are there."""
        rows = self.rows()
        return set(rows.select("key", "replication").unique().iter_rows())

    def rows(self) -> pl.DataFrame:
        """Everything that is there, each replication once, sorted by key and replication."""
        paths = sorted(self.parts.glob("*.parquet"))
        rows = _read(paths) if paths else pl.DataFrame(schema=SCHEMA)
        # killed between merging and removing: the same replication twice, with the same values
        return rows.unique(subset=["key", "replication", "kpi"], keep="first", maintain_order=True).sort("key", "replication", maintain_order=True)

    def forget(self, replications: Iterable[tuple[str, int]]) -> None:
        """Drop replications, so that they are done again."""
        gone = pl.DataFrame(list(replications), schema={"key": pl.String, "replication": pl.Int32}, orient="row")
        if gone.height == 0:
            return
        old = sorted(self.parts.glob("*.parquet"))
        self._write(self.rows().join(gone, on=["key", "replication"], how="anti"), "merged")
        for path in old:
            path.unlink()
        self._small = []

    def forget_failed(self) -> None:
        """Drop the replications that came to nothing, so that they are done again."""
        self.forget(self.rows().filter(pl.col("error").is_not_null()).select("key", "replication").iter_rows())

    def _write(self, rows: pl.DataFrame, kind: str) -> Path:
        path = self.parts / f"{kind}-{self._next:09d}.parquet"
        self._next += 1
        write_whole(rows, path)
        return path


def write_whole(rows: pl.DataFrame, path: Path) -> None:
    """Write a Parquet file beside its place and rename it."""
    partial = path.with_suffix(".tmp")
    try:
        rows.write_parquet(partial, compression="zstd", statistics=False)
        os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _read(paths: Sequence[Path]) -> pl.DataFrame:
    return pl.concat([pl.read_parquet(path) for path in paths])


def failed_row(key: str, replication: int, error: str) -> pl.DataFrame:
    """The one row of a replication that came to nothing; ``replication`` from 1."""
    return pl.DataFrame([(key, replication, None, None, None, error)], schema=SCHEMA, orient="row")


def value_rows(key: str, replication: int, headline: pl.DataFrame) -> pl.DataFrame:
    """Rows of a replication from its headline KPIs (kpi, unit, value); ``replication`` from 1."""
    return headline.select(
        pl.lit(key).alias("key"),
        pl.lit(replication, dtype=pl.Int32).alias("replication"),
        "kpi",
        "unit",
        "value",
        pl.lit(None, dtype=pl.String).alias("error"),
    )
