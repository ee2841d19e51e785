"""The pictures of one outcome as cards, section by section: drawing, caption, what is seen in it, numbers behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from markupsafe import Markup

from e2esim.domain.book import Reason, ReturnCause
from e2esim.domain.outcome import Outcome
from e2esim.kpi.journey_map import read_journey_map
from e2esim.report import grids
from e2esim.report import sentences as say
from e2esim.report.bridge import read_bridge
from e2esim.report.control_room import ControlRoom
from e2esim.report.facts import Facts, read_facts
from e2esim.report.journey_cards import blueprint_picture, journey_picture
from e2esim.report.lateness import read_late
from e2esim.report.pictures import bars, chain_map, heat, lines
from e2esim.report.pictures.ink import PALETTE
from e2esim.report.pictures.map_layout import Titles
from e2esim.report.pictures.sop import draw_sop
from e2esim.report.rendered import rendered
from e2esim.report.result import Names, Result
from e2esim.report.site_cards import SiteCards
from e2esim.report.sop_facts import read_sop, sop_grid, sop_said
from e2esim.report.waiting import read_waiting, waiting_grid
from e2esim.report.weekly import CLASSES
from e2esim.report.words import Weeks, Words


@dataclass(frozen=True, kw_only=True)
class Card:
    """One picture: ``legend`` pairs a colour of the palette with its meaning."""

    title: str
    picture: Markup
    caption: str
    said: Sequence[str] = ()
    grid: grids.TextGrid | None = None
    wide: bool = False
    legend: Sequence[tuple[str, str]] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the page."""

    anchor: str
    title: str
    cards: Sequence[Card]


