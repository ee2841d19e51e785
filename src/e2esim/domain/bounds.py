"""Between which values a setting makes sense, and why; the single source for the door and the documentation.

Narrower rules between settings (open before close, a rule among known names) stand in the settings' own classes.
"""

from __future__ import annotations

from dataclasses import dataclass


class TooLargeError(ValueError):
    """The run would not fit into the memory of this machine."""


@dataclass(frozen=True)
class Bound:
    """Least and most of a number, both allowed, and the reason that is told to who leaves them."""

    least: float
    most: float
    reason: str

    def allows(self, value: float) -> bool:
        """Whether ``value`` lies inside.

        >>> Bound(0.0, 1.0, "a share").allows(1.5)
        False
        """
        return self.least <= value <= self.most


_SHARE = Bound(0.0, 1.0, "it is a share")
_PART = Bound(0.001, 1.0, "it is a share of something that exists")
_FACTOR = Bound(0.001, 100.0, "it multiplies; beyond a hundredfold the data themselves should be changed")
_EUR = Bound(0.0, 1e9, "a cost is not negative, and nothing costs a billion")
_RATE_Y = Bound(0.0, 1.0, "a yearly rate: 0 to 100 %")
_UTILITY = Bound(-10.0, 10.0, "a utility of 10 already makes a choice certain")
_DAYS_LONG = Bound(0.01, 36_525.0, "a day's part to a century")

