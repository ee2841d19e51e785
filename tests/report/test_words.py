"""Texts in both languages, and numbers as people write them."""

from __future__ import annotations

import datetime as dt
import re
from importlib import resources
from string import Formatter

import pytest
import yaml

from e2esim.kpi.catalogue import CATALOGUE
from e2esim.report.headline import BREAKDOWNS, TERMINAL, TILES
from e2esim.report.pictures.ink import spread
from e2esim.report.words import Weeks, Words


def _texts(name: str) -> dict[str, dict[str, str]]:
    text = resources.files("e2esim.report").joinpath("texts", f"{name}.yaml").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = yaml.safe_load(text)
    return found


@pytest.mark.parametrize("name", ["page", "short", "run_pages"])
def test_every_text_has_both_languages_and_the_same_fields(name: str) -> None:
    for key, entry in _texts(name).items():
        assert set(entry) == {"en", "it"}, key
        fields = [{field for _, field, _, _ in Formatter().parse(text) if field} for text in entry.values()]
        assert fields[0] == fields[1], key


def test_every_kpi_has_an_italian_name_and_meaning() -> None:
    kpis = _texts("kpis")
    missing = [name for name in CATALOGUE if set(kpis.get(name, {})) != {"label", "definition"}]
    assert missing == [], "add them to report/texts/kpis.yaml"
    assert [name for name in kpis if name not in CATALOGUE] == []


def test_every_unit_has_an_italian_name_or_reads_the_same() -> None:
    same = {"share", "h", "EUR"}
    units = {kpi.unit for kpi in CATALOGUE.values()} - same
    assert sorted(unit for unit in units if unit not in _texts("units")) == []


def test_headlines_stand_in_the_catalogue() -> None:
    shown = {name for groups in (TERMINAL, TILES, BREAKDOWNS) for names in groups.values() for name in names}
    assert sorted(shown - set(CATALOGUE)) == []
    for dimension, names in BREAKDOWNS.items():
        assert [name for name in names if dimension not in CATALOGUE[name].dimensions] == []


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.93449, "share", "93.4 %"),
        (70_123_456.0, "EUR/year", "70.1 M EUR/year"),
        (-1_234_567.0, "EUR/year", "−1.23 M EUR/year"),
        (712_345.4, "pcs/year", "712,345 pcs/year"),
        (503.6, "pcs/year", "504 pcs/year"),
        (7.568, "days", "7.57 days"),
        (-0.0001, "days", "0.00 days"),
        (0.00595, "1/h", "0.0060 1/h"),
        (None, "days", "–"),
        (float("nan"), "share", "–"),
    ],
)
def test_values_for_eyes(value: float | None, unit: str, text: str) -> None:
    assert Words("en").told(value, unit).replace("\N{NO-BREAK SPACE}", " ") == text


def test_calendar_weeks() -> None:
    weeks = Weeks(dt.date(2026, 1, 5))
    assert weeks.name(0) == "2"  # Monday 5 January 2026 opens ISO week 2
    assert weeks.name(51) == "53"
    assert weeks.spans([5, 3, 4, 9]) == ["5–7", "11"]
    assert Weeks(dt.date(2026, 1, 5), 3650).spans([60]) == ["2027/9"]


def test_no_text_promises_more_than_it_can() -> None:
    """Words of praise need evidence the report does not have."""
    english = " ".join(entry["en"] for name in ("page", "run_pages") for entry in _texts(name).values())
    assert re.findall(r"\b(?:better|best|optimal|excellent|improved|worse)\b", english, flags=re.IGNORECASE) == []


def test_labels_move_apart() -> None:
    assert spread([3.0, 1.0, 1.2], 1.0) == [3.0, 0.6, 1.6]
    assert spread([1.0, 1.0, 1.0], 1.0) == [0.0, 1.0, 2.0]
    assert spread([], 1.0) == []
