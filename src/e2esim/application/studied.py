"""The verbs that run a company many times: each gives an object with frames, a line of text, and a table in a notebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from e2esim.config.places import find_data, has_market

if TYPE_CHECKING:
    from e2esim.application.bridging import BridgedRuns
    from e2esim.application.calibrating import Calibrated
    from e2esim.application.competing import Competed
    from e2esim.application.efforts import Effort
    from e2esim.application.failing import Failed
    from e2esim.application.knowing import WorthKnowing
    from e2esim.application.optimising import Optimised
    from e2esim.application.settling import SettledRuns
    from e2esim.application.striking import KnockedOutNodes
    from e2esim.application.study_words import Question
    from e2esim.application.sweeping import Swept
    from e2esim.application.weighing import Weighed
    from e2esim.domain.scenario import Scenario

Factors = Mapping[str, Sequence[Any]]  # by key: a list of values, or a pair (lowest, highest) in a tuple


@dataclass(frozen=True)
class StudiedCompany:
    """A company at a place and its overrides, as far as studies know it.

    ``replications`` are of each point; ``workers`` are processes (0: one a core, 1: this one); ``folder`` keeps what has run, and is taken up again.
    """

    name: str
    overrides: tuple[str, ...] = ()

    @property
    def place(self) -> Path:
        """The folder or workbook."""
        return find_data(Path(self.name))

    @property
    def simulates_markets(self) -> bool:
        """Whether it has a market layer, so that ``sop`` and ``failures`` can be asked."""
        return has_market(self.place)

    def sweep(self, factors: Factors, *, replications: int = 5, workers: int = 0, folder: Path | None = None) -> Swept:
        """Run every combination of values of settings and columns on common random numbers; without ``folder`` nothing is written."""
        from e2esim.application.sweeping import sweep_company

        return sweep_company(self._question(factors), _effort(replications, workers, folder))

    def sensitivity(
        self, factors: Factors, *, method: str = "morris", size: int = 8, kpis: Sequence[str] = (), replications: int = 5, workers: int = 0,
        folder: Path | None = None,
    ) -> Weighed:  # fmt: skip
        """Say which factors move which KPIs: ``morris``, ``sobol`` or ``surrogate``; without ``folder`` a new one below ./runs keeps it."""
        from e2esim.application.weighing import weigh

        return weigh(self._question(factors), _effort(replications, workers, folder), method=method, size=size, kpis=kpis)

    def knowing(
        self, factors: Factors, *, decision: str, size: int = 8, kpis: Sequence[str] = (), replications: int = 5, workers: int = 0,
        folder: Path | None = None,
    ) -> WorthKnowing:  # fmt: skip
        """Say what knowing each of the other factors is worth to a decision."""
        from e2esim.application.knowing import value_knowledge

        return value_knowledge(self._question(factors), _effort(replications, workers, folder), decision=decision, size=size, kpis=kpis)

    def optimise(
        self, factors: Factors, *, objectives: Sequence[str], constraints: Sequence[str] = (), replications: int = 5, workers: int = 0,
        folder: Path | None = None, **wishes: Any,
    ) -> Optimised:  # fmt: skip
        """Search for the best values; ``wishes`` as in `OptimiseWishes`: trials, finalists, delta, level, most."""
        from e2esim.application.optimising import OptimiseWishes, optimise

        wanted = OptimiseWishes(objectives=objectives, constraints=constraints, **wishes)
        return optimise(self._question(factors), _effort(replications, workers, folder), wanted)

    def failures(self, *, replications: int = 5) -> Failed:
        """Say what each kind of failure costs in customers' value."""
        from e2esim.application.failing import failures_of

        return failures_of(self._scenario(()), replications=replications)

    def risk(self, *, replications: int = 3, workers: int = 0, folder: Path | None = None, **wishes: Any) -> KnockedOutNodes:
        """Knock out every node of the chain in turn; ``wishes`` as in `RiskWishes`: node, days, size, start_day, target, measures, screen."""
        from e2esim.application.striking import RiskWishes, strike

        return strike(self._words(), RiskWishes(replications=replications, workers=workers, out=folder, **wishes))

    def tournament(self, *, group: str = "precedence", replications: int = 10, workers: int = 0, folder: Path | None = None, **wishes: Any) -> Competed:
        """Let every option of a group of settings compete on the same orders; ``wishes`` as in `TournamentWishes`: rules, base."""
        from e2esim.application.competing import TournamentWishes, compete

        return compete(self._words(), TournamentWishes(group=group, replications=replications, workers=workers, out=folder, **wishes))

    def bridge(self, to_be: StudiedCompany, *, years: int = 5, orders: int = 0, every: int | None = None, **wishes: Any) -> BridgedRuns:
        """Say what each lever of ``to_be`` brings over this company (see `BridgeWishes`).

        ``wishes`` as in `CompareWishes`: kpis, replications, precision, most, workers.
        """
        from e2esim.application.bridging import BridgeWishes, lay_bridge
        from e2esim.application.comparison_words import ComparisonAsked
        from e2esim.application.judging import CompareWishes

        before, after = (" ".join((one.name, *one.overrides)) for one in (self, to_be))  # one company may be both, its levers apart
        asked = ComparisonAsked(title=f"{after} against {before}", runs={before: self._words(), after: to_be._words()})
        return lay_bridge(asked, CompareWishes(**wishes), BridgeWishes(years=years, orders=orders, every=every)).run()

    def calibrate(self, *, runs: int = 8, replications: int = 3, workers: int = 0) -> Calibrated:
        """Fit the market to the figures of its last year (table history_kpis): at most ``runs`` tries of ``replications`` each."""
        from e2esim.application.calibrating import fit

        return fit(self._scenario(()), runs=runs, replications=replications, workers=workers)

    def warmup(self, *, replications: int = 3, folder: Path | None = None) -> SettledRuns:
        """Say from which day a run has settled (MSER-5)."""
        from e2esim.application.settling import settle

        return settle(self._scenario(()), replications=replications, out=folder)

    def _question(self, factors: Factors) -> Question:
        from e2esim.application.study_words import question_of

        return question_of(self.name, self._words(), factors)

    def _words(self) -> list[str]:
        return [f"scenario={self.name}", *self.overrides]

    def _scenario(self, overrides: Sequence[str]) -> Scenario:
        from e2esim.config import load

        return load([*self._words(), *overrides])


def _effort(replications: int, workers: int, folder: Path | None) -> Effort:
    from e2esim.application.efforts import Effort

    return Effort(replications=replications, workers=workers, inline=workers == 1, out=folder)
