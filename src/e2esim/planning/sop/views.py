"""The three views of a plan, by month and family and in total: demand, supply, money. Whatever made the plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from e2esim.planning.sop.problem import Floats, SopProblem
from e2esim.planning.sop.programme import SopPlan


@dataclass(frozen=True, kw_only=True, eq=False)
class Views:
    """Numbers of a plan. T months, F families, C work centres, S suppliers.

    Demand (T, F) [pcs]: ``forecast``, ``orders``, ``consensus``, ``budget``.
    Supply (T, F) [pcs]: ``production``, ``delivered``, ``stock``, ``backlog``, ``lost``, ``in_month`` delivered of the
    demand of the month; (C, T) [h]: ``normal_h``, ``load_h``, ``overtime_h``, ``shift_h``; (S, T) [EUR]: ``purchases_eur``.
    Money (T, F) [EUR]: ``revenue_eur``, ``goods_eur`` cost of goods, ``serving_eur``, ``stock_eur`` at standard cost,
    ``service_eur`` value of service lost, ``budget_revenue_eur``, ``budget_margin_eur`` (NaN = none); (T,) [EUR]:
    ``overtime_eur``, ``shift_eur``, ``dearer_eur`` paid above the cheapest source, ``holding_eur``, ``material_eur`` stock
    of materials, ``receivable_eur``, ``payable_eur``.
    """

    forecast: Floats
    orders: Floats
    consensus: Floats
    budget: Floats
    production: Floats
    delivered: Floats
    stock: Floats
    backlog: Floats
    lost: Floats
    in_month: Floats
    normal_h: Floats
    load_h: Floats
    overtime_h: Floats
    shift_h: Floats
    purchases_eur: Floats
    revenue_eur: Floats
    goods_eur: Floats
    serving_eur: Floats
    stock_eur: Floats
    service_eur: Floats
    budget_revenue_eur: Floats
    budget_margin_eur: Floats
    overtime_eur: Floats
    shift_eur: Floats
    dearer_eur: Floats
    holding_eur: Floats
    material_eur: Floats
    receivable_eur: Floats
    payable_eur: Floats

    @property
    def margin_eur(self) -> Floats:
        """Revenue less cost of goods, (T, F) [EUR]."""
        return self.revenue_eur - self.goods_eur

    @property
    def contribution_eur(self) -> Floats:
        """Margin less serving, (T,) [EUR]: the contribution of the ledger (`domain.ledger`), penalties apart."""
        return np.asarray((self.margin_eur - self.serving_eur).sum(axis=1))

    @property
    def means_eur(self) -> Floats:
        """What the plan itself spends: overtime, extra shifts, dearer purchases and holding, (T,) [EUR]."""
        return np.asarray(self.overtime_eur + self.shift_eur + self.dearer_eur + self.holding_eur)

    @property
    def value_eur(self) -> Floats:
        """Contribution less the means and the value of service lost, (T,) [EUR]: what the end-to-end plan maximises."""
        return np.asarray(self.contribution_eur - self.means_eur - self.service_eur.sum(axis=1))

    @property
    def working_capital_eur(self) -> Floats:
        """Stock and receivables less payables at the end of the month, (T,) [EUR]."""
        return np.asarray(self.stock_eur.sum(axis=1) + self.material_eur + self.receivable_eur - self.payable_eur)

    @property
    def service(self) -> Floats:
        """Share of the demand of the month that is delivered in it, (T, F); NaN without demand."""
        return np.asarray(np.divide(self.in_month, self.consensus, out=np.full_like(self.in_month, np.nan), where=self.consensus > 1e-9))

    @property
    def load_share(self) -> Floats:
        """Hours planned over normal hours, (C, T); NaN where the work centre is closed."""
        return np.asarray(np.divide(self.load_h, self.normal_h, out=np.full_like(self.load_h, np.nan), where=self.normal_h > 1e-9))

    @property
    def budget_gap_eur(self) -> Floats:
        """Margin less budgeted margin, (T, F) [EUR]; NaN without budget."""
        return np.asarray(self.margin_eur - self.budget_margin_eur)


def view(problem: SopProblem, plan: SopPlan) -> Views:
    """Work out the three views of a plan.

    Examples
    --------
    >>> from e2esim.planning.sop.programme import SopProgramme
    >>> from e2esim.planning.sop.tiny import tiny_problem
    >>> p = tiny_problem()
    >>> v = view(p, SopProgramme(p).solve())
    >>> v.revenue_eur.ravel().tolist(), v.margin_eur.ravel().tolist(), v.contribution_eur.tolist()
    ([6000.0, 12000.0], [2400.0, 4800.0], [2400.0, 4800.0])
    """
    p, f = problem, problem.by_family
    spent = plan.buy * p.source_eur[:, None]
    above = p.source_eur - p.source_good * p.cheapest_eur()[p.source_material]
    waited = np.vstack([p.backlog[None, :], (1.0 - p.lose_share) * plan.backlog[:-1]])
    fresh = np.maximum(plan.deliver - waited, 0.0)  # who waits is served first
    return Views(
        forecast=f(p.forecast),
        orders=f(p.orders),
        consensus=f(p.consensus),
        budget=p.budget.quantity,
        production=f(plan.make + p.receipts),
        delivered=f(plan.deliver),
        stock=f(plan.stock),
        backlog=f(plan.backlog),
        lost=f(plan.lost),
        in_month=f(fresh),
        normal_h=p.normal_h,
        load_h=p.hours @ plan.make.T,
        overtime_h=plan.overtime,
        shift_h=plan.shift,
        purchases_eur=_by_supplier(p, spent),
        revenue_eur=f(plan.deliver * p.price_eur),
        goods_eur=f(plan.deliver * p.cost_eur),
        serving_eur=f(plan.deliver * p.serve_eur),
        stock_eur=f(plan.stock * p.cost_eur),
        service_eur=f(plan.backlog * p.late_eur + plan.shortfall * p.risk_eur),
        budget_revenue_eur=p.budget.revenue_eur,
        budget_margin_eur=p.budget.margin_eur,
        overtime_eur=p.overtime_eur @ plan.overtime,
        shift_eur=p.shift_eur @ plan.shift,
        dearer_eur=above @ plan.buy,
        holding_eur=(plan.stock @ p.holding_eur) + p.material_holding_eur @ plan.material,
        material_eur=p.cheapest_eur() @ (plan.material + p.material_reserve[:, None]),
        receivable_eur=outstanding(plan.deliver * p.price_eur, p.receivable_d, p.days),
        payable_eur=outstanding(spent.T, p.payable_d, p.days),
    )


def _by_supplier(p: SopProblem, spent: Floats) -> Floats:
    table = np.zeros((len(p.suppliers), p.n_months))
    np.add.at(table, p.source_supplier, spent)
    return table


def outstanding(flow: Floats, terms_d: Floats, days: Floats) -> Floats:
    """What is invoiced and not yet paid at the end of each month, (T,) [EUR]; months before the first are like it.

    Parameters
    ----------
    flow : (T, n)
        Invoiced in each month, spread evenly over its days [EUR].
    terms_d : (n,)
        Days until it is paid; negative = paid in advance [days].
    days : (T,)
        Days of each month [days].

    Examples
    --------
    >>> outstanding(np.array([[310.0], [280.0]]), np.array([40.0]), np.array([31.0, 28.0])).tolist()
    [400.0, 400.0]
    """
    rate = flow / np.maximum(days, 1.0)[:, None]
    total = np.zeros(days.size)
    for month in range(days.size):
        left = np.maximum(terms_d, 0.0).astype(np.float64).copy()
        for back in range(month, -1, -1):
            held = np.minimum(left, days[back])
            total[month] += float((held * rate[back]).sum())
            left -= held
        total[month] += float((left * rate[0]).sum())
        total[month] += float((np.minimum(terms_d, 0.0) * rate[month]).sum())
    return total
