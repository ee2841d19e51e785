"""Sites of a network company, and the stock points its tables speak of."""

from __future__ import annotations

from dataclasses import dataclass

from e2esim.config.supply_network.rows import Reader, Row

Place = tuple[str, str]  # site, item
MAIN = "main"


@dataclass(frozen=True, kw_only=True)
class Map:
    """Names of the sites and their kinds, the stock points, who is a customer, and the bill of each made item."""

    kinds: dict[str, str]
    points: dict[Place, None]
    customers: frozenset[str]
    bills: dict[str, tuple[tuple[str, float], ...]]
    routed: dict[str, frozenset[str]]  # sites that the routing of an item names; with "" every plant

    def makes(self, place: Place) -> bool:
        """Whether the item is made at the site."""
        at = self.routed.get(place[1])
        return self.kinds.get(place[0]) == "plant" and (place[1] in self.bills if at is None else "" in at or place[0] in at)


def read_map(reader: Reader) -> Map:
    """Find sites and stock points; problems go to the reader."""
    customers = frozenset(row["customer"] for table in ("demand", "orders") for row in reader.rows(table) if row["customer"])
    kinds = _kinds(reader, customers)
    reader.only_site = next(iter(kinds)) if len(kinds) == 1 else ""
    bills: dict[str, list[tuple[str, float]]] = {}
    for row in reader.rows("bom"):
        bills.setdefault(row["parent"], []).append((row["component"], row["qty_per"]))
    routed: dict[str, frozenset[str]] = {}
    for row in reader.rows("routings"):
        routed[row["item"]] = routed.get(row["item"], frozenset()) | {row["site"] or ""}
    plan = Map(kinds=kinds, points={}, customers=customers, bills={k: tuple(v) for k, v in bills.items()}, routed=routed)
    _named(reader, plan)
    _components(plan)
    _idle_sites(reader, plan)
    return plan


def _kinds(reader: Reader, customers: frozenset[str]) -> dict[str, str]:
    if reader.there("sites"):
        return {row["site"]: row["kind"] for row in reader.rows("sites") if row["site"]}
    named = {row["site"] for table in ("stock", "demand", "orders", "replenishment", "supply", "receipts") for row in reader.rows(table)}
    named |= {row["from"] for row in reader.rows("lanes") if row["from"]} | {row["to"] for row in reader.rows("lanes") if row["to"] not in customers}
    found = sorted(name for name in named if name) or [MAIN]
    what = f"one site, {found[0]}" if len(found) == 1 else "every site its tables name"
    reader.notices.append(f"no table sites: {what}; each may make what has a bill or a routing")
    return dict.fromkeys(found, "plant")


def _named(reader: Reader, plan: Map) -> None:
    """Stock points that a row names."""
    for table in ("stock", "demand", "orders", "receipts", "replenishment", "supply"):
        for row in reader.rows(table):
            if not row["site"]:
                if table != "supply":
                    reader.wrong(table, row, "site", "no site, and there are several", f"name one of: {', '.join(list(plan.kinds)[:8])}")
            elif row["item"]:
                plan.points[row["site"], row["item"]] = None
    for row in reader.rows("lanes"):
        if row["item"]:
            for end in ("from", "to"):
                if row[end] in plan.kinds:
                    plan.points[row[end], row["item"]] = None


def _components(plan: Map) -> None:
    """Components lie where their parents are made."""
    todo = list(plan.points)
    while todo:
        place = todo.pop()
        if plan.makes(place):
            for component, _ in plan.bills.get(place[1], ()):
                below = (place[0], component)
                if below not in plan.points:
                    plan.points[below] = None
                    todo.append(below)


def _idle_sites(reader: Reader, plan: Map) -> None:
    """A site at which nothing is stocked, and which is no customer, does nothing."""
    busy = {site for site, _ in plan.points} | plan.customers
    for row in reader.rows("sites"):
        if row["site"] and row["site"] not in busy:
            reader.wrong("sites", row, "site", "a site without items", "name an item there in stock, demand, replenishment or lanes, or delete the row")


def known_ends(reader: Reader, plan: Map) -> list[Row]:
    """Lanes that lead from a site to a site or a customer; the others are reported."""
    good = []
    for row in reader.rows("lanes"):
        if row["to"] in plan.kinds or row["to"] in plan.customers:
            if row["from"] not in plan.kinds:
                reader.wrong("lanes", row, "from", "a lane from nowhere", "name the site that the goods leave")
            elif row["from"] == row["to"]:
                reader.wrong("lanes", row, "to", "a lane from a site to itself", "name another site")
            else:
                good.append(row)
                if row["weekly_capacity"] and row["to"] not in plan.kinds:
                    message, remedy = "a lane to a customer sends what is there, whatever the week", "limit the lanes that refill the site"
                    reader.wrong("lanes", row, "weekly_capacity", message, remedy, warning=True)
        else:
            reader.wrong("lanes", row, "to", "a lane to nowhere", "name a site of table sites, or a customer of tables demand or orders")
    return good
