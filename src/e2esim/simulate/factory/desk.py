"""The desk of a planned run: new orders are promised on the plan in force by the functions behind `e2esim promise`."""

from __future__ import annotations

import numpy as np

from e2esim.domain.planned_outcome import LineSource
from e2esim.planning.ctp.answer import Answer
from e2esim.planning.ctp.capable import promise
from e2esim.planning.ctp.model import DAY, HOUR, OperationKind
from e2esim.planning.ctp.of_factory import purchase_names, state_of, step_names
from e2esim.planning.ctp.state import State
from e2esim.planning.promise.reply import PromiseReply, own_request, reply
from e2esim.planning.promise.sources import Wish
from e2esim.simulate.factory.arrivals import NewLines
from e2esim.simulate.factory.known import plan_at
from e2esim.simulate.factory.night import PlanningNight
from e2esim.simulate.factory.plant import FactoryState


class OrderDesk:
    """Takes new orders in: tells each a day, and books what it needs into the plan in force."""

    def __init__(self, plant: FactoryState, night: PlanningNight, coming: NewLines) -> None:
        self.plant, self.night, self.coming = plant, night, coming
        self._state: State | None = None
        self._since = -1  # day of the plan that the state stands on
        facts = plant.facts
        self._step = {name: k for k, name in enumerate(step_names(facts))}
        self._source = {name: k for k, name in enumerate(purchase_names(facts))}

    def forget(self) -> None:
        """The plan in force has changed."""
        self._state = None

    def state(self, day: int) -> State:
        """What is booked on a day: the plan in force and the promises given since."""
        if self._state is None:
            self._state, self._since = state_of(*plan_at(self.plant, day)), day
        self._state.go_on((day - self._since) * DAY)
        return self._state

    def ask(self, day: int, item: int, wish: Wish, priority: int) -> PromiseReply:
        """Answer a request on a day as `e2esim promise` answers it; nothing is booked. Days of the wish count from the plan."""
        facts, state = self.plant.facts, self.state(day)
        return reply(state, facts.items, facts.items, self.plant.company.elsewhere.on_day(self._since), wish, item, priority)

    def take_orders(self, day: int) -> None:
        """Promise and book the orders that come on a day."""
        coming = self.coming
        first, last = np.searchsorted(coming.day, [day, day + 1])
        if first == last:
            return
        rows, plant, facts = slice(int(first), int(last)), self.plant, self.plant.facts
        template = coming.template[rows]
        lines = plant.add_lines(
            coming.name[rows], coming.item[rows], coming.qty[rows], coming.due[rows], facts.order_priority[template], LineSource.NEW, template, placed=day
        )
        state = self.state(day)
        for line in lines.tolist():
            self._promise(state, line)
        self.night.new_lines += lines.size

    def _promise(self, state: State, line: int) -> None:
        plant, lines, company = self.plant, self.plant.lines, self.plant.company
        template = int(lines["template"][line])
        qty, least, most = float(lines["qty"][line]), float(company.order_least[template]), int(company.order_max_late[template])
        wish = Wish(
            qty=qty,
            day=max(int(lines["due"][line]) - self._since, 0),
            min_shipment=None if np.isnan(least) else min(least, qty),
            max_late=None if most < 0 else most,
        )
        wanted = own_request(wish, plant.facts.items[lines["item"][line]], int(lines["priority"][line]), plant.line_name[line])
        self._book(promise(state, wanted), line)
        state.forget()

    def _book(self, answer: Answer, line: int) -> None:
        """Put the work and the deliveries of a promise into the plan in force."""
        plant, since = self.plant, self._since
        for work in answer.work:
            start, end = since + work.start // DAY, since + work.available // DAY
            if work.kind == OperationKind.MAKE:
                hours = 24.0 * since + work.start / HOUR, 24.0 * since + work.end / HOUR, -1
                plant.plan_lot(self._step[work.operation], work.quantity, start, end, hours)
            elif work.kind == OperationKind.BUY:
                plant.plan_purchase(self._source[work.operation], work.quantity, start, end)
        if answer.deliveries:
            days = np.array([since + d.time // DAY for d in answer.deliveries], dtype=np.int64)
            plant.plan_shipments(np.full(days.size, line, dtype=np.int64), days, np.array([d.quantity for d in answer.deliveries]))
            if answer.short <= 1e-6:
                plant.lines["promised"][line] = plant.lines["planned"][line] = days.max()
