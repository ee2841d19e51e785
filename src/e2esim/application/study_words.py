"""What the words of a study, and the experiment that they may name, ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem, wrong_word

if TYPE_CHECKING:
    from e2esim.study.design import Factor, Value

USUAL = 10  # replications of a point


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is swept, what every point has in common, and what is to be looked at."""

    title: str
    factors: Mapping[str, Factor]
    common: tuple[str, ...]
    kpis: tuple[str, ...] = ()
    design: str = "full"
    points: int = 0
    replications: int = USUAL
    objectives: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()


def question(words: Sequence[str]) -> Question:
    """Read the words of a sweep, a sensitivity study or an optimisation; those given beside an experiment go over its own.

    Raises
    ------
    InputErrors
        If nothing is swept, or anything is wrong with a word or an experiment.
    """
    from e2esim.config.column_words import key_of
    from e2esim.config.experiment import Experiment, load_experiment
    from e2esim.config.factors import read_factors

    named = [word.partition("=")[2] for word in words if word.startswith("experiment=")]
    own = [word for word in words if not word.startswith("experiment=")]
    found = load_experiment(named[-1], swept=True) if named else Experiment(title=" ".join(own), design="")
    given = {key_of(word).lstrip("+") for word in own}
    kept = [word for word in [*found.base, *found.factors] if key_of(word) not in given]
    swept = read_factors([*kept, *own], named[-1] if named and not own else COMMAND_LINE)
    if not swept.factors:
        remedy = "give a key several values, e.g. market.demand_factor=1,1.2,1.4, or experiment=service_vs_price"
        raise InputErrors([Problem(file=COMMAND_LINE, message="nothing is swept", remedy=remedy)])
    return Question(
        title=found.title, factors=swept.factors, common=swept.common, kpis=tuple(found.kpis), design=found.design, points=found.points,
        replications=found.replications, objectives=tuple(found.objectives), constraints=tuple(found.constraints),
    )  # fmt: skip


def question_of(name: str, common: Sequence[str], factors: Mapping[str, object]) -> Question:
    """A question put in Python: lists are choices, a pair in a tuple is an interval.

    Raises
    ------
    InputErrors
        If nothing is swept, or an interval is none.

    Examples
    --------
    >>> question_of("x", [], {"seed": [1, 2]}).factors
    {'seed': Choice(values=(1, 2))}
    """
    found = {key: _factor(key, values) for key, values in factors.items()}
    if not found:
        remedy = "give each key its values, e.g. {'market.demand_factor': [1, 1.2, 1.4]}"
        raise InputErrors([Problem(file=COMMAND_LINE, message="nothing is swept", remedy=remedy)])
    return Question(title=name, factors=found, common=tuple(common))


def _factor(key: str, values: object) -> Factor:
    from e2esim.study.design import Choice, Interval

    if isinstance(values, tuple) and len(values) == 2:
        low, high = values
        if not low < high:
            raise wrong_word(key, str(values), "an interval needs a higher end", "(LOWEST, HIGHEST)")
        return Interval(low, high, whole=isinstance(low, int) and isinstance(high, int))
    each: tuple[Value, ...] = tuple(values) if isinstance(values, Sequence) and not isinstance(values, str) else ()
    if not each:
        raise wrong_word(key, str(values), "nothing is swept", f"{{'{key}': [ONE, OTHER]}} or {{'{key}': (LOWEST, HIGHEST)}}")
    return Choice(each)
