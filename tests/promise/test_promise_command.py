"""``e2esim promise`` from the words to the answer, on a tiny factory: three tables on the shelf, eleven more planned."""

from __future__ import annotations

import csv
import datetime as dt
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl
import pytest
from plan_folders import Rows, write_folder
from typer.testing import CliRunner, Result

from e2esim.cli.main import app

MORE: dict[str, Rows] = {
    "substitutes": [["item", "substitute", "rank", "extra_cost"], ["000123", "TOP", "1", "5"], ["000123", "LEG", "2", "1"]],
    "other_sites": [
        ["site", "item", "available", "available_from", "transit_days", "extra_cost"],
        ["Modena", "000123", "6", "2026-01-05", "2", "3"],
        ["Graz", "000123", "2", "2026-01-05", "1", "1"],
    ],
    "customers": [["customer", "priority"], ["Verdi", "1"]],
}
ASK = ("--item", "000123", "--customer", "Rossi")


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the data ``d`` and their plan ``runs/p``; tests only read it."""
    folder = tmp_path_factory.mktemp("promise")
    write_folder(folder / "d", **MORE)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        done = CliRunner().invoke(app, ["plan", "d", "--out", "runs/p", "--time-limit", "1", "--quiet"])
        assert done.exit_code == 0, done.output
    return folder


def call(*words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["promise", *words])
    assert result.exit_code == code, (result.stdout, result.stderr, result.exception)
    return result


def found(*words: str) -> dict[str, Any]:
    out: dict[str, Any] = json.loads(call(*words, "--json").stdout)
    return out


def test_what_is_free_is_promised_on_the_day(planned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(planned)
    told = found("d", *ASK, "--qty", "2", "--date", "2026-03-02")
    assert set(told) >= {"request", "answer", "on_time", "alternatives", "refused", "limit", "slips", "wall_s", "plan"}
    assert told["on_time"] is True
    assert told["answer"]["deliveries"] == [{"date": "2026-03-02", "qty": 2.0}]
    assert (told["alternatives"], told["refused"], told["limit"], told["slips"]) == ([], [], None, [])
    assert told["plan"]["folder"] == "runs/p"
    assert told["plan"]["data_changed"] == []
    assert told["request"]["priority"] == 2
    assert found("d", "--item", "000123", "--customer", "Verdi", "--qty", "2", "--date", "2026-03-02")["request"]["priority"] == 1


def test_what_cannot_be_met_has_a_date_alternatives_and_reasons(planned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(planned)
    told = found("d", *ASK, "--qty", "7", "--date", "2026-01-08")
    assert told["on_time"] is False
    assert told["answer"]["promised"] > "2026-01-08"
    assert told["limit"]["name"]
    first = told["alternatives"][0]
    late = [a["mean_days_late"] for a in told["alternatives"]]
    assert late == sorted(late)
    assert sum(d["qty"] for d in first["deliveries"]) == 7
    assert {d["site"] for a in told["alternatives"] for d in a["deliveries"]} & {"Modena", "Graz"}
    why = {row["what"]: row["why"] for row in told["refused"]}
    assert "as wanted" in why
    assert why["other site: Modena"] == "there are only 6 of 7 pcs inside the calendar"
    assert why["other site: Graz"] == "there are only 2 of 7 pcs inside the calendar"
    assert all(row["why"] for row in told["refused"])


def test_a_limit_on_lateness_takes_the_promise_away(planned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(planned)
    told = found("d", *ASK, "--qty", "40", "--date", "2026-01-08", "--max-late", "1")
    assert told["answer"] == {"promised": None, "deliveries": [], "not_promised": 40.0, "days_late": None}
    reasons = {(row["kind"], row["reason"]) for row in told["refused"]}
    assert ("later", "too_late") in reasons
    assert all(a["promised"] <= "2026-01-09" for a in told["alternatives"])
    text = call("d", *ASK, "--qty", "40", "--date", "2026-01-08", "--max-late", "1").stdout
    assert "No promise within 1 day" in text
    assert "at most 1 accepted" in text


def test_parts_are_promised_where_the_customer_takes_them(planned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(planned)
    whole = found("d", "--item", "LEG", "--customer", "Rossi", "--qty", "60", "--date", "2026-01-20")
    parts = found("d", "--item", "LEG", "--customer", "Rossi", "--qty", "60", "--date", "2026-01-20", "--min-shipment", "5")
    assert len(whole["answer"]["deliveries"]) == 1
    assert sum(d["qty"] for d in parts["answer"]["deliveries"]) == 60
    assert all(d["qty"] >= 5 for d in parts["answer"]["deliveries"])
    assert parts["answer"]["deliveries"][0]["date"] <= whole["answer"]["promised"]


def test_the_terminal_says_the_same(planned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(planned)
    text = call("d", *ASK, "--qty", "7", "--date", "2026-01-08").stdout
    told = found("d", *ASK, "--qty", "7", "--date", "2026-01-08")
    assert "7 pcs of 000123 Table for Rossi, wanted on 2026-01-08" in text
    assert f"Promise: 7 on {told['answer']['promised']}" in text
    for word in ("Limit:", "Alternative", "Refused", "Why not", "partly other site", "Plan: runs/p", "Nothing is reserved by asking"):
        assert word in text


def test_who_would_wait_is_named(planned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The three tables on the shelf are A1's, due on the sixth: two of them taken away, it waits for others."""
    monkeypatch.chdir(planned)
    words = ("d", *ASK, "--qty", "2", "--date", "2026-01-05")
    told = found(*words, "--priority", "1")
    (slip,) = told["slips"]
    assert {name: slip[name] for name in ("order", "customer", "priority", "qty", "due", "from")} == {
        "order": "A1", "customer": "=Concept GmbH", "priority": 1, "qty": 2.0, "due": "2026-01-06", "from": "2026-01-06",
    }  # fmt: skip
    assert slip["to"] > slip["from"]
    assert told["date_can_be_forced"] is True
    assert "1 other order would be later" in call(*words, "--priority", "1").stdout
    less = found(*words, "--priority", "2")  # A1 is more important
    assert (less["slips"], less["date_can_be_forced"]) == ([], False)


