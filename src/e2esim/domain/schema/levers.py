"""Levers of a company: what an intervention changes, costs and needs, and what speeds it or slows it down."""

from __future__ import annotations

from e2esim.domain.schema.column import SOURCE, Table, choice, flag, id_column, number, optional, share, text, whole

KINDS = (
    "service_design", "journey_redesign", "operations_redesign", "digital_platform", "one_team", "commercial_approach", "portal", "crm", "training",
    "new_roles",
)  # fmt: skip

TABLES: tuple[Table, ...] = (
    Table(
        name="levers",
        meaning="Interventions that turn the company as it is into one as it could be; a run pulls those named by levers=ONE+OTHER.",
        key=("lever",),
        verbs=("run",),
        required=False,
        columns=(
            id_column("lever"),
            text("name", "name shown in reports"),
            choice("kind", "what sort of intervention it is", KINDS),
            optional("investment_eur", "EUR", "paid once, when it starts, at scale 1", 0.0),
            optional("running_eur_y", "EUR/year", "paid every year from its start, at scale 1; a run books it as overhead", 0.0),
            whole("start_month", "months", "months from the start of the programme to its start", 0, high=120,
                  why="no programme begins later than ten years on"),
            optional("ramp_d", "days", "from its start to its full adoption, where no force of table lever_forces acts", 0.0, high=3650.0,
                     why="ten years, the longest run"),
            whole("end_month", "months", "months from the start of the programme to the end of its effect and cost; 0 = it lasts", 0, high=360,
                  why="thirty years, the longest cash account"),
            share("adoption", "how far numbers are moved towards what table lever_changes says, once it is adopted", 1.0),
            text("needs", "levers without which it has no effect, + between"),
            SOURCE,
        ),
    ),
    Table(
        name="lever_changes",
        meaning="What a lever changes: a setting, an option of a group, or a column of some rows.",
        key=("lever", "target", "rows"),
        verbs=("run",),
        required=False,
        columns=(
            id_column("lever", ref=("levers", "lever")),
            text("target", "setting (organisation.culture), group of options (planning), or TABLE.COLUMN (touchpoints.reach)", None),
            text("rows", "of a table: which rows, such as channel=web|marketplace phase=buy; empty = all"),
            choice("change", "set = the value itself; add, times = to what is there", ("set", "add", "times"), "set"),
            text("value", "number, word, or name of an option", None),
            SOURCE,
        ),
    ),
    Table(
        name="lever_forces",
        meaning="Drivers and barriers of levers: a driver speeds the ramp where it is managed, a barrier slows it where it is not.",
        key=("lever", "force"),
        verbs=("run",),
        required=False,
        columns=(
            id_column("lever", ref=("levers", "lever")),
            id_column("force"),
            choice("kind", "driver or barrier", ("driver", "barrier")),
            number("speed", "1", "the ramp is so many times as fast while it acts: drivers above 1, barriers below", above=0.0, high=10.0,
                   why="none is ten times"),
            flag("managed", "true if the driver is put in place, or the barrier removed", False),
            optional("cost_eur", "EUR", "paid once for managing it, at scale 1", 0.0),
            SOURCE,
        ),
    ),
)
