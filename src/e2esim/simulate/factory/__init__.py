"""A planned run: a factory that plans by the functions behind `e2esim plan` and carries its plan out under chance.

Night by night (every `replan_days`) it makes its plan with `planning.factory`, promises new orders with `planning.ctp`,
and serves order lines by the turn of the backorder functions (`planning.book`); lots, purchases and deliveries then
happen on a SimPy clock, with the draws that are switched on. Nothing is decided here: what stays different from the
plan, because a run executes under chance and a plan executes exactly, is `floor`.

Who does what
    ============  =====================================================================================
    ``facts``     what a run starts from, and its rules
    ``luck``      every random draw, addressed by the name of what it befalls
    ``plant``     what lies, moves and is open on a day: the one mutable thing
    ``known``     the plant on a day as a planning problem, and the plan in force on it
    ``night``     the planner: keeps the plan while all goes as planned, else makes it anew
    ``arrivals``  orders to come, drawn from what the book leaves of the forecast
    ``desk``      promises to new orders, on the plan in force
    ``floor``     goods in, lots, deliveries: the plan meets the world
    ``run``       the clock
    ============  =====================================================================================
"""
