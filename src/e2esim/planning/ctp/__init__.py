"""Capable-to-promise: what can be delivered when, through stock, material, capacity and transport of all levels.

A request is answered against a `State`: the network's facts with everything that is booked already. What is booked
stays as it is; what is free of stock, work in process, lots and hours is offered. Planning a whole order book is
answering its orders one after the other (`plan_in_order`).

**The rule of the search.** Demands by priority, then due date. Each is planned backward from its due date, as late as
possible; where that is infeasible, forward: the earliest time at which more becomes possible is tried next. Nothing
starts before now; at most `max_early` early where a resource says so; partial shipments unless a smallest shipment
is stated; nothing later than the stated lateness. Among ways to get an item the first by priority that can be in time
is taken, else the one that is there first. Asking never changes the state.

**One truth.** `planning/factory` plans the whole order book at once (linear programme, search) and moves whatever it
likes; this room answers one order after the other around what is planned. Both keep the same rules on the same facts:
`of_factory` turns a factory's problem and its plan into a `State`, and the plan together with answers passes the same
referee (`tests/plan/plan_referee.py`).

Who does what
    ==================  ====================================================================================
    ``model``           the facts: buffers, operations, resources; times in whole seconds
    ``request``         what is asked, and who goes first
    ``answer``          deliveries, the work they need, what is short, the limits met
    ``state``           what is booked, with a way back; ``timeline``, ``resources``, ``working_time`` below it
    ``network``         the facts by number; ``placing`` finds windows for lots on resources and calendars
    ``search``          asks a buffer, and whatever could give it, all or nothing
    ``capable``         the door: `capable`, `promise`, `commit`, `withdraw`
    ``slips``           who would have to give way so that a request is met on its date, proven by answering them anew
    ``of_factory``      the state that a factory's plan leaves; its orders as requests
    ``in_order``        a constrained plan of a whole order book, safety stock rebuilt at the end
    ==================  ====================================================================================
"""
