"""docs/coverage.md is what docs/coverage.csv says, and every switch, KPI and test it names exists."""

from __future__ import annotations

from pathlib import Path

from e2esim.cli.coverage_docs import coverage_page, read_rows, wrong

ROOT = Path(__file__).parents[2]
ROWS = read_rows(ROOT / "docs" / "coverage.csv")


def test_the_page_is_up_to_date() -> None:
    assert (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8") == coverage_page(ROWS), "run `make docs`"


def test_what_is_named_exists() -> None:
    assert wrong(ROWS, ROOT) == []
    ids = [row["id"] for row in ROWS]
    assert len(ids) == len(set(ids))


def test_empty_claims_and_unknown_names_are_refused() -> None:
    claim = {"id": "A1", "words": "", "state": "works", "switch": "market.nothing", "kpis": "nothing", "test": "tests/none.py::test_x", "gap": ""}
    assert len(wrong([claim], ROOT)) == 3
    assert wrong([claim | {"switch": "", "kpis": "", "test": ""}], ROOT) == ["A1: what works names switch, KPI and test"]