BOUNDS: dict[str, Bound] = {
    "seed": Bound(0, 2**63 - 1, "it is kept in 64 bits, below 2^63"),
    "scale": Bound(0.001, 20.0, "below a thousandth nothing is left of a plant; above 20 no machine holds it"),
    "horizon.days": Bound(1, 36_525, "a day to a century: beyond it dates and memory give out"),
    "horizon.warmup_days": Bound(0, 36_525, "days of the horizon"),
    "network.period_d": Bound(1e-4, 3_660.0, "nine seconds to ten years"),
    "horizon.journeys": Bound(0, 10_000_000, "consumers"),
    "horizon.tick_h": Bound(0.25, 6.0, "a coarser tick than six hours blurs days: with 24 h OTIF was .004 in place of .955"),
    "market.price_factor": Bound(0.5, 2.0, "beyond half or twice its prices the firm is in another market"),
    "market.price_loss": Bound(0.2, 5.0, "a gain that weighs five times a loss, or the reverse: far beyond what was measured (1 to 2)"),
    "market.rival_follows_rise": Bound(0.0, 2.0, "a rival who moves twice as far as the firm begins a move of his own"),
    "market.rival_follows_cut": Bound(0.0, 2.0, "a rival who moves twice as far as the firm begins a move of his own"),
    "market.rival_follow_d": _DAYS_LONG,
    "market.price_habit_d": Bound(0.0, 36_525.0, "up to a century; 0 = nobody gets used to it"),
    "market.price_lasting": Bound(0.0, 20.0, "percent of sales a percent of price"),
    "market.price_lasting_half_life_d": _DAYS_LONG,
    "market.demand_factor": Bound(0.001, 20.0, "the plant is not another one: beyond 20 times the demand change the data"),
    "market.conversion": Bound(0.001, 0.999, "some prospects buy, some do not"),
    "market.utility_offset": _UTILITY,
    "market.history_y": Bound(0.0001, 100.0, "an hour (nobody yet) to a century"),
    "market.reputation_weight": Bound(0.0, 20.0, "beyond it a single word decides"),
    "market.reputation_half_life_d": _DAYS_LONG,
    "market.usual_word": Bound(-3.0, 3.0, "a difference of two satisfactions"),
    "market.word_circles": Bound(1, 1000, "one circle is the whole market; more than a thousand would each hear too little to have an opinion"),
    "market.word_passed_on": Bound(0.0, 0.95, "at 1 a word would never be over; at .95 it is heard twenty times"),
    "market.word_far": _SHARE,
    "market.speak_good": _SHARE,
    "market.speak_bad": _SHARE,
    "market.wallet_half_life_d": _DAYS_LONG,
    "market.wallet_most": Bound(0.0, 2.0, "beyond it service alone would multiply a share of wallet by seven"),
    "market.wallet_gain_most": Bound(0.0, 2.0, "beyond it service alone would multiply a share of wallet by seven"),
    "market.trade_return_d": _DAYS_LONG,
    "market.service_elasticity": Bound(0.0, 100.0, "percent of orders a point of service"),
    "market.service_half_life_d": _DAYS_LONG,
    "market.unsolved_weight": Bound(0.0, 10.0, "beyond it one silence would weigh more than ten lines not served"),
    "market.rival_service": Bound(-1.0, 1.0, "a difference of shares"),
    "market.trade_elasticity": Bound(0.0, 20.0, "percent of orders a percent of price"),
    "market.cancel_d": Bound(0.0, 10.0, "a hazard a day"),
    "market.cancel_trade_d": Bound(0.0, 10.0, "a hazard a day"),
    "market.patience_d": Bound(0.0, 36_525.0, "up to a century"),
    "market.complaint_share": _SHARE,
    "market.shelf_wait": _SHARE,
    "market.shelf_other_item": _SHARE,
    "market.shelf_other_shop": _SHARE,
    "market.wrong_price": _SHARE,
    "market.wrong_stock": _SHARE,
    "market.search_d": Bound(0.0, 365.0, "who looks around for more than a year looks for something else"),
    "market.unanswered_lost": _SHARE,
    "market.late_answer_lost": _SHARE,
    "market.competitor_satisfaction": Bound(-2.0, 3.0, "satisfaction: 1 = what was promised at the reference price"),
    "market.rival_gain_y": Bound(-1.0, 1.0, "a satisfaction a year makes another market of it"),
    "market.rival_faster_y": Bound(0.0, 0.9, "nobody delivers in no time"),
    "market.trade_churn": _SHARE,
    "planning.mps_weeks": Bound(2, 78, "two weeks to a year and a half; the linear programme grows with it"),
    "planning.review_days": Bound(7, 91, "a week to a quarter, in whole weeks; a plan that is never renewed is no plan"),
    "planning.frozen_days": Bound(0, 546, "days of the horizon of the MPS"),
    "planning.slushy_days": Bound(0, 546, "days of the horizon of the MPS"),
    "planning.change_eur": _EUR,
    "planning.safety_factor": Bound(0.0, 100.0, "it multiplies"),
    "planning.lot_factor": _FACTOR,
    "planning.forecast_bias": Bound(-0.99, 10.0, "the forecast stays positive"),
    "planning.report_days": Bound(0, 91, "a quarter: later is no report"),
    "planning.smoothing": Bound(0.001, 1.0, "a share of the newest week"),
    "planning.reserve": Bound(0.0, 0.95, "some hours must be left for the plan"),
    "planning.backlog_eur_week": _EUR,
    "planning.holding_share_week": _SHARE,
    "planning.expedite_d": Bound(0.0, 365.0, "a call-off a year overdue is no supply"),
    "planning.express_d": Bound(0.0, 90.0, "express that takes a quarter is none"),
    "planning.expedite_share": Bound(0.0, 10.0, "ten times the price of the goods"),
    "sop.months": Bound(2, 36, "two months to three years"),
    "sop.lead_months": Bound(0, 24, "months of its horizon"),
    "sop.shift_h_week": Bound(0.0, 168.0, "hours of a week"),
    "sop.shift_premium": _FACTOR,
    "sop.shift_least": _SHARE,
    "sop.frame_extra": Bound(0.0, 100.0, "a share of today's capacity"),
    "sop.frame_premium": Bound(0.0, 100.0, "a share of the price"),
    "sop.lose_share": _SHARE,
    "sop.service_target": _SHARE,
    "sop.utilisation_target": _SHARE,
    "sop.stability_target": _SHARE,
    "sop.overtime_target": _SHARE,
    "sop.level_target": Bound(1.0, 100.0, "the fullest month is not below the mean"),
    "replenishment.every_d": Bound(1, 365, "a day to a year"),
    "replenishment.look_ahead_d": Bound(0, 365, "at most a year"),
    "promise.horizon_days": Bound(14, 365, "two weeks to a year; every day has its column of free supply"),
    "promise.margin_d": Bound(0.0, 365.0, "days added to a promise; less than none would promise the impossible"),
    "promise.change_frozen_d": Bound(0.0, 365.0, "none to a year before the ship day"),
    "promise.change_eur": Bound(0.0, 1e5, "a change costs nothing to the price of a truck"),
    "promise.transit_quantile": Bound(0.01, 0.999, "a quantile of transit times"),
    "precedence.fairness": _SHARE,
    "protection.weight": Bound(1.0, 1000.0, "a promise given weighs at least as much as none"),
    "satisfaction.kappa": Bound(0.0, 20.0, "problems together do not hurt less than one by one"),
    "satisfaction.eta": _PART,
    "satisfaction.eta_extreme": Bound(0.0, 20.0, "extremes weigh more, not less"),
    "satisfaction.base_share": Bound(0.01, 3.0, "a share of the product's benefit"),
    "satisfaction.delight": Bound(0.0, 100.0, "beyond it a memory a tenth above the usual would hold everybody"),
    "satisfaction.half_life_d": _DAYS_LONG,
    "satisfaction.answer_slope": Bound(0.01, 100.0, "steeper than 100 nobody hesitates between two answers"),
    "satisfaction.style_sd": Bound(0.0, 10.0, "a standard deviation"),
    "satisfaction.shared_noise": Bound(0.0, 0.99, "a share of the noise; some of it is of the single answer"),
    "satisfaction.scar": Bound(0.0, 100.0, "what is not put right makes nobody more loyal"),
    "satisfaction.expectation_learnt": _SHARE,
    "satisfaction.response_bias": Bound(0.0, 20.0, "beyond it only the extremes would answer"),
    "satisfaction.word_expected": _SHARE,
    "satisfaction.return_effort": Bound(0.0, 20.0, "repeats of one request"),
    "satisfaction.recovery_share": _SHARE,
    "satisfaction.recovery_half_life_d": _DAYS_LONG,
    "organisation.agents": Bound(3, 100_000, "one a department at least"),
    "organisation.open_h": Bound(0.0, 24.0, "an hour of the day"),
    "organisation.close_h": Bound(0.0, 24.0, "an hour of the day"),
    "organisation.days_week": Bound(1, 7, "days of a week"),
    "organisation.handle_min": Bound(0.001, 480.0, "a part of a second to a working day"),
    "organisation.case_work": Bound(0.1, 100.0, "a tenth of an answer to a day's work"),
    "organisation.relay_h": Bound(0.0, 2000.0, "hours of a quarter at most"),
    "organisation.relay_share": _SHARE,
    "organisation.relay_loss": _SHARE,
    "organisation.patience_min": Bound(0.01, 1_000_000.0, "some patience, two years at most"),
    "organisation.give_up_d": _DAYS_LONG,
    "organisation.first_contact_low": _SHARE,
    "organisation.first_contact_high": _SHARE,
    "organisation.culture": _SHARE,
    "organisation.organisation": _SHARE,
    "organisation.platform": _SHARE,
    "organisation.proactive": _SHARE,
    "organisation.cost_eur_h": Bound(0.0, 10_000.0, "what an hour of work may cost"),
    "organisation.paid_h_y": Bound(1.0, 8_784.0, "hours of a year"),
    "organisation.mailings_y": Bound(0.0, 26.0, "the two weeks of one would lie in those of another"),
    "organisation.mail_eur": Bound(0.0, 100.0, "a mail costs less than a mattress"),
    "organisation.advertising": Bound(0.01, 100.0, "a hundredth to a hundredfold of what was spent"),
    "organisation.overlap": Bound(0.0, 0.95, "somebody serves the buyer"),
    "organisation.conflict": _SHARE,
    "organisation.phase_aware": _SHARE,
    "organisation.own_targets": _SHARE,
    "organisation.written_share": _SHARE,
    "organisation.portal_share": _SHARE,
    "organisation.portal_eur": Bound(0.0, 100.0, "an answer of a machine costs less than that of a person"),
    "organisation.staff_training_d": Bound(0.0, 100.0, "beyond it nobody would be left at the desk"),
    "organisation.staff_training_eur": _EUR,
    "organisation.card_share": _SHARE,
    "organisation.card_reward": Bound(0.0, 0.5, "more than half the price would be given back"),
    "organisation.training_modules": Bound(0.0, 52.0, "one a week"),
    "organisation.training_eur": _EUR,
    "organisation.seller_eur_h": Bound(0.0, 10_000.0, "what an hour of work may cost"),
    "organisation.seller_elasticity": Bound(0.0, 1.0, "sellers do not sell more than in proportion"),
    "organisation.buyers_seller_week": Bound(0.01, 10_000.0, "purchases a seller serves in a week"),
    "organisation.info_share": Bound(0.0, 20.0, "requests a purchase"),
    "organisation.usage_share": Bound(0.0, 20.0, "requests a purchase"),
    "organisation.answer_reference_h": Bound(0.01, 10_000.0, "hours"),
    "feedback.callback_share": _SHARE,
    "feedback.callback_d": Bound(0.0, 365.0, "a year later nobody remembers the answer"),
    "feedback.mend_after": Bound(0.0, 1e6, "answers; none = nothing is mended"),
    "feedback.mend_d": Bound(0.0, 3650.0, "at once to ten years"),
    "feedback.mend_share": _SHARE,
    "feedback.mend_eur": _EUR,
    "feedback.learn_after": Bound(0.0, 1e6, "reports; none = nothing is learnt"),
    "feedback.learn_d": Bound(0.0, 3650.0, "at once to ten years"),
    "feedback.learn_share": _SHARE,
    "feedback.learn_eur": _EUR,
    "feedback.ask_before": _SHARE,
    "feedback.ask_eur": Bound(0.0, 100.0, "a question costs less than a mattress"),
    "feedback.staff_share": _SHARE,
    "feedback.manager_share": _SHARE,
    "feedback.reviews_answered": _SHARE,
    "finance.discount_y": _RATE_Y,
    "finance.clv_horizon_y": Bound(0.25, 100.0, "a quarter to a century"),
    "finance.overhead_eur_y": Bound(0.0, 1e12, "a cost is not negative"),
}