@pytest.mark.parametrize(
    ("words", "column", "said"),
    [
        (("--item", "000124", "--qty", "1", "--date", "2026-01-20", "--customer", "Rossi"), "--item", "did you mean '000123'?"),
        (("--item", "000123", "--qty", "1", "--date", "2026-01-20", "--customer", "Rosi"), "--customer", "did you mean 'Rossi'?"),
        ((*ASK, "--qty", "0", "--date", "2026-01-20"), "--qty", "above 0"),
        ((*ASK, "--qty=-4", "--date", "2026-01-20"), "--qty", "above 0"),
        ((*ASK, "--qty", "1", "--date", "2026-01-04"), "--date", "before today (2026-01-05)"),
        ((*ASK, "--qty", "1", "--date", "2027-01-04"), "--date", "beyond the horizon (2026-03-15)"),
        ((*ASK, "--qty", "1"), "--date", "is missing"),
        ((*ASK, "--qty", "1", "--date", "2026-01-20", "--orders", "o.csv"), "--item", "does not go with --orders"),
        ((*ASK, "--qty", "1", "--date", "2026-01-20", "--plan", "d"), "--plan", "holds no plan"),
        (("--orders", "nowhere.csv"), "--orders", "there is no such file"),
        (("--orders", "nowhere.csv", "--precedence", "loud"), "--precedence", "priority, due_date, fifo"),
    ],
)
def test_bad_words_are_named_and_nothing_is_written(planned: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], column: str, said: str) -> None:
    monkeypatch.chdir(planned)
    before = sorted(planned.rglob("*"))
    result = call("d", *words, code=2)
    assert result.stdout == ""
    assert column in result.stderr
    assert said in result.stderr
    assert sorted(planned.rglob("*")) == before


