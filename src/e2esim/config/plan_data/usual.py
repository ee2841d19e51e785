"""What a plan takes for cells that are empty because another table or another verb says more, or nobody does."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from e2esim.config.grids import ROW
from e2esim.config.problems import Problem
from e2esim.config.row_order import by_content
from e2esim.config.tables import Typed
from e2esim.domain.working_days import longest_lead_d
from e2esim.planning.factory.money import EXTRA_HOUR_EUR
from e2esim.planning.factory.risk import HOURS_CV, LATE_MEDIAN_D, LATE_SHARE

ALWAYS = "round the clock"  # the calendar of a company that states no hours
OUTSIDE = "outside"  # the supplier of a company that names none
_USUAL = {
    "work_centres": {"extra_h_eur": EXTRA_HOUR_EUR, "hours_cv": HOURS_CV},
    "supply": {"late_share": LATE_SHARE, "late_median_days": LATE_MEDIAN_D, "multiple": 1.0},
}


def as_planned(typed: Typed) -> None:
    """Fill what a plan needs in every row of its tables; demand of all markets of an item and channel is one history."""
    frames = typed.frames
    for table, values in _USUAL.items():
        if table in frames:
            frames[table] = frames[table].with_columns(pl.col(name).fill_null(value) for name, value in values.items())
    if "routings" in frames:
        _one_plant(typed)
        frames["routings"] = _flow_days(frames["routings"], frames["items"])
    frames["history"] = _over_markets(frames["history"])
    if "supply" in frames:
        if "suppliers" in frames:
            _days_off(typed)
        _whole_days(typed)
    if "price" in frames["orders"].columns:
        frames["orders"] = _priced(frames["orders"], frames["items"])
    if {"routings", "supply"} <= set(frames):
        _from_outside(typed)
        _round_the_clock(typed)
        _one_place(typed)


def _days_off(typed: Typed) -> None:
    """Lead times of suppliers that do not work on every day: the longest that they last in weeks without closures; the plan says so."""
    frames, lasting = typed.frames, {}
    for name, calendar, way_d in frames["suppliers"].select("supplier", "calendar", "way_d").iter_rows():
        shifts = frames["calendars"].filter((pl.col("calendar") == calendar) & (pl.col("end") > pl.col("start")))
        weekdays = shifts["weekday"].drop_nulls().unique().to_list()
        if calendar and 0 < len(weekdays) < 7:
            lasting[name] = (weekdays, way_d or 0.0)
    supply = frames["supply"].with_row_index("_at")
    slow = supply.filter(pl.col("supplier").is_in(list(lasting)) & pl.col("lead_time_days").is_not_null())
    if slow.is_empty():
        return
    days = [longest_lead_d(lasting[name][0], lead, lasting[name][1]) for name, lead in slow.select("supplier", "lead_time_days").iter_rows()]
    frames["supply"] = supply.with_columns(supply["lead_time_days"].cast(pl.Float64).scatter(slow["_at"], days)).drop("_at")
    name, lead = slow.select("supplier", "lead_time_days").row(0)
    more = f" ({slow.height} rows such)" if slow.height > 1 else ""
    message = f"{name} does not work on every day: counted as the longest that it lasts in a week without closures, {days[0]:g} days{more}"
    where = Problem(file=typed.labels["supply"], row=int(slow[ROW][0]), column="lead_time_days", value=f"{lead:g}", message=message, warning=True)
    typed.problems.append(where)


def _whole_days(typed: Typed) -> None:
    """A plan counts whole days: lead times are rounded up, and said."""
    supply = typed.frames["supply"]
    apart = supply.filter(pl.col("lead_time_days") != pl.col("lead_time_days").ceil())
    typed.frames["supply"] = supply.with_columns(pl.col("lead_time_days").ceil().cast(pl.Int64))
    if apart.height:
        message = f"a plan counts whole days: rounded up ({apart.height} rows such)"
        value = f"{apart['lead_time_days'][0]:g}"
        typed.problems.append(Problem(file=typed.labels["supply"], row=int(apart[ROW][0]), column="lead_time_days", value=value, message=message, warning=True))


def _priced(orders: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Orders without a price have that of their item.

    >>> orders = pl.DataFrame({"item": ["a", "b", "c"], "price": [5.0, None, None]})
    >>> _priced(orders, pl.DataFrame({"item": ["a", "b"], "price": [9.0, 7.0]}))["price"].to_list()
    [5.0, 7.0, 0.0]
    """
    usual = items.unique("item", keep="first", maintain_order=True).select("item", pl.col("price").alias("_price"))
    joined = orders.join(usual, on="item", how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("price", "_price", pl.lit(0.0)).alias("price")).drop("_price")


