"""A bridge from AS-IS to TO-BE: every set of levers that is needed, run, and what each lever brings in EUR."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from e2esim.application.shown import Shown
from e2esim.config.problems import COMMAND_LINE, wrong_word

if TYPE_CHECKING:
    from e2esim.application.comparison_words import ComparisonAsked
    from e2esim.application.judging import CompareWishes
    from e2esim.application.points import OverriddenCompany
    from e2esim.domain.scenario import Scenario
    from e2esim.report.lever_bridge import BridgeFacts
    from e2esim.study.bridge import BridgeRule, LeverBridge
    from e2esim.study.coalitions import CoalitionPlan

Progress = Callable[[float, str], None]
USUAL = 5  # replications of every set
SHOWN = (
    "operating_result",
    "contribution",
    "turnover",
    "customer_value",
    "otif",
    "lead_time",
    "csat",
    "nps",
    "crr",
    "first_contact_resolution",
    "answer_time",
    "stock_value",
)


@dataclass(frozen=True, kw_only=True)
class BridgeWishes:
    """Years of the cash account; orders of the levers to draw (0: every set up to 5 levers); ``every``: replications that run every set, those
    beyond run fewer (`e2esim.study.thinning`; None: all of them, or two where precision is asked for).
    """

    years: int = 5
    orders: int = 0
    every: int | None = None


@dataclass(frozen=True, repr=False)
class BridgedRuns(Shown):
    """What each lever brings, with its interval and its cash, and what a reader must know of the runs."""

    found: LeverBridge
    facts: BridgeFacts

    def headline(self) -> str:
        """One line; EUR a year after running cost."""
        net = self.found.net
        return (
            f"{self.facts.after} against {self.facts.before}: {net.mean:+,.0f} EUR a year [{net.low:,.0f}, {net.high:,.0f}] after running cost, "
            f"{len(self.found.levers)} levers, {self.found.sets} sets, {self.found.replications} replications"
        )

    def table(self) -> pl.DataFrame:
        """One row a lever; EUR a year before running cost."""
        rows = [(one.lever.lever, one.share.mean, one.share.low, one.share.high, one.alone.mean, one.last.mean) for one in self.found.levers]
        return pl.DataFrame(rows, schema=["lever", "share_eur_y", "ci_low", "ci_high", "alone_eur_y", "last_eur_y"], orient="row")


@dataclass(frozen=True, kw_only=True)
class LaidBridge:
    """A bridge that is checked and laid out: which sets of levers run, and how often."""

    base: Scenario
    words: Sequence[str]  # overrides of the TO-BE
    plan: CoalitionPlan
    rule: BridgeRule
    facts: BridgeFacts

    def run(self, tell: Progress | None = None, note: Callable[[str], None] | None = None) -> BridgedRuns:
        """Run the sets; ``note`` hears in words how long it takes."""
        from e2esim.study.bridge import lever_bridge

        found = lever_bridge(self.base, self.plan, lambda some: pulling(self.words, some), self.rule, tell, note or (lambda text: None))
        return BridgedRuns(found, self.facts)


def lay_bridge(question: ComparisonAsked, wishes: CompareWishes, own: BridgeWishes) -> LaidBridge:
    """Check that the second run is the first with levers, and lay out the sets of levers.

    Raises
    ------
    InputErrors
        If there are not two runs, a KPI is unknown, or the second is not the first with levers.
    """
    from e2esim.application.comparison_words import load_runs
    from e2esim.application.kpi_names import check_kpis
    from e2esim.domain.levers import levers_of
    from e2esim.report.lever_bridge import BridgeFacts
    from e2esim.study.bridge import BridgeRule
    from e2esim.study.cash import chains
    from e2esim.study.coalitions import plan_coalitions
    from e2esim.study.judged import MATERIAL

    kpis = tuple(wishes.kpis) or SHOWN
    check_kpis(kpis, COMMAND_LINE, "--kpis")
    if len(question.runs) != 2:
        raise wrong_word("RUN", str(len(question.runs)), "a bridge leads from one run to one other", "name two runs: AS_IS TO_BE")
    scenarios = load_runs(question.runs)
    (before, base), (after, goal) = scenarios.items()
    check_to_be(base, goal, question.runs[after])
    levers, horizon = levers_of(goal.tables), base.settings.horizon
    usual = question.replications if wishes.experiment else USUAL
    return LaidBridge(
        base=base,
        words=question.runs[after],
        plan=plan_coalitions(goal.levers, levers, orders=own.orders, chains=chains(levers, goal.levers, own.years), seed=base.settings.seed),
        rule=BridgeRule(
            replications=wishes.replications or usual,
            every=own.every,
            precision=wishes.precision,
            most=wishes.most,
            material=MATERIAL if wishes.material is None else wishes.material,
            workers=wishes.workers,
            years=own.years,
            kpis=kpis,
        ),
        facts=BridgeFacts(before=before, after=after, runs=question.runs, kpis=kpis, days=horizon.days - horizon.warmup_days, seed=base.settings.seed),
    )


def pulling(words: Sequence[str], some: str) -> OverriddenCompany:
    """The company of ``words`` with another set of levers."""
    from e2esim.application.points import OverriddenCompany

    return OverriddenCompany(overrides=(*(word for word in words if not word.startswith("levers=")), f"levers={some}"))


def check_to_be(base: Scenario, goal: Scenario, words: Sequence[str]) -> None:
    """Refuse a TO-BE that is not the base with levers.

    Raises
    ------
    InputErrors
        If it pulls no lever, the base pulls one, or they differ in something else.
    """
    from e2esim.config import load
    from e2esim.report.differs import apart

    if not goal.levers:
        raise wrong_word("RUN", goal.settings.name, "pulls no lever", "give it some, e.g. levers=one_plan+crm; table levers says which there are")
    if base.levers:
        raise wrong_word("RUN", base.settings.name, "the base pulls levers itself", "bridge from the company without them")
    plain = load(pulling(words, "none").overrides)
    others = apart(base, plain)
    if others:
        told = "; ".join(f"{one.key} {one.base} against {one.other}" for one in others[:5])
        raise wrong_word("RUN", goal.settings.name, f"is not the base with levers alone, it differs in {told}", "put it into a lever, or into both runs")
