"""Sites on the page: the map of what moves, each site's service, stock and cost, each lane's trucks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from e2esim.domain.outcome import Outcome
from e2esim.domain.world import World
from e2esim.kpi.sites import ON_TRUCKS, delivered_to, lane_figures, site_figures
from e2esim.report.grids import TextGrid
from e2esim.report.pictures.site_map import SiteFlow, SiteNode, draw_site_map
from e2esim.report.result import Names
from e2esim.report.words import Words

Columns = Mapping[str, tuple[Sequence[float | None], str]]
_APART = 0.01  # [share] of lines by which the service of sites differs enough to be said
_OFTEN = 0.1  # [share] of trucks from which lateness is said


class SiteCards:
    """Reads one outcome for the section on sites."""

    def __init__(self, outcome: Outcome, world: World, names: Names, words: Words) -> None:
        self.outcome, self.world, self.words = outcome, world, words
        self.markets = [names.markets[key] for key in outcome.labels.markets]
        self.names = {site.site: site.name for site in world.sites} | {ON_TRUCKS: words("sites_trucks")}
        self.rows, self.links = site_figures(outcome, world), lane_figures(outcome, world)

    def picture(self) -> str:
        """Sites by their distance from the plant, then the markets, and the pieces between them."""
        w, world, a_year = self.words, self.world, 1.0 / self.outcome.window_y
        sent = delivered_to(self.outcome, world) * a_year
        depth = self._depths()
        ids = [site.site for site in world.sites]
        flows = [SiteFlow(ids.index(one.source), ids.index(one.to), one.pieces * a_year) for one in self.links if one.pieces > 0]
        got = np.flatnonzero(sent.sum(axis=0) > 0).tolist()
        place = {market: len(ids) + k for k, market in enumerate(got)}
        flows += [SiteFlow(k, place[m], float(sent[k, m])) for k in range(len(ids)) for m in got if sent[k, m] > 0]

        def through(node: int) -> float:
            return max(sum(f.pieces for f in flows if f.source == node), sum(f.pieces for f in flows if f.to == node))

        nodes = []
        for k, row in enumerate(self.rows[:-1]):
            texts = [self.names[row.site], w("sites_box", stock=w.told(row.stock_pcs, "pcs"))]
            nodes.append(SiteNode([*texts, *([w("sites_box_otif", otif=w.told(row.otif, "share"))] if row.otif is not None else [])], depth[k], through(k)))
        last = max(depth) + 1
        nodes += [SiteNode([self.markets[m], w.told(float(sent[:, m].sum()), "pcs/year")], last, through(place[m])) for m in got]
        heads = [w("map_plant"), *[w("map_store")] * max(depth), w("map_markets")]
        return draw_site_map(nodes, flows, heads, w("sitemap_title"))

    def _depths(self) -> list[int]:
        """Moves from a plant to each site along the lanes in use, (sites,)."""
        items, links, depth = self.world.items, self.world.links, [0] * len(self.world.sites)
        plants = {0, *np.unique(items.site[items.made]).tolist()}
        usual = {int(k) for k in links.feeds.link[links.feeds.weight > 0.0]}
        for k, (source, to) in enumerate(zip(links.source.tolist(), links.to.tolist(), strict=True)):
            if to not in plants and k in usual:
                depth[to] = max(depth[to], depth[source] + 1)
        return depth

    def said(self) -> list[str]:
        """Which site serves worst, which is dearest, which lane is late."""
        w, found = self.words, []
        served = [row for row in self.rows if row.otif is not None]
        if len(served) > 1:
            worst, best = (pick(served, key=lambda row: row.otif or 0.0) for pick in (min, max))
            if (best.otif or 0.0) - (worst.otif or 0.0) >= _APART:
                told = {"otif": w.told(worst.otif, "share"), "most": w.told(best.otif, "share")}
                found.append(w("sites_said_worst", site=self.names[worst.site], other=self.names[best.site], **told))
        sent = [row for row in self.rows if row.pieces > 0]
        if len(sent) > 1:
            dear, cheap = (pick(sent, key=lambda row: row.cost_eur / row.pieces) for pick in (max, min))
            told = {"cost": w.told(dear.cost_eur / dear.pieces, "EUR/pcs"), "least": w.told(cheap.cost_eur / cheap.pieces, "EUR/pcs")}
            found.append(w("sites_said_cost", site=self.names[dear.site], other=self.names[cheap.site], **told))
        for one in self.links:
            if (one.late or 0.0) >= _OFTEN:
                found.append(w("sites_said_late", lane=self._lane(one.source, one.to), share=w.told(one.late, "share"), days=w.told(one.late_d, "days")))
        return found

    def sites(self) -> TextGrid:
        """One row a site, then the goods on trucks."""
        w = self.words
        columns: Columns = {
            "lines": ([row.lines or None for row in self.rows], ""),
            **({"stood_in": ([row.stood_in or None for row in self.rows], "")} if any(row.stood_in for row in self.rows) else {}),
            "lead": ([row.lead_d for row in self.rows], "days"),
            "otif": ([row.otif for row in self.rows], "share"),
            "stock": ([row.stock_pcs for row in self.rows], "pcs"),
            "in": ([row.moved_in_pcs or None for row in self.rows], "pcs"),
            "freight_in": ([row.moved_in_eur or None for row in self.rows], "EUR"),
            "freight": ([row.freight_eur or None for row in self.rows], "EUR"),
            "picking": ([row.picking_eur or None for row in self.rows], "EUR"),
            "holding": ([row.holding_eur or None for row in self.rows], "EUR"),
            "cost": ([row.cost_eur or None for row in self.rows], "EUR"),
            "piece": ([row.cost_eur / row.pieces if row.pieces else None for row in self.rows], "EUR/pcs"),
        }
        told = _told(w, columns)
        rows = [[self.names[row.site], *(texts[k] for texts, _ in told.values())] for k, row in enumerate(self.rows)]
        return TextGrid(title=w("sitetable_title"), head=[w("sites_site"), *(w(f"sites_h_{name}") for name in told)], units=_units(told), rows=rows)

    def lanes(self) -> TextGrid:
        """One row a lane between sites."""
        w = self.words
        columns: Columns = {
            "trucks_run": ([one.trucks for one in self.links], ""),
            "pieces": ([one.pieces for one in self.links], "pcs"),
            "a_truck": ([one.pieces / one.trucks if one.trucks else None for one in self.links], "pcs"),
            "money": ([one.freight_eur for one in self.links], "EUR"),
            "h_piece": ([one.freight_eur / one.pieces if one.pieces else None for one in self.links], "EUR/pcs"),
            "late": ([one.late for one in self.links], "share"),
            "late_d": ([one.late_d for one in self.links], "days"),
        }
        told = _told(w, columns)
        rows = [[self._lane(one.source, one.to), *(texts[k] for texts, _ in told.values())] for k, one in enumerate(self.links)]
        return TextGrid(title=w("lanetable_title"), head=[w("sites_lane"), *(w(f"sites_{name}") for name in told)], units=_units(told), rows=rows)

    def _lane(self, source: str, to: str) -> str:
        return f"{self.names[source]} \N{RIGHTWARDS ARROW} {self.names[to]}"


def _told(w: Words, columns: Columns) -> dict[str, tuple[list[str], str]]:
    """Texts of each column and its unit; what has no unit is counted in whole numbers."""
    def column(values: Sequence[float | None], unit: str) -> tuple[list[str], str]:
        if unit:
            return w.column(values, unit)
        return ["\N{EN DASH}" if value is None else w.number(value) for value in values], ""

    return {name: column(values, unit) for name, (values, unit) in columns.items()}


def _units(told: dict[str, tuple[list[str], str]]) -> Sequence[str]:
    return ["", *(unit for _, unit in told.values())]
