"""From tables to numbers: what customers meet and weigh - attributes, touchpoints, services."""

from __future__ import annotations

import numpy as np
import polars as pl

from e2esim.domain import world as w


def lay_out_attributes(frame: pl.DataFrame) -> w.Attributes:
    """What a customer weighs, in order of ``world.ATTRIBUTES``."""
    rows = {row["attribute"]: row for row in frame.iter_rows(named=True)}

    def column(name: str, missing: float, silent: str = "") -> w.F:
        return np.array([rows[a][name] if a in rows and rows[a]["kano"] != silent else missing for a in w.ATTRIBUTES], dtype=np.float64)

    return w.Attributes(
        gain=column("gain", 0.0, "must_be"),
        loss=column("loss", 0.0, "attractive"),
        tolerance=column("tolerance", 1.0),
        shape=column("shape", 1.0),
    )


_MET = ("reach", "problem_share", "controlled", "online", "human", "direct")  # of a touchpoint where it is met
_BY_PEOPLE, _BY_CONTENT = ("feel", "relate"), ("think", "act")  # modules that culture leads, and that the platform leads


def lay_out_touchpoints(frame: pl.DataFrame, channels: w.Channels, advertising: float = 1.0) -> w.Touch:
    """Touchpoints by channel and phase, (channels, phases); ``advertising`` [1] multiplies what its touchpoints cost."""
    shape = (len(channels.ids), len(w.PHASES))
    relevance, cost, contacts = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    met: list[list[tuple[float, ...]]] = [[] for _ in range(shape[0] * shape[1])]
    for code, row in enumerate(frame.iter_rows(named=True)):
        phase = w.PHASES.index(row["phase"])
        eur = row["cost_eur"] * (advertising if row["phase"] == "discover" and row["controlled"] and not row["direct"] else 1.0)
        for channel in [channels.ids.index(row["channel"])] if row["channel"] else range(shape[0]):
            relevance[channel, phase] += row["reach"] * row["relevance"]
            cost[channel, phase] += row["reach"] * eur
            contacts[channel, phase] += row["reach"]
            money = row["reach"] * row["relevance"], row["reach"] * eur
            joy = row["enjoyment"] + row["sense"], *(sum(row[name] for name in names) for names in (_BY_PEOPLE, _BY_CONTENT))
            met[channel * shape[1] + phase].append((code, *(float(row[name]) for name in _MET), *joy, *money))
    flat = np.array([one for place in met for one in place], dtype=np.float64).reshape(-1, 6 + len(_MET))
    return w.Touch(
        ids=tuple(frame["touchpoint"].to_list()),
        relevance=relevance,
        cost_eur=cost,
        contacts=contacts,
        start=np.concatenate(([0], np.cumsum([len(place) for place in met]))).astype(np.int64),
        code=flat[:, 0].astype(np.int64),
        reach=np.ascontiguousarray(flat[:, 1]),
        trouble=np.ascontiguousarray(flat[:, 2]),
        controlled=flat[:, 3] > 0,
        online=flat[:, 4] > 0,
        human=flat[:, 5] > 0,
        direct=flat[:, 6] > 0,
        joy=np.ascontiguousarray(flat[:, 7]),
        joy_people=np.ascontiguousarray(flat[:, 8]),
        joy_content=np.ascontiguousarray(flat[:, 9]),
        pull=np.ascontiguousarray(flat[:, 10]),
        eur=np.ascontiguousarray(flat[:, 11]),
    )


def lay_out_services(frame: pl.DataFrame) -> w.Services:
    """Services that are offered, in order of ``world.SERVICES``."""
    rows = {row["service"]: row for row in frame.iter_rows(named=True) if row["offered"]}

    def column(name: str) -> w.F:
        return np.array([rows[s][name] if s in rows else 0.0 for s in w.SERVICES], dtype=np.float64)

    use = column("use_share") * column("offered_share")
    return w.Services(use=use, alone=column("alone_share"), cost_eur=column("cost_eur"), price_eur=column("price_eur"), effect=column("effect"))
