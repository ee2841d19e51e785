"""A roadmap: its perimeter in the data, its steps in their order, its verdicts, and what is wrong with its file."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import yaml
from pydantic import TypeAdapter
from typer.testing import CliRunner

from e2esim.cli.main import app
from e2esim.config.door import load
from e2esim.config.problems import InputErrors
from e2esim.config.roadmap_file import RoadmapFile, check_roadmap, read_roadmap, roadmap_examples
from e2esim.domain.levers import MONTH_D, Lever
from e2esim.report.roadmap import early, spill_said
from e2esim.report.words import Words
from e2esim.study.perimeter import combination, purchases
from e2esim.study.roadmap import AimOutcome, WantedChange, aim_outcomes, spill_over
from worlds import Row, tiny_world

UNITS = {"csat": "share", "contacts_per_100_orders": "contacts/100 lines"}
LEVERS: list[Row] = [
    {"lever": "base", "kind": "crm", "ramp_d": 90, "running_eur_y": 10, "source": "assumed"},
    {"lever": "site", "kind": "portal", "needs": "base", "start_month": 1, "source": "assumed"},
]
CHANGES: list[Row] = [
    {"lever": "base", "target": "organisation.platform", "rows": "", "change": "set", "value": "0.9", "source": "assumed"},
    {"lever": "site", "target": "channels.integration", "rows": "channel=web", "change": "set", "value": "0.9", "source": "assumed"},
]

FORCES: list[Row] = [{"lever": "base", "force": "habit", "kind": "barrier", "speed": 0.5, "managed": "true", "cost_eur": 1, "source": "assumed"}]


def table(csat: float, contacts: float = 10.0, member: str = "web") -> pl.DataFrame:
    rows = [("csat", "channel", member, csat), ("contacts_per_100_orders", "channel", member, contacts)]
    return pl.DataFrame(rows, schema=["kpi", "dimension", "member", "value"], orient="row")


@pytest.mark.parametrize(
    ("after", "change", "verdict"),
    [((0.56, 0.57, 0.56), 0.1, "reached"), ((0.51, 0.515, 0.51), 0.1, "missed"), ((0.50, 0.60, 0.55), 0.1, "open"), ((0.43, 0.44, 0.43), -0.1, "reached")],
)
def test_an_aim_is_reached_only_where_its_whole_interval_is(after: tuple[float, ...], change: float, verdict: str) -> None:
    aim = WantedChange(kpi="csat", dimension="channel", member="web", change=change)
    (found,) = aim_outcomes([aim], [table(0.5), table(0.51), table(0.5)], [table(v) for v in after], UNITS)
    assert found.verdict == verdict
    (untold,) = aim_outcomes([WantedChange(kpi="csat", dimension="channel", member="shop", change=0.1)], [table(0.5)] * 3, [table(0.6)] * 3, UNITS)
    assert untold == AimOutcome(aim=untold.aim, found=None)
    assert untold.verdict == "untold"


def test_the_rule_of_spill_over_speaks_where_contacts_rose_beyond_chance() -> None:
    before = [table(0.5, 10.0), table(0.5, 11.0), table(0.5, 10.5)]
    rose = spill_over(["web"], before, [table(0.5, 13.0), table(0.5, 14.1), table(0.5, 13.4)], UNITS)
    same = spill_over(["web"], before, [table(0.5, 10.1), table(0.5, 10.8), table(0.5, 10.6)], UNITS)
    assert [one.rose for one in (*rose, *same)] == [True, False]
    assert "portal does not work" in spill_said(rose, ["portal"], Words("en"))
    assert "nulla parla contro portal" in spill_said(same, ["portal"], Words("it"))


def test_the_perimeter_is_counted_as_the_tables_have_it() -> None:
    """The slow twin: every touchpoint with every channel and segment."""
    company = load(["scenario=mattress_maker/as_is"])
    bought = {(channel, segment): pieces for channel, segment, pieces in purchases(company).iter_rows()}
    assert sum(bought.values()) > 1e6
    found = combination(company, "all", "buy", "renewer")
    rows = [row for row in company.tables["touchpoints"].iter_rows(named=True) if row["phase"] == "buy"]
    of_them = [(channel, pieces) for (channel, segment), pieces in bought.items() if segment == "renewer"]
    contacts = sum(pieces * row["reach"] for row in rows for channel, pieces in of_them if row["channel"] in ("", channel))
    assert found.contacts == pytest.approx(contacts)
    assert (found.dimension, found.member, len(found.touchpoints)) == ("segment", "renewer", len(rows))
    assert (combination(company, "seller_own", "all", "all").member, combination(company, "all", "all", "all").member) == ("own_shop", "all")
    for path in roadmap_examples().values():
        folder = path.parent
        check_roadmap(read_roadmap_of(path), company, str(folder))


def read_roadmap_of(path: Path) -> object:


    return TypeAdapter(RoadmapFile).validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))


def test_what_starts_before_its_prerequisite_is_ready_is_told() -> None:
    base = Lever(lever="base", kind="crm", ramp_d=3 * MONTH_D)
    assert early([base, Lever(lever="site", kind="portal", needs=("base",), start_month=3)], Words("en")) == []
    assert "before base is adopted (month 3.0)" in early([base, Lever(lever="site", kind="portal", needs=("base",), start_month=1)], Words("en"))[0]
    ends = Lever(lever="shock", kind="crm", end_month=4)
    assert [ends.adopted(month * MONTH_D) for month in (0, 3.9, 4, 9)] == [1.0, 1.0, 0.0, 0.0]


def roadmap(folder: Path, **changes: object) -> Path:
    world = tiny_world(folder / "w", levers=LEVERS, lever_changes=CHANGES, lever_forces=FORCES)
    said = {
        "title": "t", "company": str(world), "replications": 2, "overrides": ["horizon.days=56", "horizon.warmup_days=14"], "constraints": ["otif>=0"],
        "aims": [{"segment": "thrift", "objective": "richer_experience", "kpi": "csat", "change": 0.02}], "levers": [{"lever": "base"}, {"lever": "site"}],
    }  # fmt: skip
    place = folder / "r"
    place.mkdir()
    (place / "roadmap.yaml").write_text(yaml.safe_dump(said | changes), encoding="utf-8")
    return place


def call(*words: str) -> tuple[int, str]:
    found = CliRunner().invoke(app, ["roadmap", *words])
    return found.exit_code, found.stdout + found.stderr


def test_a_step_waits_for_those_before_it(tmp_path: Path) -> None:
    place = roadmap(tmp_path)
    assert "define comes before design" in call("design", str(place))[1]
    assert call("define", str(place))[0] == 0
    assert "analyse comes before design" in call("design", str(place))[1]
    (place / "roadmap.yaml").write_text((place / "roadmap.yaml").read_text() + "years: 4\n")
    assert "has changed since define" in call("analyse", str(place))[1]


@pytest.mark.long
def test_all_steps_from_define_to_evaluate(tmp_path: Path) -> None:
    place = roadmap(tmp_path)
    assert call("define", str(place))[0] == 0
    for step in ("analyse", "design", "implement", "evaluate"):
        code, text = call(step, str(place), *(["--workers", "1"] if step in ("analyse", "evaluate") else []))
        assert code == 0, text
    assert (place / "5-evaluate" / "report.html").is_file()
    assert "difference in the model" in text.lower()
    assert "site starts in month 1, before base is adopted" in (place / "4-implement" / "step.json").read_text()
    code, text = call("implement", str(place), "--language", "it")
    assert code == 0, text
    assert "Realizzare: adozione per trimestre" in text
    assert "prima che base sia adottata" in (place / "4-implement" / "step.json").read_text()
    assert call("define", str(place), "--language", "fr")[0] == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"aims": [{"segment": "thrifty", "objective": "development", "kpi": "csat", "change": 0.1}]}, "did you mean 'thrift'"),
        ({"aims": [{"objective": "development", "kpi": "csatt", "change": 0.1}]}, "did you mean 'csat'"),
        ({"aims": [{"segment": "thrift", "objective": "development", "kpi": "operating_result", "change": 0.1}]}, "not by segment"),
        ({"aims": [{"objective": "wealth", "kpi": "csat", "change": 0.1}]}, "aims.0.objective"),
        ({"levers": [{"lever": "site"}]}, "no effect without base"),
        ({"levers": [{"lever": "base", "manage": ["luck"]}]}, "no such force"),
        ({"levers": [{"lever": "base", "start_month": 5, "end_month": 3}]}, "ends after that"),
        ({"pilot_share": 0}, "pilot_share"),
    ],
)
def test_what_is_wrong_with_a_roadmap_is_said(tmp_path: Path, changes: dict[str, object], words: str) -> None:
    code, text = call("define", str(roadmap(tmp_path, **changes)))
    assert code == 2
    assert words in text


def test_a_folder_without_a_roadmap_says_how_to_begin(tmp_path: Path) -> None:
    with pytest.raises(InputErrors, match="roadmap init"):
        read_roadmap(tmp_path)
    assert call("init", str(tmp_path / "n"), "--example", "portl")[0] == 2
    assert call("init", str(tmp_path / "n"))[0] == 0
    assert "not empty" in call("init", str(tmp_path / "n"))[1]
