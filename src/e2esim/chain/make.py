"""Production: lots wait for material, then pass finite work centres."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import simpy

from e2esim.chain.centre import WEEK, Key, WorkCentre
from e2esim.chain.phases import At, Phase
from e2esim.chain.rework import PutRight
from e2esim.chain.second_choice import SecondChoice, Way
from e2esim.chain.source import add_due
from e2esim.chain.stock import Stock
from e2esim.domain.book import LOT_COLUMNS, Columns
from e2esim.domain.events import Event, EventLog
from e2esim.domain.worktime import WorkTime
from e2esim.domain.world import World

F = npt.NDArray[np.float64]

_SOONER = 1e-6  # priority by which pieces that are put right go before the other lots of their time


@dataclass(slots=True, eq=False)
class Lot:
    """A production lot on its way."""

    key: Key  # (priority, release number)
    item: int
    quantity: float  # [unit] started
    due_h: float
    step: int = 0  # operations done
    missing: int = -1  # component it waits for
    released_h: float = 0.0
    issued_h: float = math.nan
    completed_h: float = math.nan
    waited_for: int = -1  # component it waited for last
    queue_h: float = 0.0  # longest wait in front of one work centre
    queue: int = -1  # that work centre
    asked_h: float = math.nan  # since when it has asked for the machine of its next operation
    again: bool = False  # pieces of another lot that are put right
    way: Way | None = None  # of its next operation, where there are second choices
    unclaimed: bool = False  # nobody waits for it any longer

    @property
    def issued(self) -> bool:
        """Whether its material is there."""
        return not math.isnan(self.issued_h)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedLot:
    """A lot in the queue of a work centre."""

    number: int  # of its release
    family: int
    hours: float  # [h] of a machine, without changeover
    due_h: float  # [h] when it should leave this work centre


class Shop:
    """Open lots on the work centres.

    A lot waits until its whole material is free; material is issued in order of (priority, release number) among the
    lots that ask at the same moment, and a lot that cannot be served does not hold back the next one. Issued material
    is reserved, and consumed when the first operation starts. Scrap is the expected number, its fraction carried on; faulty
    pieces that can be put right go on as a lot of their own (`e2esim.chain.rework`) and count as open until they are good or scrapped.
    """

    def __init__(self, env: simpy.Environment, world: World, stock: Stock, log: EventLog, *, paid: tuple[WorkTime, ...] | None = None) -> None:
        self.env, self.world, self.stock, self.log = env, world, stock, log
        self.paid = world.centres.calendar if paid is None else paid  # hours of people; events and breakdowns may leave fewer
        machines, calendars = world.centres.machines, world.centres.calendar
        self.centres = tuple(
            WorkCentre(env, machines=int(m), calendar=c, horizon_h=world.hours, begin=self._begin, changeover_h=h)
            for m, c, h in zip(machines, calendars, world.changeovers.hours, strict=True)
        )
        self.lots: dict[int, Lot] = {}  # open lots by release number
        self.history: list[Lot] = []  # every lot ever released
        self.overtime_eur = 0.0
        self.worse: Callable[[int, float], float] | None = None  # share of an item scrapped on top, where events spoil lots
        self._number = 0
        self.rework = None if world.items.rework is None else PutRight(world, world.items.rework)
        self._fault = (world.items.scrap if world.items.rework is None else world.items.rework.fault).tolist()
        self._scrap_carry: F = np.zeros(world.items.n)
        self._waiting: dict[int, dict[int, Lot]] = {}  # lots without material, by missing component and release number
        self._asking: list[Lot] = []  # lots that ask for material at this moment
        self._parts, self._steps = _bills(world), _routes(world)
        self.second = SecondChoice(world, self.centres) if world.routing.others else None
        self.finished: Callable[[Lot, float], None] | None = None  # told of each lot that is complete, with its good pieces
        stock.listeners.append(self._retry)

    def start(self) -> None:
        """Release the production orders open at the start, and start the weekly and nightly rounds."""
        opening = self.world.opening
        orders = zip(opening.production_item, opening.production_quantity, opening.production_due_h, strict=True)
        for item, quantity, due in orders:
            self.release(int(item), float(quantity), 0.0, float(due))
        self._week(0)
        self._next_night()

    def release(self, item: int, quantity: float, priority: float, due_h: float) -> int:
        """Release a lot of ``quantity`` [unit] (scrap included), lower ``priority`` first; return its number.

        Raises
        ------
        ValueError
            If the item has no routing or the quantity is not positive.
        """
        if not self._steps[item] or quantity <= 0:
            name = self.world.items.ids[item]
            raise ValueError(f"cannot make {quantity:g} of item {name}: no routing, or nothing to make")
        number, self._number = self._number, self._number + 1
        lot = Lot(key=(priority, number), item=item, quantity=quantity, due_h=due_h)
        lot.released_h = self.env.now
        self.lots[number] = lot
        self.history.append(lot)
        self.stock.on_order[0, item] += quantity
        self.log.emit(self.env.now, Event.LOT_RELEASED, place=self._steps[item][0][0], item=item, quantity=quantity)
        self._ask(lot)
        return number

    def give_up(self, number: int) -> None:
        """Nobody waits for a lot any longer: it is taken back where it has no material yet, else made and of no use."""
        lot = self.lots[number]
        lot.unclaimed = True
        if lot.issued:
            return
        self._wait_for(lot, -1)
        del self.lots[number]
        self.stock.on_order[0, lot.item] -= lot.quantity

    def overtime(self, centre: int, hours_a_week: float, eur_h: float | None = None) -> None:
        """Grant overtime [h/machine] in the current week; its cost is due whether it is needed or not.

        ``eur_h`` extra cost of an hour; that of overtime if None.
        """
        extra = self.centres[centre].grant(hours_a_week)
        if extra:
            cost = self.world.settings.scale * extra * (float(self.world.centres.overtime_eur_h[centre]) if eur_h is None else eur_h)
            self.overtime_eur += cost
            self.log.emit(self.env.now, Event.EXTRA_PAID, place=centre, quantity=extra, value=cost)
            self.log.emit(self.env.now, Event.CAPACITY_OPENED, place=centre, value=extra)

    def book(self) -> Columns:
        """Every lot ever released, `LOT_COLUMNS`."""
        fields = {
            "item": "item", "quantity": "quantity", "due": "due_h", "released": "released_h", "issued": "issued_h",
            "completed": "completed_h", "missing": "waited_for", "queue_h": "queue_h", "queue": "queue",
        }  # fmt: skip
        return Columns.of(LOT_COLUMNS, {name: np.array([getattr(lot, own) for lot in self.history]) for name, own in fields.items()})

    # --- what planning may know --------------------------------------------------------------------------------------
    def receipts(self, now_day: int, days: int) -> F:
        """Good pieces expected of open lots by due day from ``now_day``, (items, days); overdue = tomorrow."""
        table, scrap = np.zeros((self.world.items.n, days)), self.world.items.scrap.tolist()
        for lot in self.lots.values():
            if not lot.unclaimed:
                add_due(table, lot.item, lot.quantity * (1.0 - scrap[lot.item]), lot.due_h, now_day)
        return table

    def in_process(self) -> F:
        """Units in open lots, (items,)."""
        table = np.zeros(self.world.items.n)
        for lot in self.lots.values():
            table[lot.item] += lot.quantity
        return table

    def work_ahead(self, counted: npt.NDArray[np.bool_]) -> F:
        """Machine hours not yet done of open lots of the ``counted`` items (items,), (centres,).

        A running operation counts in full.
        """
        hours = np.zeros(len(self.centres))
        for lot in self.lots.values():
            if not counted[lot.item]:
                continue
            for centre, work in self._to_do(lot):
                hours[centre] += work
        return hours

    def queue(self, place: int) -> list[QueuedLot]:
        """Lots that wait for a machine of a work centre, first first."""
        found = []
        for number, family in self.centres[place].waiting():
            lot = self.lots[number]
            hours = [work for _, work in self._to_do(lot)]
            found.append(QueuedLot(number=number, family=family, hours=hours[0], due_h=lot.due_h - sum(hours[1:])))
        return found

    def _to_do(self, lot: Lot) -> list[tuple[int, float]]:
        """Operations that a lot still has before it: work centre, machine hours."""
        ahead = range(lot.step, len(self._steps[lot.item]))
        return [(self._way(lot, step)[0], self._work(lot, step)) for step in ahead]

    def _way(self, lot: Lot, step: int) -> Way:
        """Work centre, machine hours of set-up and of a piece of an operation: as chosen, else the first choice."""
        return lot.way if lot.way is not None and step == lot.step else self._steps[lot.item][step]

    def _work(self, lot: Lot, step: int) -> float:
        """Machine hours of an operation of a lot, without changeover; pieces that are put right need no set-up of their own."""
        _, setup, run = self._way(lot, step)
        if lot.again and self.rework is not None:
            return self.rework.run_h(lot.item, step, run) * lot.quantity
        return setup + run * lot.quantity

    def needs(self) -> F:
        """Material of lots that still wait for it, (items,)."""
        table = np.zeros(self.world.items.n)
        for lot in self._hungry():
            for component, each in self._parts[lot.item]:
                table[component] += each * lot.quantity
        return table

    # --- the life of a lot -------------------------------------------------------------------------------------------
    def _seize(self, lot: Lot) -> None:
        """Queue for a machine of the next operation."""
        lot.asked_h = self.env.now
        if self.second is not None:
            first = self._steps[lot.item][lot.step]
            lot.way = first if lot.again else self.second.choose(lot.item, lot.step, lot.quantity, first, lot.asked_h)
            self.second.load_h[lot.way[0]] += self._work(lot, lot.step)
        self.centres[self._way(lot, lot.step)[0]].seize(lot.key, int(self.world.changeovers.family[lot.item]))

    def _begin(self, number: int, machine: int, change: float) -> None:
        """A machine is taken: the next operation of a lot begins, with ``change`` [h] of changeover before it."""
        lot = self.lots[number]
        place = self._way(lot, lot.step)[0]
        centre, asked, now = self.centres[place], lot.asked_h, self.env.now
        if now - asked > lot.queue_h and centre.calendar.hours(asked, now) > 0.0:  # not just closed
            lot.queue_h, lot.queue = now - asked, place
        if lot.step == 0 and not lot.again:
            for component, each in self._parts[lot.item]:
                self.stock.consume(component, each * lot.quantity)
        hours = change + self._work(lot, lot.step)
        end = centre.end(hours)
        if end < math.inf:  # else the calendar ends first: the lot stays open and its machine taken
            At(self.env, end, Phase.ARRIVE, self._end, number, machine, change, hours)

    def _end(self, number: int, machine: int, change: float, hours: float) -> None:
        """An operation is done: the machine is free, the lot goes on or is complete."""
        lot = self.lots[number]
        place, how = self._way(lot, lot.step)[0], int(lot.again)
        if self.second is not None:
            self.second.load_h[place] -= self._work(lot, lot.step)
            how = how or 2 * (place != self._steps[lot.item][lot.step][0])
            lot.way = None
        lot.step += 1
        self.centres[place].leave(machine)
        if change > 0:
            self.log.emit(self.env.now, Event.CHANGED_OVER, place=place, item=lot.item, value=change)
        self.log.emit(self.env.now, Event.OPERATION_DONE, place=place, item=lot.item, rows=how, quantity=lot.quantity, value=hours)
        if lot.step < len(self._steps[lot.item]):
            self._seize(lot)
        else:
            self._complete(lot)

    def _complete(self, lot: Lot) -> None:
        due = self._scrap_carry[lot.item] + lot.quantity * self._scrap_share(lot.item)
        faulty = min(float(np.floor(due + 1e-9)), lot.quantity)
        self._scrap_carry[lot.item] = due - faulty
        del self.lots[lot.key[1]]
        lot.completed_h = self.env.now
        again = self._send_back(lot, faulty)
        self.stock.on_order[0, lot.item] -= lot.quantity - again
        scrapped = faulty - again
        good = lot.quantity - faulty
        self.log.emit(self.env.now, Event.LOT_COMPLETED, item=lot.item, quantity=good, value=scrapped)
        self.stock.produce(lot.item, good, scrapped)
        if self.finished is not None:
            self.finished(lot, good)

    def _send_back(self, lot: Lot, faulty: float) -> float:
        """Let faulty pieces that can be put right queue again as a lot of their own; return how many they are."""
        if self.rework is None or faulty <= 0.0:
            return 0.0
        pieces = self.rework.pieces(lot.item, faulty)
        if pieces > 0.0:
            number, self._number = self._number, self._number + 1
            now = self.env.now
            key = (lot.key[0] - _SOONER, number)
            back = Lot(key=key, item=lot.item, quantity=pieces, due_h=lot.due_h, step=self.rework.step(lot.item), again=True)
            back.released_h = back.issued_h = now
            self.lots[number] = back
            self.log.emit(now, Event.PUT_RIGHT, item=lot.item, quantity=pieces, value=self.rework.material_eur(lot.item, pieces))
            self._seize(back)
        return pieces

    def _scrap_share(self, item: int) -> float:
        usual = float(self._fault[item])
        return usual if self.worse is None else min(1.0, usual + self.worse(item, self.env.now))

    def put_off(self, place: int, hours: float) -> None:
        """Let open lots that still need a work centre be due ``hours`` later: what the firm expects while it stands still."""
        for lot in self.lots.values():
            if any(centre == place for centre, _, _ in self._steps[lot.item][lot.step :]):
                lot.due_h += hours

    # --- material ----------------------------------------------------------------------------------------------------
    def _retry(self, item: int) -> None:
        """Goods came: let the lots that wait for them ask again."""
        for lot in self._waiting.get(item, {}).values():
            self._ask(lot)

    def _hungry(self) -> list[Lot]:
        return [lot for lots in self._waiting.values() for lot in lots.values()]

    def _ask(self, lot: Lot) -> None:
        if not self._asking:
            At(self.env, self.env.now, Phase.ISSUE, self._issue)
        self._asking.append(lot)

    def _issue(self) -> None:
        """Issue material to the lots that asked at this moment, the most urgent first."""
        asking, self._asking = sorted(self._asking, key=_urgency), []
        for lot in asking:
            if lot.issued or lot.key[1] not in self.lots:
                continue  # asked twice at one moment, or taken back
            component, lacking = self._lacking(lot)
            if component < 0:
                for part, each in self._parts[lot.item]:
                    self.stock.reserve(part, each * lot.quantity)
                lot.issued_h = self.env.now
                self._seize(lot)
            elif lot.missing < 0:
                place = self._steps[lot.item][0][0]
                self.log.emit(self.env.now, Event.MATERIAL_SHORT, place=place, item=component, quantity=lacking)
            self._wait_for(lot, component)

    def _wait_for(self, lot: Lot, component: int) -> None:
        """Let the lot wait for ``component`` and no other; -1 = for none."""
        if lot.missing == component:
            return
        if lot.missing >= 0:
            del self._waiting[lot.missing][lot.key[1]]
        if component >= 0:
            lot.waited_for = component
            self._waiting.setdefault(component, {})[lot.key[1]] = lot
        lot.missing = component

    def _lacking(self, lot: Lot) -> tuple[int, float]:
        """The first component that is short, and by how much; -1 if there is enough of all."""
        for component, each in self._parts[lot.item]:
            lacking = each * lot.quantity - self.stock.available(component)
            if lacking > 1e-9 * (1.0 + each * lot.quantity):
                return component, lacking
        return -1, 0.0

    # --- rounds ------------------------------------------------------------------------------------------------------
    def _next_night(self) -> None:
        At(self.env, 24.0 * (self.env.now // 24.0 + 1.0), Phase.ARRIVE, self._night)

    def _night(self) -> None:
        """Try every waiting lot at midnight, whatever came or was freed in between."""
        for lot in self._hungry():
            self._ask(lot)
        self._next_night()

    def _week(self, week: int) -> None:
        """Open the capacity of a week, and then that of the next."""
        for place, centre in enumerate(self.centres):
            self.log.emit(self.env.now, Event.CAPACITY_OPENED, place=place, quantity=centre.open_hours(week))
            if self.paid[place] is not centre.calendar:
                self._lose(place, centre, week)
        At(self.env, WEEK * (week + 1), Phase.ARRIVE, self._week, week + 1)

    def _lose(self, place: int, centre: WorkCentre, week: int) -> None:
        """Write down the hours of a week that are paid and lost."""
        lost = centre.machines * self.paid[place].hours(WEEK * week, min(WEEK * (week + 1), self.world.hours)) - centre.open_hours(week)
        if lost > 1e-9:
            self.log.emit(self.env.now, Event.HOURS_LOST, place=place, quantity=lost)


def _urgency(lot: Lot) -> Key:
    return lot.key


def _bills(world: World) -> tuple[tuple[tuple[int, float], ...], ...]:
    """Components of each item as (component, units in one unit)."""
    component, quantity = world.bom.component.tolist(), world.bom.quantity.tolist()
    return tuple(tuple((component[k], quantity[k]) for k in own) for own in _own(world.bom.start))


def _routes(world: World) -> tuple[tuple[tuple[int, float, float], ...], ...]:
    """Operations of each item as (centre, set-up machine hours, machine hours a unit), efficiency included."""
    centre = world.routing.centre
    setup = (world.routing.setup_h / world.centres.efficiency[centre]).tolist()
    run = (world.routing.run_h / world.centres.efficiency[centre]).tolist()
    places = centre.tolist()
    return tuple(tuple((places[k], setup[k], run[k]) for k in own) for own in _own(world.routing.start))


def _own(start: npt.NDArray[np.int64]) -> list[range]:
    """Rows of each owner in compressed rows."""
    return [range(a, b) for a, b in zip(start[:-1].tolist(), start[1:].tolist(), strict=True)]
