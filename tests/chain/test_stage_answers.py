"""Every stage of the market's chain with a theory agrees with it: queues, rework, repair, inspection."""

from __future__ import annotations

from stage_answers import stage_answers


def test_stages_agree_with_theory() -> None:
    """Within three standard errors and what the tick and whole pieces add."""
    off = {f"{one.stage}: {one.what}": (one.expected, one.value, one.off) for one in stage_answers() if one.off > 3.0}
    assert not off
