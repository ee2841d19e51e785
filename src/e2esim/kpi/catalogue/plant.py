"""Catalogue entries: hours of the plant."""

from __future__ import annotations

from e2esim.kpi.catalogue.entry import ONLY_ALL, Kpi

PLANT: tuple[Kpi, ...] = (
    Kpi(
        name="capacity_load",
        label="Load of the busiest work centre",
        unit="share",
        better="either",
        counted="weeks",
        definition="Machine hours used over machine hours open (overtime included), of the busiest work centre; "
        "by work centre its own.",
        formula="hours used / hours open, whole window; hours count in the week in which the operation ends",
        source="Hopp and Spearman (2011), utilisation",
        dimensions=("all", "work_centre"),
    ),
    Kpi(
        name="capacity_load_mean",
        label="Mean load",
        unit="share",
        better="either",
        counted="weeks",
        definition="Machine hours used over hours open, all work centres together.",
        formula="hours used / hours open",
        source="Hopp and Spearman (2011), utilisation",
        dimensions=ONLY_ALL,
    ),
    Kpi(
        name="capacity_load_peak",
        label="Peak load of a week",
        unit="share",
        better="lower",
        counted="weeks",
        definition="Load of the fullest week; over all work centres, and of each.",
        formula="max over weeks of hours used / hours open; the hours of an operation that ended after a closed week lie before it",
        source="Hopp and Spearman (2011), utilisation",
        dimensions=("all", "work_centre"),
    ),
    Kpi(
        name="uptime",
        label="Uptime of the plant",
        unit="share",
        better="higher",
        counted="weeks",
        definition="Normal machine hours that could be worked over those of the calendar: breakdowns and events take the rest; all work centres, and each.",
        formula="hours open / (hours open + hours lost to breakdowns and events), overtime left out",
        source="requirements E5; availability as in Hopp and Spearman (2011), chapter 8",
        dimensions=("all", "work_centre"),
    ),
    Kpi(
        name="pieces_per_hour",
        label="Pieces per plant hour",
        unit="pcs/h",
        better="higher",
        counted="pieces made",
        definition="Productivity of the plant: good pieces of what is sold for an hour that a work centre was paid, used or not.",
        formula="good pieces of sold items made / machine hours open with overtime, all work centres together",
        source="own",
        dimensions=ONLY_ALL,
    ),
    Kpi(
        name="changeover_share",
        label="Hours spent on changeovers",
        unit="share",
        better="lower",
        counted="weeks",
        definition="Machine hours of changeovers between set-up families over machine hours used; all work centres, and each.",
        formula="hours of changeovers / hours used, whole weeks of the window; 0 where set-ups do not depend on the sequence",
        source="Pinedo (2016), sequence-dependent set-ups",
        dimensions=("all", "work_centre"),
    ),
)