def test_without_a_plan_a_quick_one_is_made_but_not_for_nonsense(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    data = write_folder(tmp_path / "d", **MORE)
    assert "no such item" in call("d", "--item", "X", "--qty", "1", "--date", "2026-01-20", "--customer", "Rossi", code=2).stderr
    assert not (tmp_path / "runs").exists()
    first = call("d", *ASK, "--qty", "1", "--date", "2026-03-02", "--json")
    assert "planning first" in first.stderr
    assert "planned in" in first.stderr
    told = json.loads(first.stdout)["plan"]
    assert told["quick_s"] > 0
    again = call("d", *ASK, "--qty", "1", "--date", "2026-03-02", "--json")
    assert again.stderr == ""
    assert json.loads(again.stdout)["plan"] == told | {"quick_s": None}
    (data / "stock.csv").write_text((data / "stock.csv").read_text().replace("LEG,20", "LEG,21"))
    stale = call("d", *ASK, "--qty", "1", "--date", "2026-03-02", "--json")
    assert "stock.csv changed since; plan anew with `e2esim plan d`" in stale.stderr
    assert json.loads(stale.stdout)["plan"]["data_changed"] == ["stock.csv"]


def orders_file(path: Path, *rows: dict[str, str]) -> Path:
    head = ["order", "line", "customer", "item", "qty", "due", "priority", "ship_set", "min_shipment", "max_late_days", "promised"]
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, head, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


BOOK = (
    {"order": "A2", "customer": "+Plus", "item": "000123", "qty": "6", "due": "2026-01-20", "promised": "2026-02-10"},
    {"order": "A3", "customer": "Rossi", "item": "000123", "qty": "12", "due": "2026-02-03", "promised": "2026-01-06"},
    {"order": "B1", "line": "1", "customer": "Verdi", "item": "000123", "qty": "4", "due": "2026-02-03", "ship_set": "S"},
    {"order": "B1", "line": "2", "customer": "Verdi", "item": "LEG", "qty": "8", "due": "2026-01-12", "ship_set": "S"},
    {"order": "B2", "customer": "Rossi", "item": "000123", "qty": "90", "due": "2026-01-12", "max_late_days": "3"},
)


def test_a_book_is_promised_again(planned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(planned)
    file, out = orders_file(tmp_path / "o.csv", *BOOK), tmp_path / "out"
    told = found("d", "--orders", str(file), "--out", str(out))
    assert (told["kept"], told["broken"], told["new"], told["refused"]) == (1, 1, 2, 1)
    rows = {f"{row['order']}{row['line']}": row for row in told["promises"]}
    assert (rows["A2"]["outcome"], rows["A2"]["promised"]) == ("kept", "2026-02-10")
    assert rows["A2"]["offered"] == "2026-01-20"  # two tables less than planned
    assert rows["A3"]["outcome"] == "broken"
    assert rows["A3"]["why"]
    assert rows["B11"]["promised"] == rows["B12"]["promised"] >= "2026-02-03"
    assert (rows["B2"]["outcome"], rows["B2"]["promised"]) == ("refused", None)
    assert rows["B2"]["cause"]
    assert [row["order"] for row in told["breaches"]] == ["A3"]
    files = {path.name for path in out.iterdir()}
    named = {"promises.xlsx", "promises.parquet", "deliveries.parquet", "breaches.parquet", "offers.parquet"}
    assert files == named | {"alternatives.parquet", "orders.csv", "manifest.json", "finished.json"}
    first = next(row for row in told["alternatives"] if row["order"] == "A3")
    assert first["rank"] == 1
    assert first["comes"] < rows["A3"]["promised"]
    assert {row["order"] for row in told["alternatives"]} == {"A3", "B2"}
    assert all(row["why_not"] for row in told["alternatives"] if row["rank"] is None)
    kept = pl.read_parquet(out / "promises.parquet")
    assert kept["promised"].to_list()[0] == dt.date(2026, 2, 10)
    book = fastexcel.read_excel(out / "promises.xlsx")
    assert book.sheet_names == ["Summary", "Promises", "Deliveries", "Broken promises", "Earlier dates", "Alternatives"]
    assert book.load_sheet("Promises").to_polars()["Customer"].to_list()[0] == "+Plus"


def test_promises_are_carried_on(planned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was just promised is kept when nothing has changed, and on a plan that knows no more than before."""
    monkeypatch.chdir(planned)
    first = found("d", "--orders", str(orders_file(tmp_path / "o.csv", *BOOK[:4])), "--out", str(tmp_path / "a"))
    again = found("d", "--orders", str(tmp_path / "a" / "orders.csv"), "--out", str(tmp_path / "b"), "--plan", "runs/p")
    assert (again["kept"], again["broken"]) == (4, 0)
    assert [row["promised"] for row in again["promises"]] == [row["promised"] for row in first["promises"]]
    text = call("d", "--orders", str(tmp_path / "a" / "orders.csv"), "--out", str(tmp_path / "c")).stdout
    assert "4 promises kept, 0 broken, 0 new, 0 refused" in text


def test_a_plan_that_moved_breaks_a_promise_with_its_cause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tops come a month later than they were to: what hung on them is named."""
    monkeypatch.chdir(tmp_path)
    write_folder(tmp_path / "d")
    good = {"order": "A2", "customer": "+Plus", "item": "000123", "qty": "8", "due": "2026-01-20"}
    first = found("d", "--orders", str(orders_file(tmp_path / "o.csv", good)), "--out", "a")
    assert first["promises"][0]["promised"] == "2026-01-20"
    slow: dict[str, Rows | None] = {
        "receipts": None,
        "stock": [["item", "on_hand"], ["000123", "3"], ["LEG", "20"], ["OIL", "4"]],
        "suppliers": [["supplier", "item", "priority", "lead_time_days"], ["S1", "TOP", "1", "35"], ["S1", "OIL", "1", "7"]],
    }
    write_folder(tmp_path / "e", **slow)
    assert CliRunner().invoke(app, ["plan", "e", "--out", "moved", "--time-limit", "1", "--quiet"]).exit_code == 0
    moved = found("e", "--orders", "a/orders.csv", "--plan", "moved", "--out", "b")
    (breach,) = moved["breaches"]
    assert (breach["order"], breach["promised_before"]) == ("A2", "2026-01-20")
    assert breach["promised"] > "2026-01-20"
    assert breach["cause"] == "supplier"
    assert "TOP" in breach["where"]


def test_a_bad_book_writes_nothing(planned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(planned)
    file = orders_file(tmp_path / "o.csv", BOOK[0], BOOK[0], {**BOOK[4], "customer": "Rosi", "qty": "0", "due": "2025-12-01"})
    result = call("d", "--orders", str(file), "--out", str(tmp_path / "out"), code=2)
    for said in ("row 3", "duplicated order line", "row 4, column qty", "row 4, column customer", "did you mean 'Rossi'?", "before today"):
        assert said in result.stderr
    assert not (tmp_path / "out").exists()
    assert "goes with --orders only" in call("d", *ASK, "--qty", "1", "--date", "2026-01-20", "--out", "x", code=2).stderr


def test_one_request_loads_nothing_heavy(planned: Path) -> None:
    """A second for the whole command leaves no room for these."""
    words = ["promise", "d", *ASK, "--qty", "7", "--date", "2026-01-08"]
    heavy = ("polars", "numba", "ortools", "scipy", "matplotlib", "hydra", "simpy")
    code = (
        f"import sys; sys.argv[1:] = {words!r}; from e2esim.cli.main import app; app(standalone_mode=False); "
        f"print([m for m in {heavy!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=planned)
    assert done.stdout.splitlines()[-1] == "[]"


def test_where_no_customer_is_named_anybody_may_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two tables without customers: the first question of a newcomer is answered."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "two").mkdir()
    (tmp_path / "two/items.csv").write_text("item\nchair\n")
    (tmp_path / "two/orders.csv").write_text("order,item,qty,due\n1,chair,10,2026-12-10\n")
    (tmp_path / "two/settings.csv").write_text("key,value\ntoday,2026-12-01\n")
    assert "chair" in call("two", "--item", "chair", "--qty", "5", "--date", "2026-12-08", "--customer", "anybody").output
    assert "5 pcs of chair, wanted on" in call("two", "--item", "chair", "--qty", "5", "--date", "2026-12-08").output