class Scene:
    """Draws the cards of one outcome."""

    def __init__(self, result: Result, outcome: Outcome, names: Names, words: Words) -> None:
        self.result, self.outcome, self.names, self.words = result, outcome, names, words
        self.facts: Facts = read_facts(outcome, result.world)
        self.weeks = Weeks(result.settings.horizon.start, max(1, round(outcome.horizon_h / 24.0)))
        self.frame = lines.TimeAxis(
            weeks=self.weeks, count=self.facts.waiting.shape[0], warmup=outcome.warmup_h / 168.0, words=words
        )
        self.centres = [names.work_centres[key] for key in outcome.labels.work_centres]
        self.journey = read_journey_map(outcome)
        self.room = ControlRoom(result, outcome, self.journey, names, words)
        self.classes = [words(f"class_{name}") for name in CLASSES]

    def load_said(self) -> list[str]:
        """Full work centres in words."""
        said = say.load_sentences(self.facts.load, self.centres, self.weeks, self.words)
        return [*said, *say.price_sentences(self.facts.hour_price, self.centres, self.weeks, self.words)]

    def promise_said(self) -> list[str]:
        """Promised lead times in words."""
        return say.promise_sentences(self.facts, self.centres, self.weeks, self.words)

    def sections(self) -> list[Section]:
        """All pictures in the order of the page."""
        cards: dict[str, list[Card]] = {
            "map": [self._map()],
            "plant": [self._load(), self._stock(), self._backlog()],
            **self._sites(),
            **({"sop": [self._sop()]} if self.outcome.sop else {}),
            "promise": [self._punctuality(), self._leads(), self._late(), self._waiting()],
            "customers": [self._since(), self._feelings(), self._contacts(), self._returns()],
            "room": [self._wall(), self._departments(), self._expectation(), self._touchpoints()],
            "journey": [self._journey(), self._blueprint()],
            "money": [self._demand(), self._bridge()],
        }
        return [Section(anchor=name, title=self.words(f"h_{name}"), cards=found) for name, found in cards.items()]

    def _card(self, name: str, picture: str, *, caption: str = "", **kw: Any) -> Card:
        return Card(
            title=self.words(f"{name}_title"),
            picture=Markup(picture),
            caption=caption or self.words(f"{name}_caption"),
            **kw,
        )

    def _map(self) -> Card:
        f, n, labels, w = self.facts.flows, self.names, self.outcome.labels, self.words
        rows = self.result.table.filter((pl.col("kpi") == "otif") & (pl.col("dimension") == "channel"))
        otif = dict(rows.select("member", "value").iter_rows())
        notes = []
        for c, key in enumerate(labels.channels):
            pieces = w.number(max(float(f.shipped[c]), float(f.sold[c].sum())))
            notes.append(
                pieces if otif.get(key) is None else w("channel_note", pieces=pieces, otif=w.told(otif[key], "share"))
            )
        titles = Titles(
            suppliers=[n.suppliers[k] for k in labels.suppliers],
            centres=self.centres,
            channels=[n.channels[k] for k in labels.channels],
            channel_notes=notes,
            markets=[n.markets[k] for k in labels.markets],
        )
        picture = chain_map.draw_chain_map(f, self.facts.load, titles, w, w("map_title"))
        return self._card("map", picture, wide=True)

    def _load(self) -> Card:
        w = self.words
        edges = [w.number(100 * s) + " %" for s in heat.STEPS]
        legend = [("heat0", w("load_below", x=edges[0]))]
        legend += [(f"heat{k + 1}", w("load_between", x=edges[k], y=edges[k + 1])) for k in range(len(edges) - 1)]
        legend.append((f"heat{len(edges)}", w("load_above", x=edges[-1])))
        picture = heat.draw_load(self.facts.load, self.centres, self.frame, w("load_title"))
        return self._card(
            "load",
            picture,
            said=self.load_said(),
            grid=grids.load_grid(self.facts, self.centres, self.weeks, w),
            wide=True,
            legend=legend,
        )

    def _stock(self) -> Card:
        return self._card("stock", lines.draw_stock(self.facts.stock, self.frame, self.words("stock_title")))

    def _backlog(self) -> Card:
        return self._card(
            "backlog",
            lines.draw_backlog(self.facts.waiting, self.facts.past_due, self.frame, self.words("backlog_title")),
        )

    def _sites(self) -> dict[str, list[Card]]:
        """The firm's sites and the lanes between them; nothing where there is one site."""
        w, world = self.words, self.result.world
        if world is None or not world.warehouses:
            return {}
        told = SiteCards(self.outcome, world, self.names, w)
        cards = [self._card("sitemap", told.picture(), said=told.said(), wide=True)]
        for name, grid in (("sitetable", told.sites()), ("lanetable", told.lanes())):
            cards.append(self._card(name, rendered("open_table", grid=grid, kind=""), wide=True))
        return {"sites": cards}

    def _sop(self) -> Card:
        months, w = read_sop(self.outcome), self.words

        def centre(name: str) -> str:
            return self.names.work_centres.get(name, name)

        picture = draw_sop(months, centre, w, w("sop_title"))
        return self._card("sop", picture, said=sop_said(months, centre, w), grid=sop_grid(months, centre, w), wide=True)

    def _punctuality(self) -> Card:
        f, w = self.facts, self.words
        picture = bars.draw_punctuality(f.punctuality, self.classes, f.classes, w, w("punctuality_title"))
        return self._card("punctuality", picture, grid=grids.punctuality_grid(f, self.classes, w))

    def _late(self) -> Card:
        w, found = self.words, read_late(self.outcome, self.result.world)
        if not found:
            return self._card("late", "", caption=w("late_none"))
        whole = sum(row.pieces for row in found)
        texts = []
        for row in found:
            where = w("late_where", name=self.names.place(row.place)) if row.place else ""
            texts.append(w("late_text", n=w.number(row.pieces), share=w.told(row.pieces / whole, "share"), where=where))
        parts = (("bluewash", "delivered", [row.pieces - row.open for row in found]), ("blue", "open", [row.open for row in found]))
        shown = bars.Bars(
            names=[w(f"late_{row.cause.name.lower()}") for row in found],
            texts=texts,
            parts=[(PALETTE[colour][0], values) for colour, _, values in parts],
        )
        picture = bars.draw_flat_bars(shown, "late", w("late_title"))
        return self._card("late", picture, legend=[(colour, w(f"late_{key}")) for colour, key, _ in parts])

    def _waiting(self) -> Card:
        w, found = self.words, read_waiting(self.outcome, self.result.world)
        if not found:
            return self._card("waiting", "", caption=w("waiting_none"))
        whole = sum(row.pieces for row in found)
        texts = []
        for row in found:
            where = w("late_where", name=self.names.place(row.place)) if row.place else ""
            texts.append(w("late_text", n=w.number(row.pieces), share=w.told(row.pieces / whole, "share"), where=where))
        parts = (
            ("bluewash", "in_time", [row.pieces - row.overdue for row in found]),
            ("orange", "overdue", [row.overdue for row in found]),
        )
        shown = bars.Bars(
            names=[w(f"wait_{row.cause.name.lower()}") for row in found],
            texts=texts,
            parts=[(PALETTE[colour][0], values) for colour, _, values in parts],
        )
        picture = bars.draw_flat_bars(shown, "waiting", w("waiting_title"))
        legend = [(colour, w(f"waiting_{key}")) for colour, key, _ in parts]
        return self._card("waiting", picture, legend=legend, grid=waiting_grid(self.outcome, found, self.weeks, w))

    def _leads(self) -> Card:
        picture = lines.draw_leads(
            self.facts.leads, self.classes, self.facts.classes, self.frame, self.words("leads_title")
        )
        return self._card("leads", picture, said=self.promise_said())

    def _since(self) -> Card:
        w, found = self.words, self.facts.since
        product_only = self.result.settings.satisfaction.model == "product_only"
        caption = w("since_caption") + (" " + w("since_product") if found.product_only is not None else "")
        picture = lines.draw_since_purchase(found, w, w("since_title"), product_only)
        return self._card("since", picture, caption=caption, grid=grids.since_grid(found, w))

    def _feelings(self) -> Card:
        picture = lines.draw_feelings(self.facts.feelings, self.frame, self.words("feelings_title"))
        return self._card("feelings", picture, said=say.feelings_sentences(self.facts, self.centres, self.words))

    def _contacts(self) -> Card:
        w, desk = self.words, self.facts.desk
        reasons = [r for r in Reason if desk.contacts[r] > 0]
        texts = []
        for r in reasons:
            solved = float(desk.solved[r] / desk.first[r]) if desk.first[r] > 0 else None
            lost = float(desk.abandoned[r] / desk.contacts[r])
            told = {
                "n": w.number(float(desk.contacts[r])),
                "solved": w.told(solved, "share"),
                "lost": w.told(lost, "share"),
            }
            texts.append(w("contact_text", **told))
        taken = desk.contacts - desk.abandoned - desk.solved
        parts = (("blue", "solved", desk.solved), ("bluewash", "taken", taken), ("orangewash", "lost", desk.abandoned))
        shown = bars.Bars(
            names=[w(f"reason_{r.name.lower()}") for r in reasons],
            texts=texts,
            parts=[(PALETTE[colour][0], [float(values[r]) for r in reasons]) for colour, _, values in parts],
        )
        picture = bars.draw_flat_bars(shown, "contacts", w("contacts_title"))
        return self._card("contacts", picture, legend=[(colour, w(f"contact_{key}")) for colour, key, _ in parts])

    def _wall(self) -> Card:
        return self._card("room", self.room.wall(), said=self.room.wall_said(), wide=True)

    def _departments(self) -> Card:
        return self._card("departments", rendered("open_table", grid=self.room.departments(), kind=""), wide=True)

    def _expectation(self) -> Card:
        return self._card("expectation", rendered("open_table", grid=self.room.categories(), kind=""), wide=True)

    def _touchpoints(self) -> Card:
        return self._card("touchpoints", rendered("open_table", grid=self.room.touchpoints(), kind="words"), said=self.room.touchpoints_said(), wide=True)

    def _journey(self) -> Card:
        return self._card("journey", journey_picture(self.journey, self.result, self.words), wide=True)

    def _blueprint(self) -> Card:
        touch = self.result.world.touch if self.result.world is not None else None
        return self._card("blueprint", blueprint_picture(self.journey, self.result, touch, self.names.segments, self.words), wide=True)

    def _demand(self) -> Card:
        w = self.words
        picture = lines.draw_demand(self.facts.forecast, self.facts.demand, self.frame, w("demand_title"))
        caption = w("demand_caption", error=self._told("forecast_error"), bias=self._told("forecast_bias"))
        return self._card("demand", picture, caption=caption)

    def _returns(self) -> Card:
        w, flows = self.words, self.facts.flows
        causes = sorted(
            (c for c in ReturnCause if c not in (ReturnCause.NONE, ReturnCause.USED_PRODUCT)),
            key=lambda c: -float(flows.returned[c]),
        )
        values = [float(flows.returned[c]) for c in causes]
        whole = max(flows.back, 1e-9)
        texts = [w("return_text", n=w.number(value), share=w.told(value / whole, "share")) for value in values]
        shown = bars.Bars(
            names=[w(f"cause_{c.name.lower()}") for c in causes], texts=texts, parts=[(PALETTE["bluewash"][0], values)]
        )
        return self._card("returns", bars.draw_flat_bars(shown, "returns", w("returns_title")))

    def _bridge(self) -> Card:
        return self._card("bridge", bars.draw_bridge(read_bridge(self.outcome), self.words, self.words("bridge_title")))

    def _told(self, kpi: str) -> str:
        found = self.result.kpis.get(kpi)
        return self.words.told(found.value, found.unit) if found is not None else "–"
