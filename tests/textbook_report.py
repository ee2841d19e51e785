"""Write docs/validation.md: every textbook answer beside what the ordinary run gives. Run: python tests/textbook_report.py docs/validation.md"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from stage_answers import stage_answers
from textbook_answers import REPLICATIONS, USUAL, answers, obtained

_HEAD = """# Validation: textbook worlds

Written by `make validation` from the right answers in `tests/textbook_answers.py`, which `tests/study/test_textbook.py` holds. Each world is a small
company below `scenarios/textbook`, read and run like any other (`e2esim run scenario=textbook/NAME -n REPLICATIONS`); none has code of its own.
*Error* is the distance in standard errors of the mean over the replications (and of the right answer, where it was simulated itself); 3 is allowed.
*exact* means equal to a millionth. The order of events at one moment stands in the `scenario.yaml` of each world.
"""

_STAGES = """
## Stages of the market's chain

The stages of a market run one by one, in the small worlds of `tests/stage_answers.py`, held by `tests/chain/test_stage_answers.py`. What the tick of the clock
(an hour) or whole pieces may add is taken off the error. All together they are compared with a model order by order in `tests/oracle`: failed first deliveries,
inspection of returns and rework are in it.

| Stage | Case | Theory | Obtained | Error | Source |
|---|---|---|---|---|---|
"""

_TICK = """
## The tick of the clock

Recommended: one hour. Against the limit of a model order by order (`tests/oracle/test_agreement.py`, whose line through one hour and a quarter meets
it at zero) an hour lengthens lead times by 1.0 %, takes .56 points of what is on time and .003 of satisfaction. Coarser ticks save turns of the clock, not the
work of the customers: much of a small copy, a sixth of a full year. They shift the desk, whose answers, follow-ups and hand-offs wait for the next turn.
Measured once, 27 November 2026, one run each of `e2esim run scenario=mattress_maker/as_is horizon.tick_h=TICK`, processor seconds of the run:

| Scale | Tick [h] | Processor [s] | OTIF | Lead time [d] | CSAT | Answer time [h] | Contacts given up |
|---|---|---|---|---|---|---|---|
| 0.1 | 1 | 12.4 | .8749 | 8.89 | .7826 | 29.9 | .116 |
| 0.1 | 2 | 7.9 | .8751 | 8.94 | .7826 | 31.8 | .120 |
| 0.1 | 3 | 7.7 | .8753 | 8.92 | .7818 | 31.5 | .124 |
| 0.1 | 4 | 7.3 | .8726 | 9.11 | .7796 | 34.5 | .152 |
| 1 | 1 | 29.2 | | | | | .148 |
| 1 | 2 | 24.5 | | | | | .160 |

At full size two hours also took overtime from EUR 1,854 to 884 and 15 % from lost sales. So: an hour for figures that are told; two hours for a sweep
whose points are compared with each other, where the desk is not what is asked about; four hours for nothing.
"""


def page() -> str:
    """The whole page."""
    parts = [_HEAD]
    world = ""
    for answer in answers():
        if answer.world != world:
            world = answer.world
            n = REPLICATIONS.get(world, USUAL)
            runs = "1 replication" if n == 1 else f"{n} replications"
            parts.append(f"\n## {world}\n\n{runs}\n\n| Case | Expected | Obtained | Error | Source |\n|---|---|---|---|---|\n")
        got = obtained(answer)
        off = got.off(answer)
        error = ("exact" if off == 0.0 else "not exact") if answer.exact else f"{off:.1f} se of {got.se:.2g}"
        parts.append(f"| {answer.what} | {answer.expected:.7g} | {got.value:.7g} | {error} | {answer.source} |\n")
    parts.append(_STAGES)
    for stage in stage_answers():
        error = "within whole pieces" if stage.se == 0.0 else f"{stage.off:.1f} se of {stage.se:.2g}"
        parts.append(f"| {stage.stage} | {stage.what} | {stage.expected:.5g} | {stage.value:.5g} | {error} | {stage.source} |\n")
    parts.append(_TICK)
    return "".join(parts)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
