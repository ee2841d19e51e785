"""The tables of a planned run: orders, lots, purchases, stock, load, nights, and its KPIs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from e2esim.domain.planned_outcome import LineSource, PlannedOutcome, Stage
from e2esim.kpi.planned import KPIS, in_full, piece_days_late
from e2esim.report.planned.late import apart_from_plan
from e2esim.study.planned_runs import PlannedStudy
from e2esim.study.post_game import PostGame

Ints = npt.NDArray[np.int64]


def dates(study: PlannedStudy, days: Ints) -> pl.Series:
    """Days of the run as dates; null for what has not happened, -1."""
    return pl.select(pl.when(pl.Series(days != -1)).then(_days(study, days))).to_series()


def _days(study: PlannedStudy, days: Ints) -> pl.Series:
    return pl.Series(np.datetime64(study.first.start, "D") + np.asarray(days, dtype="timedelta64[D]"))


def names(words: tuple[str, ...], rows: Ints) -> pl.Series:
    """Names by row, '' for row -1."""
    return pl.Series([words[k] if k >= 0 else "" for k in rows.tolist()], dtype=pl.String)


def orders_frame(study: PlannedStudy) -> pl.DataFrame:
    """One row an order line."""
    outcome, case = study.first, study.company.case
    lines, n = outcome.lines, outcome.lines.n
    why = against_plan(outcome)
    return pl.DataFrame(
        {
            "order": pl.Series(outcome.line_name, dtype=pl.String),
            "source": [LineSource(k).name.lower() for k in lines["source"][:n].tolist()],
            "customer": names(case.order_customer, lines["template"][:n]),
            "item": names(case.facts.items, lines["item"][:n]),
            "qty": lines["qty"][:n],
            "priority": lines["priority"][:n],
            "placed": dates(study, np.maximum(lines["placed"][:n], 0)),
            "due": _days(study, lines["due"][:n]),
            "promised": dates(study, lines["promised"][:n]),
            "planned": dates(study, lines["planned"][:n]),
            "delivered": dates(study, lines["delivered"][:n]),
            "open": np.maximum(lines["open"][:n], 0.0).round(6),
            "in_full_on_time": in_full(outcome),
            "late_piece_days": piece_days_late(outcome),
            "against_plan": pl.Series(why, dtype=pl.String),
        }
    )


def against_plan(outcome: PlannedOutcome) -> list[str]:
    """In words, why the last piece of each line did not come on the day of the first plan that knew it; '' where it did."""
    words = []
    for line in apart_from_plan(outcome):
        parts = [f"planned anew for {line.anew}"] if line.anew is not None else []
        parts += [f"goods came {line.waited} days after their planned day"] if line.waited > 0 else []
        parts += ["open when the run ended"] if line.is_open else []
        words.append("" if line.kept else "; ".join(parts) or "planned after the run")
    return words


def lots_frame(study: PlannedStudy) -> pl.DataFrame:
    """One row a lot and routing step of a plan; what a later plan dropped is left out."""
    outcome, facts = study.first, study.company.case.facts
    lots = outcome.lots
    rows = np.flatnonzero(lots["stage"][: lots.n] != Stage.DROPPED)
    step = lots["step"][rows]
    return pl.DataFrame(
        {
            "lot": names(outcome.lot_name, rows),
            "item": names(facts.items, facts.step_item[step]),
            "step": names(facts.step_name, step),
            "work_centre": names(facts.centres, facts.step_centre[step]),
            "qty": lots["qty"][rows],
            "hours": lots["hours"][rows].round(3),
            "planned_start": dates(study, lots["plan_start"][rows]),
            "planned_end": dates(study, lots["plan_end"][rows]),
            "start": dates(study, lots["start"][rows]),
            "end": dates(study, lots["end"][rows]),
            "stage": [Stage(k).name.lower() for k in lots["stage"][rows].tolist()],
        }
    )


def purchases_frame(study: PlannedStudy) -> pl.DataFrame:
    """One row a purchase or open order of the data; what a later plan dropped is left out."""
    outcome, facts = study.first, study.company.case.facts
    bought = outcome.purchases
    rows = np.flatnonzero(bought["stage"][: bought.n] != Stage.DROPPED)
    node = bought["node"][rows]
    item = np.where(node < facts.n_items, node, facts.step_item[np.maximum(node - facts.n_items, 0)] if facts.n_steps else node)
    return pl.DataFrame(
        {
            "purchase": names(outcome.purchase_name, rows),
            "supplier": names(facts.source_supplier, bought["source"][rows]),
            "item": names(facts.items, item),
            "qty": bought["qty"][rows],
            "ordered": dates(study, bought["ordered"][rows]),
            "due": dates(study, bought["due"][rows]),
            "arrives": dates(study, bought["arrives"][rows]),
            "stage": [Stage(k).name.lower() for k in bought["stage"][rows].tolist()],
        }
    )


def stock_frame(study: PlannedStudy) -> pl.DataFrame:
    """Goods on hand at the end of each week by item, and their value."""
    outcome, facts, value = study.first, study.company.case.facts, study.company.material_value()
    days = np.r_[np.arange(6, outcome.days, 7), outcome.days - 1] if outcome.days else np.zeros(0, dtype=np.int64)
    days = np.unique(days).astype(np.int64)
    day, item = np.repeat(days, facts.n_items), np.tile(np.arange(facts.n_items), days.size)
    on_hand = outcome.stock[day, item]
    worth = (on_hand * value[item]).round(2)
    return pl.DataFrame({"day": dates(study, day), "item": names(facts.items, item), "on_hand": on_hand.round(6), "value_eur": worth})


def load_frame(study: PlannedStudy) -> pl.DataFrame:
    """Hours of every work centre by week: of the calendar, as there were, and used."""
    outcome, facts = study.first, study.company.case.facts
    weeks = min(-(-outcome.days // 7), outcome.room.shape[1])
    centre, week = np.repeat(np.arange(len(facts.centres)), weeks), np.tile(np.arange(weeks), len(facts.centres))
    hours = {name: table[centre, week].round(3) for name, table in (("calendar_h", outcome.calendar), ("there_h", outcome.room), ("used_h", outcome.hours))}
    return pl.DataFrame({"work_centre": names(facts.centres, centre), "week": dates(study, 7 * week), **hours})


def nights_frame(study: PlannedStudy) -> pl.DataFrame:
    """Every planning night: kept or made anew, and what had happened otherwise than planned."""
    rows = [
        {
            "night": study.first.start + timedelta(days=night.day), "replanned": night.replanned, "late_supplies": night.late_supplies,
            "late_lots": night.late_lots, "late_deliveries": night.late_shipments, "new_lines": night.new_lines, "objective": night.objective,
            "bound": night.bound,
        }
        for night in study.first.nights
    ]  # fmt: skip
    return pl.DataFrame(rows).with_columns(pl.col("objective", "bound").fill_nan(None))


def kpis_frame(study: PlannedStudy) -> pl.DataFrame:
    """Every KPI with its interval and meaning."""
    found = study.kpis()
    rows = [(k.name, k.unit, *found[k.name], study.replications, k.meaning) for k in KPIS]
    columns = ["kpi", "unit", "value", "ci_low", "ci_high", "replications", "meaning"]
    return pl.DataFrame(rows, schema=columns, orient="row").with_columns(pl.col("value", "ci_low", "ci_high").fill_nan(None))


def post_game_frame(game: PostGame) -> pl.DataFrame:
    """Plan, what each cause adds, execution."""
    rows = [("plan", *game.plan), *((p.cause, p.late_lines, p.days_late) for p in game.parts), ("execution", *game.execution)]
    return pl.DataFrame(rows, schema=["part", "late_lines_percent", "days_late_a_piece"], orient="row")


def expired_frame(study: PlannedStudy) -> pl.DataFrame:
    """One row a batch that was too old and taken out of stock."""
    gone = study.first.expired
    day, item = (np.array([getattr(old, name) for old in gone], dtype=np.int64) for name in ("day", "item"))
    return pl.DataFrame({"day": dates(study, day), "item": names(study.company.case.facts.items, item), "qty": [old.qty for old in gone]})


FRAMES: dict[str, Callable[[PlannedStudy], pl.DataFrame]] = {
    "orders": orders_frame,
    "lots": lots_frame,
    "purchases": purchases_frame,
    "stock": stock_frame,
    "load": load_frame,
    "nights": nights_frame,
    "expired": expired_frame,
}
