"""Pages of planned runs and network runs: the numbers of the run, in English and Italian, and no key left over."""

from __future__ import annotations

import io
import re
from importlib import resources

import numpy as np
import pytest
import yaml
from rich.console import Console

from e2esim.config.places import network_place
from e2esim.config.supply_network import open_network
from e2esim.kpi.network import UNITS
from e2esim.kpi.planned import KPIS, due_lines, in_full
from e2esim.report.network_page import build_network_page
from e2esim.report.network_stages import stages_of, whole_swing
from e2esim.report.network_terminal import print_network
from e2esim.report.pictures.curves import thinned
from e2esim.report.planned.page import build_planned_page
from e2esim.report.planned.terminal import print_planned
from e2esim.report.words import Words
from e2esim.simulate.factory.facts import RunRules
from e2esim.simulate.factory.synthetic import synthetic_company
from e2esim.study.network import NetworkResult, study_network
from e2esim.study.planned_runs import PlannedStudy, replicate_run
from e2esim.study.post_game import GapPart, PostGame


def exact(page: str) -> dict[str, float]:
    """Tiles of a page as machines read them."""
    return {name: float(value) for name, value in re.findall(r'data-kpi="(\w+)" data-value="([^"]+)"', page)}


@pytest.fixture(scope="module")
def planned() -> PlannedStudy:
    return replicate_run(synthetic_company(1, load=1.8), RunRules(days=28, rounds=0))


@pytest.fixture(scope="module")
def beer() -> NetworkResult:
    place = network_place("textbook/beer_game")
    assert place is not None
    return study_network(open_network(place, []).company)


def test_every_kpi_of_both_runs_has_words() -> None:
    texts = yaml.safe_load(resources.files("e2esim.report").joinpath("texts", "run_pages.yaml").read_text(encoding="utf-8"))
    names = [*(kpi.name for kpi in KPIS), *UNITS]
    assert [name for name in names if f"kpi_{name}" not in texts or f"means_{name}" not in texts] == []
    assert [kpi.name for kpi in KPIS if texts[f"means_{kpi.name}"]["en"] != kpi.meaning] == []


def test_a_planned_page_shows_the_numbers_of_its_run(planned: PlannedStudy) -> None:
    page, found = build_planned_page(planned, None, stated=["no lanes"]), planned.kpis()
    shown = exact(page)
    assert {"otif", "load", "plans"} <= set(shown)
    assert all(value == found[name][0] for name, value in shown.items())
    late = due_lines(planned.first) & ~in_full(planned.first)
    assert late.any()
    reasons = ("the first plan had it", "planned anew for", "goods came", "no plan had it", "open when the run ended")
    assert sum(page.count(reason) for reason in reasons) >= min(40, late.sum())
    first = planned.first.line_name[int(np.flatnonzero(late)[0])]
    assert late.sum() > 40 or f">{first}</th>" in page
    assert "Taken for granted: no lanes" in page


def test_the_post_game_stands_on_the_page(planned: PlannedStudy) -> None:
    game = PostGame(plan=(10.0, 0.5), execution=(25.0, 1.5), parts=(GapPart(cause="supply", late_lines=15.0, days_late=1.0),), runs=2)
    assert "late supplies adds most (15.0 points)" in build_planned_page(planned, game)
    assert "forniture in ritardo" in build_planned_page(planned, game, language="it")


def test_a_network_page_shows_the_numbers_of_its_run(beer: NetworkResult) -> None:
    shown = exact(build_network_page(beer))
    assert {"fill_rate", "stock", "cost_eur"} <= set(shown)
    assert all(value == beer.value(name) for name, value in shown.items())
    stages = stages_of(beer, Words("en"))
    assert [stage.name for stage in stages] == ["retailer", "wholesaler", "distributor", "factory"]
    assert sum(sum(stage.costs.values()) for stage in stages) == pytest.approx(beer.value("cost_eur"))
    assert [stage.swing for stage in stages] == pytest.approx([beer.value("bullwhip", f"beer@{stage.name}") for stage in stages], rel=1e-5)
    assert whole_swing(beer, stages) > max(stage.swing for stage in stages)


@pytest.mark.parametrize("language", ["en", "it"])
def test_pages_are_in_one_language(planned: PlannedStudy, beer: NetworkResult, language: str) -> None:
    pages = build_planned_page(planned, None, language=language), build_network_page(beer, language=language)
    head = {"en": "The period in brief", "it": "Il periodo in breve"}
    for page in pages:
        assert f'<html lang="{language}">' in page
        assert head[language] in page
        assert head["it" if language == "en" else "en"] not in page
        assert "http" not in re.sub(r"http://www.w3.org/\S+", "", page)


def test_long_runs_are_drawn_as_means() -> None:
    values, step = thinned(np.arange(1000.0), 100)
    assert (values.size, step) == (100, 10)
    assert values.mean() == pytest.approx(499.5)


@pytest.mark.parametrize("language", ["en", "it"])
def test_terminals_are_in_one_language(planned: PlannedStudy, beer: NetworkResult, language: str) -> None:
    """Every label of both tables is of the language asked for, and the numbers are those of the run."""
    words = Words(language)
    game = PostGame(plan=(10.0, 0.5), execution=(25.0, 1.5), parts=(GapPart(cause="supply", late_lines=15.0, days_late=1.0),), runs=2)
    texts = []
    for show in (lambda console: print_planned(planned, game, None, (), language, console), lambda console: print_network(beer, None, language, console)):
        console = Console(width=160, file=io.StringIO(), record=True)
        show(console)
        texts.append(console.export_text())
    assert [kpi.name for kpi in KPIS if words(f"kpi_{kpi.name}") not in texts[0]] == []
    assert words("gap_supply") in texts[0]
    assert words("by_priority") in texts[0]
    assert words.value(beer.value("cost_eur"), "EUR/period")[0] in texts[1]
    assert words("t_point") in texts[1]
    other = Words("it" if language == "en" else "en")
    assert [key for key in ("by_priority", "t_value", "t_point", "kpi_fill_rate", "gap_execution") if other(key) in " ".join(texts)] == []