def _round_the_clock(typed: Typed) -> None:
    """Where nothing says when anybody works, work centres work at all hours; the plan says so."""
    frames = typed.frames
    centres = frames["work_centres"]
    stated = any(frames[name].height or name in typed.partial for name in ("calendars", "capacity"))
    if stated or centres.is_empty() or (centres["calendar"] != "").any():
        return
    shifts: dict[str, Sequence[object]] = {"calendar": [ALWAYS] * 7, "weekday": list(range(1, 8)), "start": [0.0] * 7, "end": [24.0] * 7, ROW: [0] * 7}
    calendars = frames["calendars"]
    frames["calendars"] = pl.DataFrame([pl.Series(name, shifts.get(name, [""] * 7), dtype=kind) for name, kind in calendars.schema.items()])
    frames["work_centres"] = centres.with_columns(pl.lit(ALWAYS).alias("calendar"))
    message, remedy = "no calendars and no capacity: work centres work round the clock", "add tables calendars or capacity"
    typed.problems.append(Problem(file=typed.labels["work_centres"], column="calendar", message=message, remedy=remedy, warning=True))


def _one_place(typed: Typed) -> None:
    """A plan sees one place; where the tables name several sites that is said."""
    sites = sorted({site for table in ("stock", "supply", "demand") if table in typed.frames for site in typed.frames[table]["site"] if site})
    if len(sites) > 1:
        message = f"{len(sites)} sites ({', '.join(sites[:4])}{' ...' if len(sites) > 4 else ''}): a plan sees one place, stock is added up, lanes take no time"
        typed.problems.append(Problem(file=typed.labels["stock"], column="site", message=message, remedy="e2esim run tells sites apart", warning=True))


def _one_plant(typed: Typed) -> None:
    """An item made at several sites is planned after the routing without a site, else after that of the first site by name; the plan says so."""
    steps = typed.frames["routings"]
    kept = steps.filter(pl.col("site") == pl.col("site").min().over("item"))
    if kept.height < steps.height:
        typed.frames["routings"] = kept
        left = steps.join(kept.select(ROW), on=ROW, how="anti")
        message = f"made at several sites ({left['item'].n_unique()} items): a plan sees one place, these steps are left out ({left.height} rows)"
        where = Problem(file=typed.labels["routings"], row=int(left[ROW][0]), column="site", value=left["site"][0], message=message, warning=True)
        typed.problems.append(where)


def _from_outside(typed: Typed) -> None:
    """Where nothing says how items come, every item can be had from outside; the run says so."""
    frames = typed.frames
    if frames["routings"].height or frames["supply"].height or {"routings", "supply"} & typed.partial or frames["bom"].height:
        return
    items = frames["items"].filter(pl.col("item") != "").unique("item", keep="first", maintain_order=True)
    supply = frames["supply"]
    stated = {
        "supplier": pl.lit(OUTSIDE), "item": pl.col("item"), "priority": pl.lit(1), "price": pl.lit(0.0), "moq": pl.lit(0.0), "multiple": pl.lit(1.0),
        "order_eur": pl.lit(0.0), "weekly_capacity": pl.lit(0.0), "lead_time_days": pl.col("lead_time_d").ceil().fill_null(0.0).cast(pl.Int64),
        "late_share": pl.lit(LATE_SHARE), "late_median_days": pl.lit(LATE_MEDIAN_D), ROW: pl.col(ROW),
    }  # fmt: skip
    frames["supply"] = items.select(stated.get(name, pl.lit("")).cast(kind).alias(name) for name, kind in supply.schema.items())
    message = "no routings and no supply: every item comes from outside after its lead_time_d, at once where it states none"
    remedy = "add table routings for what is made, table supply for what is bought"
    typed.problems.append(Problem(file=typed.labels["items"], message=message, remedy=remedy, warning=True))


def _flow_days(routings: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Days of a step that states none: the item's lead time on its last step, none before.

    >>> routings = pl.DataFrame({"item": ["a", "a", "b"], "step": [10, 20, 10], "flow_days": [None, None, 3]})
    >>> _flow_days(routings, pl.DataFrame({"item": ["a", "b"], "lead_time_d": [1.5, 9.0]}))["flow_days"].to_list()
    [0, 2, 3]
    """
    lead = items.unique("item", keep="first", maintain_order=True).select("item", pl.col("lead_time_d").ceil().cast(pl.Int64).alias("_lead"))
    last = pl.col("step") == pl.col("step").max().over("item")
    usual = pl.when(last).then(pl.col("_lead")).otherwise(None)
    joined = routings.join(lead, on="item", how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("flow_days", usual, pl.lit(0)).cast(pl.Int64).alias("flow_days")).drop("_lead")


def _over_markets(history: pl.DataFrame) -> pl.DataFrame:
    key = ["item", "channel", "period"]
    if history.is_empty() or (history["market"] == "").all():
        return history
    history = by_content(history, (*key, "market"))
    return history.group_by(key, maintain_order=True).agg(pl.col("qty").sum(), pl.exclude("qty").first()).select(history.columns)
