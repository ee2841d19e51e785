"""What every setting and column of the market moves: how a test turns it, and the KPIs that must answer, with their sign.

A knob that moves nothing is a defect. ``tests/study/test_no_dead_knob.py`` turns every one on common random numbers: a KPI written
``csat+`` must rise, ``csat-`` must fall, ``csat`` must change either way. A knob without an entry fails a house test.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Turn:
    """One turn of a knob.

    ``to``: ``=value`` sets it, ``*factor`` multiplies, ``+number`` adds, ``not`` negates. ``kpis``: names with + or - where the sign is
    known. ``where``: rows of the table, ``column=value``, separated by blanks. ``given``: settings that both runs have.
    """

    to: str
    kpis: str
    where: str = ""
    given: tuple[str, ...] = ()

    def signs(self) -> dict[str, int]:
        """Sign of each KPI, 0 = either.

        >>> Turn("*2", "csat- touchpoint_cost").signs()
        {'csat': -1, 'touchpoint_cost': 0}
        """
        return {word.rstrip("+-"): {"+": 1, "-": -1}.get(word[-1], 0) for word in self.kpis.split()}

LABELS = frozenset(
    f"{table}.{column}"
    for table, columns in (
        ("brands", "name"),
        ("markets", "name season export"),
        ("channels", "name kind"),
        ("segments", "name kind"),
        ("attributes", "unit"),
    )
    for column in columns.split()
)  # words for reports, and what a world is rather than what can be turned
OTHERWISE = {
    "budget": "read by `e2esim sop` (tests/sop)",
    "history_kpis": "read by `e2esim calibrate` and the gaps of a run (tests/study)",
    "roles": "the shipped companies name none: each column is turned in tests/simulate/test_roles.py",
}  # tables of the market that no customer sees, or that no shipped company fills
SECTIONS = ("market", "satisfaction", "organisation", "feedback", "finance")  # of the settings
_ONE = ("organisation=one_team",)
_TROUBLE = "touchpoints.problem_share=0.2"  # a small copy has few answers: each touchpoint must fail often to be named
_STAFFED = ("organisation.agents=80",)
_MENDS = ("feedback.mend_after=100", "feedback.mend_d=7", _TROUBLE)

_LIKED = {
    "discover": "touchpoint_cost purchases", "evaluate": "touchpoint_cost purchases", "buy": "satisfaction purchases",
    "receive": "satisfaction", "use": "satisfaction", "assist": "satisfaction",
}  # phase: what answers if a segment meets nothing there but screens

MOVES: dict[str, tuple[Turn, ...]] = {
    "brands.claim": (Turn("=0.5", "purchases+ satisfaction-"),),
    "brands.quality": (Turn("*1.1", "satisfaction+ csat_mean_true+ memory+ good_word+"),),

    "season.index": (Turn("*1.2", "turnover capacity_load", "month=1"),),
    "channels.buyer": (Turn("=own", "turnover+", "channel=independent"),),
    "channels.quoted_lead_d": (Turn("*0.5", "promise_lead- otif-", given=("promise=quoted",)),),
    "channels.reference_lead_d": (Turn("*0.5", "satisfaction- purchases-"),),
    "channels.consumer_lead_d": (Turn("*3", "consumer_lead_time+ satisfaction-"),),
    "channels.payment_d": (Turn("*0.5", "dso- wallet-"),),
    "channels.penalty_share_d": (Turn("*10", "penalties+ contribution-"),),
    "channels.penalty_cap": (Turn("*0.01", "penalties-"),),
    "channels.priority": (Turn("=9", "otif_strategic", "channel=large_retail", given=("precedence=priority", "market.demand_factor=2")),),
    "channels.install_share": (Turn("*0.1", "satisfaction- cost_to_serve-"),),
    "channels.second_thought_share": (Turn("*4", "returns_second_thoughts+ contribution-"),),
    "channels.unsold_share_y": (Turn("*10", "returns_unsold+ contribution-"),),
    "channels.integration": (Turn("=0", "satisfaction- problem_share+ csat_mean_true-"), Turn("=1", "satisfaction+ problem_share-")),
    "channels.change_share": (Turn("=0.9", "flexibility wallet- reliability_trade-"),),
    "channels.wrong_bills": (Turn("=0.5", "dso+ satisfaction- contacts_per_100_orders+"),),
    "channels.online": (Turn("not", "problem_share"),),
    "channels.commission_share": (Turn("*3", "contribution-"),),
    "channels.early_d": (Turn("=0", "otif_window-"),),
    "channels.late_d": (Turn("=30", "otif_window+"),),
    "channels.usual_service": (Turn("*1.3", "wallet-"),),
    "channels.usual_payment_d": (Turn("*2", "wallet-"),),
    "channels.trade_share": (Turn("*1.2", "turnover"),),
    "channels.choice_offset": (Turn("+0.5", "purchases+ turnover+"),),
    "channels.sellers": (Turn("*1.3", "seller_cost+ purchases+", "channel=own_shop"),),
    "segments.r": (Turn("*2", "customers crr_consumer"),),
    "segments.alpha_lives": (Turn("*2", "crr_consumer- clv-"),),
    "segments.a": (Turn("*3", "crr_due- clv-"),),
    "segments.b": (Turn("*3", "crr_due+ clv+"),),
    "segments.theta": (Turn("*3", "crr_due"),),
    "segments.beta_price": (Turn("*2", "purchases-", given=("market.price_factor=1.2",)),),
    "segments.beta_lead_d": (Turn("*3", "purchases"),),
    "segments.w_punctuality": (Turn("*3", "satisfaction-"),),
    "segments.w_lead": (Turn("*2", "satisfaction"),),
    "segments.w_ease": (Turn("*2", "satisfaction- ces_true-"),),
    "segments.w_experience": (Turn("*0", "satisfaction-"),),
    **{f"segments.online_{phase}": (Turn("=2", kpis),) for phase, kpis in _LIKED.items()},
    "segments.simple_share": (Turn("=1", "simple_purchases+ contacts_per_100_orders- touchpoint_cost-"),),
    "segments.seen_share": (Turn("=1", "simple_purchases-", given=("segments.simple_share=1",)),),
    "segments.deciders": (Turn("=2", "purchases- conversion-"),),
    "segments.anxiety": (Turn("*2", "purchases-"),),
    "segments.response_share": (Turn("*0.5", "response_rate-"),),
    "segments.active_window_d": (Turn("*0.5", "customers-"),),
    "mix.share": (Turn("=1", "csat_mean_true purchases", "segment=premium"),),
    "prices.price_eur": (Turn("*1.1", "contribution+"),),
    "prices.consumer_eur": (Turn("*1.2", "purchases- satisfaction-"),),
    "prices.reference_eur": (Turn("*1.2", "purchases+ satisfaction+"),),
    "attributes.kano": (Turn("=attractive", "satisfaction+", "attribute=punctuality"),),
    "attributes.gain": (Turn("*2", "satisfaction+", "attribute=experience"), Turn("*3", "satisfaction+", "attribute=lead_time")),
    "attributes.loss": tuple(Turn("*2", "trade_satisfaction-", f"attribute={name}") for name in ("completeness", "damage"))
    + tuple(
        Turn("*2", "satisfaction-", f"attribute={name}")
        for name in ("punctuality", "lead_time", "installation", "defect", "answer_time", "resolution", "effort", "integration")
    ),
    "attributes.tolerance": (Turn("*0.5", "satisfaction-", "attribute=punctuality"),),
    "attributes.shape": (Turn("*2", "satisfaction", "attribute=resolution"),),
    "touchpoints.phase": (Turn("=assist", "purchases-", "touchpoint=seller_own"),),
    "touchpoints.channel": (Turn("=web", "purchases satisfaction", "touchpoint=seller_own"),),
    "touchpoints.reach": (Turn("*0", "satisfaction- purchases- touchpoint_cost-"),),
    "touchpoints.controlled": (
        Turn("=true", "purchases", given=("market.speak_bad=1", "market.reputation_weight=3")),
        Turn("not", "satisfaction", "phase=buy", _ONE),
    ),
    "touchpoints.online": (Turn("not", "problem_share"),),
    "touchpoints.human": (Turn("not", "satisfaction", given=_ONE),),
    "touchpoints.direct": (Turn("=true", "purchases", given=("market.speak_bad=1", "market.reputation_weight=3")),),
    "touchpoints.relevance": (Turn("+0.2", "purchases+"),),
    "touchpoints.enjoyment": (Turn("*0", "satisfaction- csat_mean_true-"),),
    **{f"touchpoints.{module}": (Turn("+0.05", "satisfaction+"),) for module in ("sense", "feel", "think", "act", "relate")},
    "touchpoints.problem_share": tuple(
        Turn("=0.5", "problem_share+ satisfaction-" if phase != "assist" else "satisfaction-", f"phase={phase}")
        for phase in ("discover", "evaluate", "buy", "receive", "use", "assist")
    ),
    "touchpoints.cost_eur": (Turn("*10", "touchpoint_cost+ contribution-"),),
    "services.offered": (
        Turn("=false", "purchases-", "service=financing"),
        Turn("=false", "satisfaction-", "service=needs_analysis"),
        Turn("=false", "satisfaction-", "service=installation"),
        Turn("=false", "used_collected-", "service=used_collection"),
        Turn("=false", "contacts_per_100_orders", "service=use_followup"),
    ),
    "services.offered_share": (Turn("*0.2", "purchases- financed-", "service=financing"), Turn("*0.5", "used_collected-", "service=used_collection")),
    "services.use_share": (Turn("*0.5", "purchases- financed-", "service=financing"), Turn("*0.5", "used_collected-", "service=used_collection")),
    "services.alone_share": (
        Turn("=1", "used_collected+", "service=used_collection"),
        Turn("=1", "needs_analysed+ satisfaction+ returns_second_thoughts-", "service=needs_analysis"),
    ),
    "services.cost_eur": tuple(
        Turn("*20", "contribution-", f"service={name}") for name in ("financing", "needs_analysis", "installation", "used_collection", "use_followup")
    ),
    "services.price_eur": tuple(Turn("+20", "contribution+", f"service={name}") for name in ("financing", "installation", "used_collection")),
    "services.effect": (
        Turn("*0.1", "purchases-", "service=financing"),
        Turn("*3", "satisfaction+", "service=needs_analysis"),
        Turn("*10", "satisfaction- problem_share+", "service=installation"),
        Turn("*3", "satisfaction+", "service=used_collection"),
        Turn("=1", "contacts_per_100_orders-", "service=use_followup"),
    ),
    "market.demand_factor": (Turn("*1.2", "turnover+ purchases+"),),
    "market.price_factor": (Turn("*1.2", "purchases- satisfaction-"),),
    "market.price_loss": (Turn("=2", "purchases-", given=("market.price_factor=1.2",)), Turn("=2", "purchases-", given=("market.price_factor=0.8",))),
    "market.rival_follows_rise": (Turn("=1", "purchases+ satisfaction+", given=("market.price_factor=1.2", "market.rival_follow_d=10")),),
    "market.rival_follows_cut": (Turn("=1", "purchases- satisfaction-", given=("market.price_factor=0.8", "market.rival_follow_d=10")),),
    "market.rival_follow_d": (Turn("=5", "purchases+", given=("market.price_factor=1.2", "market.rival_follows_rise=1")),),
    "market.price_habit_d": (Turn("=10", "purchases+", given=("market.price_factor=1.2", "market.price_loss=3")),),
    "market.price_lasting": (Turn("=3", "purchases-", given=("market.price_factor=1.2", "market.price_lasting_half_life_d=30")),),
    "market.price_lasting_half_life_d": (Turn("=10", "purchases-", given=("market.price_factor=1.2", "market.price_lasting=3")),),
    "market.conversion": (Turn("=0.5", "purchases"),),
    "market.utility_offset": (Turn("+0.3", "purchases+"),),
    "market.history_y": (Turn("*0.5", "customers-"),),
    "market.reputation_weight": (Turn("*3", "purchases"),),
    "market.reputation_half_life_d": (Turn("*0.2", "purchases"),),
    "market.usual_word": (Turn("=0.3", "purchases-"),),
    "market.speak_good": (Turn("*2", "good_word+ purchases+"),),
    "market.speak_bad": (Turn("*2", "bad_word+ purchases-"),),
    "market.complaint_share": (Turn("=0.1", "complaint_share- complaints_per_100_orders-"),),
    "market.word_circles": (Turn("=40", "purchases"),),
    "market.word_passed_on": (Turn("=0.9", "purchases-", given=("market.usual_word=0.3",)), Turn("=0.9", "purchases", given=("market.word_circles=40",))),
    "market.word_far": (Turn("=1", "purchases", given=("market.word_circles=40", "market.word_passed_on=0.9")),),
    "market.word_of_mouth": (Turn("=false", "purchases"),),
    "market.loyalty_loop": (Turn("=false", "crr_consumer"),),
    "market.wallet_half_life_d": (Turn("*0.2", "wallet"),),
    "market.wallet_gain_most": (Turn("=0", "wallet"),),
    "market.wallet_most": (Turn("=0", "wallet"),),
    "market.service_elasticity": (Turn("=0", "wallet"),),
    "market.service_half_life_d": (Turn("*0.2", "wallet"),),
    "market.unsolved_weight": (Turn("=7", "wallet-", given=("organisation.agents=6",)),),
    "market.rival_service": (Turn("=0.2", "wallet- turnover-"),),
    "market.trade_elasticity": (Turn("*2", "turnover-", given=("market.price_factor=1.2",)),),
    "market.cancel_d": (Turn("*10", "lost_sales+", given=("market.patience_d=3", "market.demand_factor=1.4")),),
    "market.cancel_trade_d": (Turn("*10", "lost_turnover+", given=("market.patience_d=3", "market.demand_factor=1.4")),),
    "market.patience_d": (Turn("=3", "lost_sales"),),
    "market.shelf_wait": (
        Turn("=0", "shelf_lost+ purchases-", given=("market.shelf_wait=0.8", "market.shelf_other_item=0.1", "market.shelf_other_shop=0.1")),
    ),
    "market.shelf_other_item": (Turn("=0.8", "shelf_lost-", given=("market.shelf_wait=0.1", "market.shelf_other_shop=0.1")),),
    "market.shelf_other_shop": (Turn("=0.8", "shelf_lost-", given=("market.shelf_wait=0.1", "market.shelf_other_item=0.1")),),
    "market.wrong_price": (Turn("=0.3", "purchases- satisfaction", given=("channels.together=multi", "organisation.platform=0")),),
    "market.wrong_stock": (Turn("=1", "purchases-", given=("channels.together=multi", "organisation.platform=0")),),
    "market.search_d": (Turn("=20", "sale_days+ purchases"),),
    "market.unanswered_lost": (Turn("=1", "purchases- needs_bought-", given=("organisation.agents=6", "market.unanswered_lost=0")),),
    "market.late_answer_lost": (Turn("=1", "purchases- conversion-"),),
    "market.competitor_satisfaction": (Turn("=1.1", "crr_due- bad_word+"),),
    "market.rival_gain_y": (Turn("=1", "crr_due- clv- bad_word+"),),
    "market.rival_faster_y": (Turn("=0.9", "purchases- satisfaction-"),),
    "market.trade_return_d": (Turn("*0.1", "turnover", given=("market.trade_churn=0.02",)),),
    "market.trade_churn": (Turn("=0.02", "turnover- crr_trade-"),),
    "satisfaction.model": (Turn("=product_only", "satisfaction bad_word-"),),
    "satisfaction.kappa": (Turn("*3", "satisfaction-"),),
    "satisfaction.eta": (Turn("*0.3", "memory"),),
    "satisfaction.eta_extreme": (Turn("*0", "memory"),),
    "satisfaction.base_share": (Turn("*0.8", "memory- crr_due-"),),
    "satisfaction.delight": (Turn("=30", "crr_due+ customer_value+"),),
    "satisfaction.half_life_d": (Turn("*0.2", "memory"),),
    "satisfaction.answer_slope": (Turn("*0.5", "csat_mean_true"),),
    "satisfaction.style_sd": (Turn("*3", "nps ces"),),
    "satisfaction.shared_noise": (Turn("=0", "nps_true"),),
    "satisfaction.scar": (Turn("*5", "clv- customer_value-"),),
    "satisfaction.recovery_share": (Turn("=0", "satisfaction-"),),
    "satisfaction.recovery_half_life_d": (Turn("*0.1", "satisfaction-"),),
    "satisfaction.response_bias": (Turn("*4", "response_rate+"),),
    "satisfaction.word_expected": (Turn("=1", "satisfaction csat_mean_true"),),
    "satisfaction.return_effort": (Turn("=3", "satisfaction- memory-"),),
    "satisfaction.expectation_learnt": (Turn("=1", "satisfaction csat_mean_true"),),
    "satisfaction.unfelt": (Turn("=all", "satisfaction+ bad_word-"),),
    "organisation.mode": (Turn("=one_team", "handoffs- answer_time-"),),
    "organisation.agents": (Turn("=6", "csat_mean_true- satisfaction- answer_time+ contact_cost- reliability_consumer-"),),
    "organisation.open_h": (Turn("=14", "answer_time+"),),
    "organisation.close_h": (Turn("=12", "answer_time+"),),
    "organisation.days_week": (Turn("=7", "answer_time-"),),
    "organisation.handle_min": (Turn("*4", "agent_hours+ satisfaction-"),),
    "organisation.case_work": (Turn("=8", "agent_hours+"),),
    "organisation.relay_h": (Turn("*4", "answer_time+"),),
    "organisation.relay_share": (Turn("=0", "handoffs- satisfaction+"),),
    "organisation.relay_loss": (Turn("=1", "satisfaction-"),),
    "organisation.patience_min": (Turn("*0.1", "contact_abandoned+ satisfaction"),),
    "organisation.give_up_d": (Turn("*0.05", "contact_abandoned+"),),
    "organisation.first_contact_low": (Turn("=0.9", "first_contact_resolution+ satisfaction+"),),
    "organisation.first_contact_high": (Turn("=0.5", "first_contact_resolution-", given=_ONE),),
    "organisation.culture": (Turn("=1", "first_contact_resolution+ satisfaction+"),),
    "organisation.organisation": (Turn("=1", "first_contact_resolution+ handoffs-"),),
    "organisation.platform": (Turn("=1", "first_contact_resolution+ satisfaction+ problem_share-"),),
    "organisation.after_sale": (Turn("=false", "satisfaction- memory-"),),
    "organisation.proactive": (Turn("=1", "contacts_per_100_orders- satisfaction+"),),
    "organisation.cost_eur_h": (Turn("*2", "contact_cost+ operating_result-"),),
    "organisation.paid_h_y": (Turn("*1.2", "contact_cost+ seller_cost+ operating_result-"),),
    "organisation.mailings_y": (Turn("=26", "needs_woken+ purchases+"),),
    "organisation.mail_eur": (Turn("*10", "touchpoint_cost+ contribution-", given=("organisation.mailings_y=26",)),),
    "organisation.advertising": (Turn("*4", "purchases+ touchpoint_cost+ new_customers+"),),
    "organisation.overlap": (Turn("=0.9", "purchases- conversion-"),),
    "organisation.conflict": (Turn("=1", "handoffs+ answer_time+ satisfaction-"),),
    "organisation.phase_aware": (Turn("=1", "handoffs- answer_time- contacts_per_100_orders-"),),
    "organisation.own_targets": (Turn("=1", "first_contact_resolution- agent_hours purchases"),),
    "organisation.written_share": (Turn("=1", "contacts_written+"),),
    "organisation.portal_share": (Turn("=1", "portal_answers+ contacts_per_100_orders-"),),
    "organisation.portal_eur": (Turn("*10", "touchpoint_cost+ contribution-", given=("organisation.portal_share=1",)),),
    "organisation.staff_training_d": (Turn("=40", "staff_trained+ satisfaction+ touchpoint_cost+"),),
    "organisation.staff_training_eur": (Turn("*10", "operating_result-", given=("organisation.staff_training_d=10",)),),
    "organisation.card_share": (Turn("=1", "purchases+ satisfaction+"),),
    "organisation.card_reward": (Turn("=0.3", "purchases+ contribution-", given=("organisation.card_share=1",)),),
    "organisation.training_modules": (Turn("=40", "purchases+ trained+"),),
    "organisation.training_eur": (Turn("*10", "contribution-", given=("organisation.training_modules=12",)),),
    "organisation.seller_eur_h": (Turn("*2", "seller_cost+ operating_result-"),),
    "organisation.seller_elasticity": (Turn("=0", "purchases", given=("organisation.buyers_seller_week=10",)),),
    "organisation.buyers_seller_week": (Turn("*0.7", "purchases-"),),
    "organisation.info_share": (Turn("*3", "contacts_per_100_orders+"),),
    "organisation.usage_share": (Turn("*3", "contacts_per_100_orders+"),),
    "organisation.answer_reference_h": (Turn("*5", "satisfaction+"),),
    "feedback.callback_share": (Turn("=1", "called_back+ memory+ agent_hours+", given=_STAFFED),),  # a desk that is full answers others later for it
    "feedback.callback_d": (Turn("=28", "memory- called_back-", given=("feedback.callback_share=1", *_STAFFED)),),
    "feedback.mend_after": (Turn("=100", "touchpoints_mended+ problem_share- satisfaction+", given=("feedback.mend_d=7", _TROUBLE)),),
    "feedback.mend_d": (Turn("=0", "problem_share-", given=_MENDS),),
    "feedback.mend_share": (Turn("=1", "problem_share- satisfaction+", given=_MENDS),),
    "feedback.mend_eur": (Turn("*10", "touchpoint_cost+ contribution-", given=_MENDS),),
    "feedback.learn_after": (Turn("=20", "products_improved+", given=("feedback.learn_d=0",)),),
    "feedback.learn_d": (Turn("=1000", "products_improved-", given=("feedback.learn_after=20", "feedback.learn_d=0")),),
    "feedback.learn_share": (Turn("=1", "contacts_per_100_orders", given=("feedback.learn_after=10", "feedback.learn_d=0")),),
    "feedback.learn_eur": (Turn("*10", "operating_result-", given=("feedback.learn_after=20", "feedback.learn_d=0")),),
    "feedback.ask_before": (Turn("=1", "satisfaction+"),),
    "feedback.ask_eur": (Turn("*10", "touchpoint_cost+", given=("feedback.ask_before=1",)),),
    "feedback.staff_share": (Turn("=1", "touchpoints_mended+ problem_share-", given=_MENDS),),
    "feedback.manager_share": (Turn("=1", "touchpoints_mended+ problem_share-", given=_MENDS),),
    "feedback.returned": (Turn("=true", "satisfaction+ memory", given=_MENDS),),
    "feedback.reviews_answered": (Turn("=1", "purchases+ touchpoint_cost+"),),
    "finance.discount_y": (Turn("*3", "clv- customer_value-"),),
    "finance.clv_horizon_y": (Turn("*0.3", "clv- customer_value-"),),
    "finance.overhead_eur_y": (Turn("*2", "operating_result-"),),
}
