"""The run folder of a supply network, and what it says as JSON."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl

from e2esim.domain.network_outcome import ORDER_KINDS, NetworkOutcome
from e2esim.report.manifest import fingerprint, plain, versions
from e2esim.report.whole_folder import whole_folder
from e2esim.study.network import CENTRE, POINT, WHOLE, NetworkResult


def write_network(result: NetworkResult, folder: Path, tables: Mapping[str, pl.DataFrame], page: str = "") -> Path:
    """Write the run folder: kpis.csv, stock_points.csv, work_centres.csv, replications.csv, manifest.json, and the rows of the kept replication.

    These are inventory.parquet (every stock point in every period) and orders.parquet (the one order book).

    Raises
    ------
    FileExistsError
        If ``folder`` exists.
    """
    with whole_folder(folder) as partial:
        result.table.write_csv(partial / "kpis.csv")
        members_frame(result, POINT).write_csv(partial / "stock_points.csv")
        if result.kept.network.centres:
            members_frame(result, CENTRE).write_csv(partial / "work_centres.csv")
        if result.replications > 1:
            result.per_replication.write_csv(partial / "replications.csv")
        inventory_frame(result.kept).write_parquet(partial / "inventory.parquet", compression="lz4", statistics=False)
        orders_frame(result.kept).write_parquet(partial / "orders.parquet", compression="lz4", statistics=False)
        if page:
            (partial / "report.html").write_text(page, encoding="utf-8")
        files = {path.name: path.stat().st_size for path in partial.iterdir()}
        text = json.dumps(_manifest(result, tables, files), indent=2, ensure_ascii=False, allow_nan=False)
        (partial / "manifest.json").write_text(text + "\n", encoding="utf-8")
    return folder


def members_frame(result: NetworkResult, dimension: str) -> pl.DataFrame:
    """One row a stock point or work centre with its names and the means of its KPIs side by side."""
    names = result.company.names
    wide = result.table.filter(pl.col("dimension") == dimension).pivot(on="kpi", index="member", values="mean")
    members = wide["member"].to_list()
    if dimension == CENTRE:
        return wide.select(pl.Series("work_centre", members), pl.Series("name", [names.get(("work_centres", m), "") for m in members]), pl.exclude("member"))
    pairs = [m.rsplit("@", 1) for m in members]
    return wide.select(
        pl.Series("site", [site for _, site in pairs], dtype=pl.String),
        pl.Series("site_name", [names.get(("sites", site), "") for _, site in pairs], dtype=pl.String),
        pl.Series("item", [item for item, _ in pairs], dtype=pl.String),
        pl.Series("item_name", [names.get(("items", item), "") for item, _ in pairs], dtype=pl.String),
        pl.exclude("member"),
    )


def inventory_frame(outcome: NetworkOutcome) -> pl.DataFrame:
    """Every stock point in every period: site, item, period, day, on_hand, backlog, on_order, demand, ordered, shipped, received [units]."""
    points, record = outcome.network.points, outcome.record
    n, periods = outcome.network.n, outcome.clock.periods
    period = np.tile(np.arange(periods, dtype=np.int32), n)
    number = np.repeat(np.arange(n, dtype=np.uint32), periods)
    names = {"site": pl.Series([p.site for p in points], dtype=pl.String), "item": pl.Series([p.item for p in points], dtype=pl.String)}
    return pl.DataFrame(
        {
            **{name: values.cast(pl.Categorical)[number] for name, values in names.items()},
            "period": period,
            "day": period * outcome.clock.period_d,
            **{name: np.ascontiguousarray(values).ravel() for name, values in record.items()},
        }
    )


def orders_frame(outcome: NetworkOutcome) -> pl.DataFrame:
    """The one order book: who ordered what from whom, when it was placed, sent and done [d], quantity, got, lost [units], money [EUR].

    ``eur`` is what the order brought (a sale less its delivery) or cost the firm that placed it.
    """
    book, network = outcome.book, outcome.network
    source = np.asarray([o.source or o.site for o in network.operations] or [""])
    customer = np.asarray([d.customer or "customers" for d in network.demands] or [""])
    number = np.asarray([d.order for d in network.demands] or [""])
    site = np.asarray([p.site for p in network.points])
    item = np.asarray([p.item for p in network.points])
    kind, at, to, what = book["kind"], book["at"], book["to"], book["what"]
    sale, back, opening = kind == ORDER_KINDS.index("sale"), kind == ORDER_KINDS.index("return"), kind == ORDER_KINDS.index("opening")
    who = customer[np.where(sale | back, what, 0)]
    other = np.where(opening, "under way", np.where(sale | back, who, source[np.where(sale | back | opening, 0, what)]))
    frame = pl.DataFrame(
        {
            "row": np.arange(kind.size),
            "order": np.where(sale | back, number[np.where(sale | back, what, 0)], ""),
            "kind": np.asarray(ORDER_KINDS)[kind],
            "item": item[np.where(at >= 0, at, to)],
            "from": np.where(at >= 0, site[at], other),
            "to": np.where(to >= 0, site[to], other),
            "quantity": book["quantity"],
            "got": book["got"],
            "lost": book["lost"],
            "placed_d": book["placed"],
            "shipped_d": book["shipped"],
            "done_d": book["done"],
            "eur": book["eur"],
        }
    )
    never = [pl.when(pl.col(name) >= 0).then(pl.col(name)).alias(name) for name in ("shipped_d", "done_d")]
    return frame.with_columns(never)


def network_json(result: NetworkResult, folder: Path | None) -> str:
    """One JSON object: scenario, seed, replications, wall_s, run_dir, notices, kpis of the network, of stock points and of work centres."""
    parts: dict[str, dict[str, dict[str, object]]] = {WHOLE: {}, POINT: {}, CENTRE: {}}
    for row in result.table.iter_rows(named=True):
        value = {"value": _finite(row["mean"]), "unit": row["unit"], "ci_low": _finite(row["ci_low"]), "ci_high": _finite(row["ci_high"])}
        if row["dimension"] == WHOLE:
            parts[WHOLE][row["kpi"]] = value
        else:
            parts[row["dimension"]].setdefault(row["member"], {})[row["kpi"]] = value
    settings = result.company.settings
    found = {
        "scenario": settings.name,
        "seed": settings.seed,
        "replications": result.replications,
        "wall_s": round(result.wall_s, 3),
        "run_dir": None if folder is None else str(folder),
        "notices": list(result.company.notices),
        "kpis": parts[WHOLE],
        "stock_points": parts[POINT],
        "work_centres": parts[CENTRE],
    }
    return json.dumps(found, allow_nan=False, ensure_ascii=False)


def _manifest(result: NetworkResult, tables: Mapping[str, pl.DataFrame], files: Mapping[str, int]) -> dict[str, object]:
    settings, clock = result.company.settings, result.company.clock
    return {
        "scenario": settings.name,
        "title": settings.title,
        "seed": settings.seed,
        "replications": result.replications,
        "time_unit": "days since start (columns *_d)",
        "reporting_window_d": [clock.warmup_d, clock.horizon_d],
        "sequence": list(clock.sequence),
        "costs_at": clock.costs_at,
        "notices": list(result.company.notices),
        "row_tables": f"replication {result.kept.replication + 1}",
        "hash": fingerprint(settings, None, tables),
        "hash_of": "settings and tables",
        "wall_s": round(result.wall_s, 3),
        "written": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "packages": versions(),
        "config": plain(settings),
        "files": dict(sorted(files.items())),
    }


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
