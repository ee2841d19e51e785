"""Textbook worlds, run by the ordinary command: exact, or within three standard errors of the right answer."""

from __future__ import annotations

import pytest

from textbook_answers import Answer, answers, obtained

LONG = ("queueing",)  # 120 million customers


def _cases() -> list[object]:
    marks = {world: [pytest.mark.long] for world in LONG}
    return [pytest.param(a, id=f"{a.world}: {a.what}", marks=marks.get(a.world, [])) for a in answers()]


@pytest.mark.parametrize("answer", _cases())
def test_the_run_gives_the_textbook_answer(answer: Answer) -> None:
    got = obtained(answer)
    assert got.off(answer) <= 3.0, f"{got.value:.6g} +- {got.se:.2g}, right is {answer.expected:.6g}"
    if not answer.exact:  # so small that a wrong model would be seen
        assert got.se <= 0.02 * abs(answer.expected)
