"""What the firm could pull: levers, what each changes, and the forces that speed or slow them. Money and effects without another source are assumed."""

from __future__ import annotations

from table import Row, rows

_ASK = "assumed; sizes for a firm of EUR 70 M and 150 staff"


def levers() -> list[Row]:
    """Table levers: the first five make TO-BE of AS-IS, the others can be tried on top."""
    return rows(
        "lever name kind investment_eur running_eur_y start_month ramp_d adoption needs",
        ("one_plan", "One rolling plan and one order of precedence for all functions", "operations_redesign", 350000, 90000, 0, 120, 1.0, ""),
        ("true_dates", "Dates promised from stock, plan and capacity", "digital_platform", 120000, 30000, 3, 60, 1.0, "one_plan"),
        ("one_team", "Marketing, sales and service as one team with common targets", "one_team", 150000, 40000, 3, 180, 1.0, ""),
        ("training", "Cross-training and relational leadership", "training", 80000, 45000, 3, 240, 1.0, ""),
        ("crm", "One platform of customer data; delays are told before they are asked for", "crm", 400000, 150000, 6, 180, 1.0, ""),
        ("portal", "Reorder portal beside shops, phone and web", "portal", 250000, 80000, 9, 270, 1.0, "crm"),
        ("journey", "Journeys mapped and redrawn: fewer problems at the touchpoints that the firm controls", "journey_redesign", 120000, 20000, 3, 180, 1.0, ""),
        ("service", "Services redesigned: follow-up in use, collection of the used product", "service_design", 60000, 15000, 3, 120, 1.0, ""),
        ("commercial", "Homogeneous segments, trained sellers, offers made to measure", "commercial_approach", 100000, 110000, 0, 365, 1.0, ""),
        ("concierge", "New roles: a customer manager for retail chains and franchises", "new_roles", 40000, 120000, 6, 90, 1.0, "crm"),
        ("feedback", "What came of their answers is told to those who gave them", "service_design", 15000, 25000, 3, 90, 1.0, ""),
        ("regional_warehouse", "Warehouse on the upper Rhine that serves Germany and France", "operations_redesign", 250000, 380000, 6, 90, 1.0, "", "assumed; a hall of 4,000 m2 with its fixed staff, picking by the piece apart"),
        source=_ASK,
    )


def lever_changes() -> list[Row]:
    """Table lever_changes."""
    return rows(
        "lever target rows change value",
        ("one_plan", "planning", "", "set", "end_to_end"), ("one_plan", "precedence", "", "set", "optimised"), ("true_dates", "promise", "", "set", "atp"),
        ("one_team", "organisation.mode", "", "set", "one_team"), ("one_team", "organisation.organisation", "", "set", 0.85), ("training", "organisation.culture", "", "set", 0.85),
        ("crm", "organisation.platform", "", "set", 0.85), ("crm", "organisation.proactive", "", "set", 0.7),
        ("portal", "touchpoints.reach", "touchpoint=reorder_portal", "set", 0.35), ("portal", "organisation.info_share", "", "times", 0.75), ("portal", "channels.integration", "channel=web|own_shop", "add", 0.1),
        ("journey", "touchpoints.problem_share", "controlled=true", "times", 0.6), ("journey", "touchpoints.enjoyment", "phase=receive controlled=true", "add", 0.01),
        ("service", "services.offered_share", "service=use_followup", "set", 0.4), ("service", "services.offered_share", "service=used_collection", "set", 0.6),
        ("commercial", "channels.choice_offset", "channel=own_shop|franchise|independent", "add", 0.06, "three modules of +1.8 % sales each: Fisher, Gallino and Netessine, 2021; odds assumed"),
        ("concierge", "channels.integration", "channel=large_retail|franchise", "set", 0.85), ("concierge", "organisation.proactive", "", "set", 0.85),
        ("feedback", "segments.response_share", "segment=value|comfort|premium|renewer", "times", 1.15),
        ("feedback", "feedback.returned", "", "set", "true"), ("feedback", "feedback.callback_share", "", "set", 0.5), ("feedback", "feedback.mend_after", "", "set", 200),
        ("regional_warehouse", "lanes.priority", "from=rhine", "set", 1), ("regional_warehouse", "lanes.priority", "from=plant market=DE|FR", "set", 2),
        source="assumed",
    )


def lever_forces() -> list[Row]:
    """Table lever_forces: what helps and what hinders, as interviewed firms name it (case I9, I10); speeds and costs assumed."""
    return rows(
        "lever force kind speed managed cost_eur",
        ("crm", "digital_manager", "driver", 1.3, True, 60000), ("crm", "old_data", "barrier", 0.7, False, 80000), ("portal", "phone_habit", "barrier", 0.6, False, 30000),
        ("portal", "digital_skills", "driver", 1.25, True, 25000), ("one_team", "silo_targets", "barrier", 0.5, True, 50000), ("training", "success_stories", "driver", 1.2, False, 10000),
        source="names: case I9, I10; numbers assumed",
    )
