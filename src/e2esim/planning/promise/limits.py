"""The one limit that is told: of all that an answer met, the one that made it wait longest."""

from __future__ import annotations

from e2esim.planning.ctp.answer import Answer, MetLimit


def main_limit(answer: Answer) -> MetLimit | None:
    """The limit with the longest wait between wanted and possible, the later one of equals; None if none was met."""
    return max(reversed(answer.limits), key=lambda limit: limit.possible - limit.wanted, default=None)
