"""The report page: self-contained, escaped, in both languages, and its numbers are those of the KPI table."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from report_synthetic import Study, synthetic_outcome, synthetic_study

from e2esim.report.headline import TILES
from e2esim.report.page import build_page
from e2esim.report.pictures.ink import PALETTE

EVIL = "<script>alert(1)</script>"
VOID = {"meta", "link", "br", "img", "hr", "input"}


class Reader(HTMLParser):
    """Tags that are not closed in order, attributes seen, ids, tile values, text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.ids: list[str] = []
        self.tiles: dict[str, str] = {}
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        found = {name: value or "" for name, value in attrs}
        self.attributes += [(tag, name, value) for name, value in found.items()]
        if "id" in found:
            self.ids.append(found["id"])
        if "data-kpi" in found:
            self.tiles[found["data-kpi"]] = found["data-value"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture(scope="module")
def page(study: Study) -> str:
    return build_page(study)


def test_page_needs_nothing_from_outside(page: str) -> None:
    assert re.findall(r"(?:https?:)?//[\w.]", page) == []
    read = Reader(page)
    assert read.tags.isdisjoint({"script", "link", "iframe", "img", "object", "embed"})
    assert [a for a in read.attributes if a[1].startswith("on") or a[1] in ("src", "action")] == []
    assert all(value.startswith("#") for _, name, value in read.attributes if name in ("href", "xlink:href"))
    assert "@import" not in page
    assert re.findall(r"url\((?!#)", page) == []


def test_page_is_well_formed_and_small(page: str) -> None:
    read = Reader(page)
    assert read.wrong == []
    assert read.open == []
    assert len(read.ids) == len(set(read.ids))
    targets = {value[1:] for _, name, value in read.attributes if name == "href"} | set(
        re.findall(r"url\(#([^)]+)", page)
    )
    assert targets <= set(read.ids)
    assert len(page) < 3_000_000


def test_tiles_are_the_kpis(page: str, study: Study) -> None:
    tiles = Reader(page).tiles
    assert set(tiles) == {name for names in TILES.values() for name in names}
    for name, text in tiles.items():
        value = study.kpis[name].value
        assert text == "" if value is None else float(text) == value
    shown = f"{100 * (study.kpis['otif'].value or 0):.1f} <small>%</small>"
    assert re.search(rf'data-kpi="otif"[^>]*>.*?{re.escape(shown)}', page)


def test_every_picture_is_there_and_takes_its_colours_from_the_page(page: str) -> None:
    pictures = re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL)
    assert sum('class="little"' not in picture for picture in pictures) == 12
    assert all('role="img"' in picture and "aria-label=" in picture for picture in pictures)
    colours = set(re.findall(r"(?:fill|stroke): (#[0-9a-fA-F]{6})", "".join(pictures)))
    assert colours == set(), "a colour outside the palette would not follow light and dark"


def test_the_control_room_the_journey_and_the_blueprint_stand_on_the_page(page: str) -> None:
    rooms = re.findall(r'<section id="(room|journey)">', page)
    assert rooms == ["room", "journey"]
    assert page.count('<div class="phase">') == 6
    assert [text in page for text in ("What he does not see", "move together", "Delivery expected", "Their contacts, per 100 lines")] == [True] * 4


def test_full_weeks_are_said_in_words(page: str) -> None:
    text = " ".join(Reader(page).words)
    assert "Sewing ran full (above 95 % of the open hours) in 12 weeks: calendar weeks 36–47." in text


def test_names_are_escaped() -> None:
    study = synthetic_study(synthetic_outcome(consumers=1500, brands=(EVIL, "$x^2$ & Co")), title=f"T {EVIL}")
    page = build_page(study)
    assert EVIL not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "script" not in Reader(page).tags
    assert "$x^2$ &amp; Co" in page


def test_names_in_pictures_are_escaped_and_no_formulas() -> None:
    outcome = synthetic_outcome(consumers=1500)
    labels = replace(outcome.labels, suppliers=(EVIL, "$x^2$ & Co", "Springs", "Film"))
    page = build_page(synthetic_study(replace(outcome, labels=labels)))
    chain = next(picture for picture in re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL) if "Film" in picture)
    assert "$x^2$ &amp; Co" in chain
    assert "&lt;script&gt;alert(1)" in chain
    assert EVIL not in page


def test_italian_page_is_italian_throughout(study: Study) -> None:
    english, italian = (" ".join(Reader(build_page(study, language=language)).words) for language in ("en", "it"))
    assert "Puntuali e complete (OTIF)" in italian
    assert "settimane di calendario 36–47" in italian
    for phrase in (
        "The period in brief",
        "Lead time",
        "Returned",
        "past due",
        "work centre",
        "Cost of goods",
        "of the ",
    ):
        assert phrase in english, phrase
        assert phrase not in italian, phrase
    assert "EUR/anno" in italian
    with pytest.raises(ValueError, match="'fr'"):
        build_page(study, language="fr")


def test_intervals_show_with_replications(studies: Study) -> None:
    page = build_page(studies)
    assert "Mean of 4 replications" in page
    kpi = studies.kpis["otif"]
    assert f"95 %: {100 * (kpi.ci_low or 0):.1f} to {100 * (kpi.ci_high or 0):.1f}" in page


def test_the_page_is_the_same_twice(study: Study, page: str) -> None:
    assert build_page(study) == page


@pytest.mark.parametrize("days", [21, 800])
def test_short_and_long_runs(days: int) -> None:
    page = build_page(synthetic_study(synthetic_outcome(consumers=900, accounts=4, days=days)))
    assert len(re.findall('<svg (?!class="little")', page)) == 12
    assert len(page) < 3_000_000


def test_a_run_without_events_or_contacts_has_a_page(study: Study) -> None:
    outcome = synthetic_outcome(consumers=600)
    outcome.contacts.n = 0
    quiet = replace(outcome, events={name: column[:0] for name, column in outcome.events.items()})
    page = build_page(synthetic_study(quiet))
    assert "No working hours were recorded" in page
    assert "nan" not in " ".join(Reader(page).words).lower().replace("financing", "")


def _luminance(colour: str) -> float:
    channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("mode", [0, 1])
@pytest.mark.parametrize("text", ["ink", "soft", "blue", "orange", "teal", "purple"])
def test_text_has_contrast(text: str, mode: int) -> None:
    """WCAG 2.1: 4.5 to 1 on the page and in the boxes, light and dark."""
    for paper in ("card", "box"):
        low, high = sorted((_luminance(PALETTE[text][mode]), _luminance(PALETTE[paper][mode])))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (text, paper)
