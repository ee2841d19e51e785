"""Settings of a scenario: the numbers and names of ``scenario.yaml`` and ``conf/``, frozen and checked at birth.

Every option has a type, a unit in its comment and a default; the config room fills these dataclasses from YAML.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

ATTRIBUTES = (
    *("punctuality", "lead_time", "completeness", "damage", "installation", "defect"),
    *("answer_time", "resolution", "effort", "integration", "experience"),
)  # what is judged, in the order of the kernels


def _need(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)


@dataclass(frozen=True, kw_only=True)
class Horizon:
    """When the run starts, how long it lasts and what the reports leave out."""

    start: dt.date = dt.date(2026, 1, 5)
    days: int = 365  # [days]
    warmup_days: int = 28  # [days] left out of every KPI
    journeys: int = 0  # [consumers] whose experiences are kept one by one, about; all others are only added up
    tick_h: float = 1.0  # [h] decisions are taken at ticks; timestamps inside a tick are continuous

    def __post_init__(self) -> None:
        _need(self.days >= 1, f"days must be at least 1, got {self.days}")
        _need(self.journeys >= 0, f"journeys must not be negative, got {self.journeys}")
        _need(self.warmup_days >= 0, f"warmup_days must not be negative, got {self.warmup_days}")
        _need(self.days > self.warmup_days, f"the horizon ({self.days} days) must be longer than the warm-up ({self.warmup_days} days)")
        _need(self.tick_h in (0.25, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 12.0, 24.0), f"tick_h must divide a day, got {self.tick_h}")


@dataclass(frozen=True, kw_only=True)
class Market:
    """Demand: prospects, competition, reputation and the installed base."""

    demand_factor: float = 1.0  # [1] multiplies the prospects of the demand history
    price_factor: float = 1.0  # [1] multiplies the firm's prices to trade and consumers; what buyers compare with stays
    price_loss: float = 1.0  # [1] weight in a choice of a price above the consumer's reference against one below it; both weigh 1 in the mean
    rival_follows_rise: float = 0.0  # [share] of a price rise of the firm that rivals follow in the end (most do not react: Steenkamp et al. 2005)
    rival_follows_cut: float = 0.0  # [share] of a price cut that rivals follow in the end; who reacts at all mostly retaliates (the same)
    rival_follow_d: float = 90.0  # [days] after which rivals have gone half of that way (assumed)
    price_habit_d: float = 0.0  # [days] in which consumers are half used to the firm's new prices: a loss seems one no longer; 0 = never
    price_lasting: float = 0.0  # [1] percent of sales that a percent of price beyond rivals' costs in the long run, beside what it costs at once
    price_lasting_half_life_d: float = 365.0  # [days] in which half of that has come (assumed)
    conversion: float = 0.35  # [share] prospects who buy at reference conditions
    utility_offset: float = 0.0  # [utility] calibrates demand so that the history is met at today's service
    history_y: float = 6.0  # [years] of past acquisitions from which the installed base is built
    reputation_weight: float = 0.67  # [utility/satisfaction] word of mouth on the choice of prospects who hear of it from others
    reputation_half_life_d: float = 120.0  # [days] a word is half forgotten
    usual_word: float = 0.0  # [satisfaction] mean word about the firm, against the best alternative, that its history was sold with
    speak_good: float = 0.25  # [share] who speak after a good experience
    speak_bad: float = 0.40  # [share] who speak after a bad experience; 1.2 to 2 times as many as after a good one (Anderson 1998)
    complaint_share: float = 0.55  # [share] who complain about damage, defect, failed installation (TARP: 50-75 % where money is lost)
    word_circles: int = 1  # [circles] of households in a market, each of which hears its own words; 1 = everybody hears the mean of the market
    word_passed_on: float = 0.0  # [share] of the words heard that are told on, to the next circles; 0 = a word is heard once
    word_far: float = 0.1  # [share] of what is told on that goes anywhere in the market (social channels), not to the next circles, assumed
    word_of_mouth: bool = True  # reputation follows what customers say
    loyalty_loop: bool = True  # satisfaction moves staying and share of wallet
    wallet_half_life_d: float = 90.0  # [days] in which half of the way to a new share of wallet is gone (assumed)
    wallet_most: float = 0.3  # [log] most that bad service takes from a share of wallet, beside accounts that leave (assumed)
    wallet_gain_most: float = 0.17  # [log] most that better service adds to it: what a point of fill rate brought; more was not measured (Craig et al. 2016)
    service_elasticity: float = 11.0  # [% of orders/point of fill rate] of trade (Craig, DeHoratius and Raman: 11 to 13)
    service_half_life_d: float = 180.0  # [days] in which an account half forgets how it was served (assumed: the last year counts)
    unsolved_weight: float = 0.7  # [1] an account's request never solved against a line not served (responsiveness 22, reliability 32 points: Zeithaml 1990)
    rival_service: float = 0.0  # [share] by which the best alternative has become better than what accounts are used to
    trade_elasticity: float = 2.8  # [1] percent of trade orders lost for a percent of trade price, what its consumers leave for included (usual range 1 to 3)
    cancel_d: float = 0.03  # [1/day] hazard at which a consumer gives up a line late or beyond patience (assumed)
    cancel_trade_d: float = 0.01  # [1/day] the same of a trade account (assumed)
    patience_d: float = 45.0  # [days] beyond the day wished for after which customers give up, whatever was promised (assumed)
    shelf_wait: float = 1.0  # [share] of the consumers who find an item missing on a shop's shelf that waits for it
    shelf_other_item: float = 0.0  # [share] of them that takes another item of the same brand and category, if one is there
    shelf_other_shop: float = 0.0  # [share] of them that goes to another shop of the same channel and market; the rest is lost
    wrong_price: float = 0.0  # [share] by which the price seen in another channel is wrong, of purchases whose channels did not talk: half dearer, half cheaper
    wrong_stock: float = 0.0  # [share] of the purchases whose channels did not talk that were told wrong of the stock: half that there is some, half none
    search_d: float = 0.0  # [days] for which a prospect looks around, on average, from the first touchpoint to his decision; 0 = he decides at once
    unanswered_lost: float = 0.0  # [share] of the purchases lost whose buyers asked first and were never answered
    late_answer_lost: float = 0.0  # [share] of the purchases lost whose buyers asked first and were answered later than an hour
    competitor_satisfaction: float = 0.85  # [satisfaction] what the best alternative gives
    rival_gain_y: float = 0.0  # [satisfaction/year] by which the best alternative becomes better while the run goes on
    rival_faster_y: float = 0.0  # [share/year] by which the lead time that buyers expect gets shorter: the best supplier shapes what is expected of others
    trade_return_d: float = 180.0  # [days] after which an account that left is won again, or its place by another (assumed)
    trade_churn: float = 0.0004  # [probability/order] that an account of neutral satisfaction leaves

    def __post_init__(self) -> None:
        _need(self.demand_factor > 0, f"demand_factor must be positive, got {self.demand_factor}")
        _need(0 < self.conversion < 1, f"conversion must lie between 0 and 1, got {self.conversion}")
        _need(self.history_y > 0, f"history_y must be positive, got {self.history_y}")
        for name in ("speak_good", "speak_bad", "complaint_share", "trade_churn"):
            _need(0 <= getattr(self, name) <= 1, f"{name} must be a share, got {getattr(self, name)}")
        _need(self.reputation_half_life_d > 0, "reputation_half_life_d must be positive")
        stay = self.shelf_wait + self.shelf_other_item + self.shelf_other_shop
        _need(stay <= 1.0 + 1e-9, f"shelf_wait, shelf_other_item and shelf_other_shop are parts of one whole, got {stay:g} together")


@dataclass(frozen=True, kw_only=True)
class Planning:
    """What is made and bought. ``silo``: static plan by function; ``end_to_end``: rolling plan on orders and forecast."""

    rule: str = "end_to_end"
    mps_weeks: int = 13  # [weeks] horizon of the MPS
    review_days: int = 7  # [days] between two MPS runs, whole weeks; a plan that ends before is renewed at its end
    frozen_days: int = 0  # [days] frozen zone: the MPS leaves last week's plan only for what cannot be made (end_to_end)
    slushy_days: int = 0  # [days] slushy zone, from the same day on: leaving last week's plan costs change_eur; later is liquid
    change_eur: float = 0.0  # [EUR/pcs/week] cost of moving a planned piece by a week inside the slushy zone
    safety_factor: float = 1.0  # [1] multiplies the items' cover_d
    lot_factor: float = 1.0  # [1] multiplies the items' smallest lots (utilisation seekers: > 1)
    forecast_bias: float = 0.0  # [share] of optimism in the forecast
    smoothing: float = 0.15  # [1/week] of the level of the forecast
    report_days: int = 0  # [days] until the forecast and the master plan hear of an order; 0 = at once
    reserve: float = 0.05  # [share] of the hours of every work centre that the MPS leaves free, so that queues stay short
    overtime: bool = True  # the planner may use overtime
    changeovers: bool = False  # set-ups depend on the sequence as table changeovers says
    sequence: str = "release"  # lots queue by release; rule: sequenced daily by a rule, aps: by CP-SAT, where there are changeovers
    backlog_eur_week: float = 12.0  # [EUR/pcs/week] value of a piece of backlog for a week
    holding_share_week: float = 0.004  # [share of cost/week]
    expedite_d: float = 30.0  # [days] overdue after which a call-off is bought elsewhere or flown in; 0 = never (assumed)
    express_d: float = 7.0  # [days] until expedited goods are there (assumed)
    expedite_share: float = 0.3  # [share of the price] that expediting costs on top (assumed)

    def __post_init__(self) -> None:
        _need(self.rule in ("silo", "end_to_end"), f"planning rule must be 'silo' or 'end_to_end', got {self.rule!r}")
        _need(self.sequence in ("release", "rule", "aps"), f"sequence must be release, rule or aps, got {self.sequence!r}")
        _need(self.mps_weeks >= 2, f"mps_weeks must be at least 2, got {self.mps_weeks}")
        _need(self.review_days >= 7 and self.review_days % 7 == 0, f"review_days must be whole weeks, got {self.review_days}")
        _need(self.frozen_days >= 0, f"frozen_days must not be negative, got {self.frozen_days}")
        _need(self.change_eur >= 0, f"change_eur must not be negative, got {self.change_eur}")
        zones = max(self.frozen_days, self.slushy_days)
        _need(self.slushy_days >= 0 and zones <= 7 * (self.mps_weeks - 1), f"frozen and slushy days must lie in 0..{7 * (self.mps_weeks - 1)}, got {zones}")
        _need(0 <= self.reserve < 1, f"reserve must lie in [0, 1), got {self.reserve}")
        _need(0 < self.smoothing <= 1, f"smoothing must lie in (0, 1], got {self.smoothing}")


@dataclass(frozen=True, kw_only=True)
class Sop:
    """Sales and operations planning. ``monthly``: inside the run a cycle a month gives the MPS its limits; ``off``: none."""

    rule: str = "off"  # what S&OP does inside the run
    months: int = 12  # [months] ahead
    lead_months: int = 1  # [months] from a decision on shifts or frame contracts to its effect
    shift_h_week: float = 8.0  # [h/machine/week] longest extra shift that may be opened
    shift_premium: float = 1.5  # [1] extra cost of its hour over that of overtime; assumed
    shift_least: float = 0.25  # [share] of the longest shift that is worth opening
    frame_extra: float = 0.25  # [share] of weekly capacity that a frame contract adds at a supplier; assumed
    frame_premium: float = 0.05  # [share] of the price paid for what it adds; assumed
    lose_share: float = 0.3  # [share] of what waits a month that is lost in the next one; assumed
    service_target: float = 0.98  # [share] of demand delivered in its month (Sales)
    utilisation_target: float = 0.85  # [share] of today's hours used (Operations)
    stability_target: float = 0.1  # [share] of change of the work of a day from month to month (Operations)
    overtime_target: float = 0.05  # [share] of overtime and extra shifts in today's hours (Personnel)
    level_target: float = 1.15  # [1] fullest month over the mean one, work of a day (Personnel)

    def __post_init__(self) -> None:
        _need(self.rule in ("off", "monthly"), f"sop rule must be 'off' or 'monthly', got {self.rule!r}")
        _need(2 <= self.months <= 36, f"months must lie between 2 and 36, got {self.months}")
        _need(self.lead_months >= 0, f"lead_months must not be negative, got {self.lead_months}")
        for name in ("shift_h_week", "frame_extra", "frame_premium", "shift_premium"):
            _need(getattr(self, name) >= 0, f"{name} must not be negative, got {getattr(self, name)}")
        for name in ("shift_least", "lose_share", "service_target", "utilisation_target", "stability_target", "overtime_target"):
            _need(0 <= getattr(self, name) <= 1, f"{name} must be a share, got {getattr(self, name)}")
        _need(self.level_target >= 1, f"level_target must be at least 1, got {self.level_target}")


@dataclass(frozen=True, kw_only=True)
class Promise:
    """How dates are promised. ``quoted``: the channel's fixed lead time; ``atp``: from stock, plan, material and capacity."""

    rule: str = "atp"
    horizon_days: int = 91  # [days] beyond which nothing is promised
    margin_d: float = 1.0  # [days] of safety added to every promise
    transit_quantile: float = 0.8  # [share] of ordinary transits that the promised transit time covers (atp)
    pull_in: bool = False  # nightly, an open order gets an earlier date where supply has improved (atp)
    other_site: bool = False  # a consumer whose site lacks the goods is served by another that can spare them, by a lane of a later priority (atp)
    change_frozen_d: float = 7.0  # [days] before its ship day inside which an order is frozen; assumed
    change_inside: bool = False  # frozen orders are changed too, where the goods are there, at a cost
    change_eur: float = 20.0  # [EUR/change] what a change inside the frozen window costs the firm: replanning, repacking; assumed

    def __post_init__(self) -> None:
        _need(self.rule in ("quoted", "atp"), f"promise rule must be 'quoted' or 'atp', got {self.rule!r}")
        _need(0 < self.transit_quantile < 1, f"transit_quantile must lie between 0 and 1, got {self.transit_quantile}")
        _need(self.horizon_days >= 14, f"horizon_days must be at least 14, got {self.horizon_days}")


@dataclass(frozen=True, kw_only=True)
class Replenishment:
    """Who orders for own branches. ``own_orders``: each for itself at its review; ``drp``: shipments are planned centrally."""

    rule: str = "own_orders"  # who orders for own branches
    every_d: int = 7  # [days] of sales that a planned shipment brings beyond the safety stock (drp)
    look_ahead_d: int = 7  # [days] within which the supply of a planned shipment must be free (drp)

    def __post_init__(self) -> None:
        _need(self.rule in ("own_orders", "drp"), f"replenishment rule must be 'own_orders' or 'drp', got {self.rule!r}")
        _need(self.every_d >= 1, f"every_d must be at least 1, got {self.every_d}")
        _need(self.look_ahead_d >= 0, f"look_ahead_d must not be negative, got {self.look_ahead_d}")


@dataclass(frozen=True, kw_only=True)
class Precedence:
    """Which open order takes scarce stock first."""

    rule: str = "optimised"
    fairness: float = 0.5  # [share] of its proportional share that each class gets at least (optimised)

    def __post_init__(self) -> None:
        known = ("fifo", "due_date", "priority", "margin", "throughput", "optimised")
        _need(self.rule in known, f"precedence rule must be one of {', '.join(known)}, got {self.rule!r}")
        _need(0 <= self.fairness <= 1, f"fairness must be a share, got {self.fairness}")


@dataclass(frozen=True, kw_only=True)
class Allocation:
    """Whether scarce supply is promised in quotas by class of customer."""

    rule: str = "nested"  # what is short is promised in quotas by class, or to whoever orders first (open)

    def __post_init__(self) -> None:
        _need(self.rule in ("nested", "open"), f"allocation rule must be 'nested' or 'open', got {self.rule!r}")


@dataclass(frozen=True, kw_only=True)
class Protection:
    """Whether a promise given is protected against orders that come later."""

    rule: str = "kept"  # a promised piece owed weighs more than one not promised yet, or the same (none)
    weight: float = 3.0  # [1] a promised piece owed weighs so many times a piece not promised yet (kept)

    def __post_init__(self) -> None:
        _need(self.rule in ("kept", "none"), f"protection rule must be 'kept' or 'none', got {self.rule!r}")
        _need(self.weight >= 1, f"weight must be at least 1, got {self.weight}")


@dataclass(frozen=True, kw_only=True)
class Satisfaction:
    """The formula and its memory (MODEL: sections 1-3)."""

    model: str = "benefit_problems"
    kappa: float = 0.6  # [1/satisfaction] problems together hurt more than one by one
    eta: float = 0.35  # [1] weight of a new experience in memory
    eta_extreme: float = 0.8  # [1/satisfaction] extra weight of extremes
    base_share: float = 0.9  # [share] of the product's benefit to which memory returns between contacts
    half_life_d: float = 240.0  # [days] memory returns to the brand's base line
    delight: float = 0.0  # [1/satisfaction] by which a memory holds the more, the further above its base line it is (convex: Mittal and Kamakura 2001)
    answer_slope: float = 4.0  # [logit/satisfaction] survey answer
    style_sd: float = 0.15  # [satisfaction] own response style
    shared_noise: float = 0.75  # [share] of the noise of an answer that all answers of one person share; ECSI: satisfaction and recommendation r .52
    scar: float = 4.0  # [logit/satisfaction] of leaving, for each loss that had to be put right and was not; TARP: .46 to .95 repurchase
    response_bias: float = 1.0  # [1/satisfaction] by which who lived something out of the ordinary answers a survey more often, assumed
    word_expected: float = 0.0  # [share] of what others say that a buyer expects, and misses (disconfirmation: Szymanski and Henard 2001); size assumed
    return_effort: float = 0.0  # [repeats] as which sending goods back is felt, assumed
    recovery_share: float = 0.85  # [share] of a loss that an answer at once makes good, assumed
    recovery_half_life_d: float = 8.0  # [days] by which a later answer makes good half of that, assumed
    expectation_learnt: float = 0.0  # [share] of the expected lead time learnt from deliveries lived by the account, or by others of the channel
    unfelt: str = ""  # attributes whose losses nobody feels, with blanks between, or all: the link from a failure to a feeling is cut

    def __post_init__(self) -> None:
        known = ("all", *ATTRIBUTES)
        unknown = [word for word in self.unfelt.split() if word not in known]
        _need(not unknown, f"unfelt must name attributes among {', '.join(known)}, got {' '.join(unknown)!r}")
        _need(self.model in ("benefit_problems", "product_only"), f"satisfaction model must be benefit_problems or product_only, got {self.model!r}")
        _need(0 < self.eta <= 1, f"eta must lie in (0, 1], got {self.eta}")
        _need(self.base_share > 0, f"base_share must be positive, got {self.base_share}")
        _need(self.half_life_d > 0 and self.answer_slope > 0, "half_life_d and answer_slope must be positive")
        _need(0 <= self.shared_noise < 1, f"shared_noise must lie in [0, 1), got {self.shared_noise}")
        _need(0 <= self.recovery_share <= 1, f"recovery_share must be a share, got {self.recovery_share}")
        _need(self.scar >= 0 and self.recovery_half_life_d > 0, "scar must not be negative, recovery_half_life_d must be positive")


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """Marketing, sales and customer service as silos with relay answers, or as one team."""

    mode: str = "silos"
    agents: int = 24  # [agents] in all departments together, at scale 1
    open_h: float = 8.0  # [h] the desk opens
    close_h: float = 18.0  # [h] the desk closes
    days_week: int = 5  # [days] worked a week, from Monday
    handle_min: float = 7.0  # [min] mean handling time
    case_work: float = 1.0  # [1] times as much as that for a complaint, a claim or a wrong bill, with the work behind it
    relay_h: float = 5.0  # [h] mean time for the reply of a colleague (silos)
    relay_share: float = 0.80  # [share] of requests at the wrong department that are passed on (silos); .8 x .5: 45 % handed off (UCI 498)
    relay_loss: float = 0.30  # [share] of relayed requests lost at the hand-over where nobody sees them, assumed
    patience_min: float = 12.0  # [min] mean patience in the queue
    give_up_d: float = 10.0  # [days] mean time after which who has written stops waiting for an answer, assumed
    first_contact_low: float = 0.45  # [share] first-contact resolution with no lever
    first_contact_high: float = 0.90  # [share] with every lever at 1
    culture: float = 0.6  # [0..1] share of hard requests whose agent has the skill and the will to solve them
    organisation: float = 0.5  # [0..1] share of requests that come to whom they belong: routing, common targets
    platform: float = 0.5  # [0..1] share of agents who see orders, payments and complaints; less is lost between channels
    after_sale: bool = True  # false: the firm sells products only: no services but financing, no answer after delivery
    proactive: float = 0.0  # [share] of delays told before the customer asks
    cost_eur_h: float = 28.0  # [EUR/h] of an agent, for every hour paid (Italian labour ministry, decree 53/2021: 21 to 33 an hour)
    paid_h_y: float = 1_700.0  # [h/year] paid to an agent or seller, answering or not (assumed)
    mailings_y: float = 0.0  # [1/year] mailings to all customers who have not left; needs come 1.9 times as often for two weeks (Hillstrom)
    mail_eur: float = 0.05  # [EUR] a mail, with its content, assumed
    advertising: float = 1.0  # [1] against the advertising of the history: prospects x advertising^.1 (Henningsen et al. 2011), its touchpoints cost more
    overlap: float = 0.0  # [share] of the sellers' hours spent on buyers whom a colleague of another department serves already (silos), assumed
    conflict: float = 0.0  # [share] of the requests passed on that departments dispute: they go back and wait once more (silos), assumed
    own_targets: float = 0.0  # [0..1] how far departments are paid by targets of their own: short answers, contracts signed (silos); sizes assumed
    written_share: float = 0.0  # [share] of the requests of opening hours that are written (mail, form, social media): they wait, and do not hang up
    portal_share: float = 0.0  # [share] of the questions before buying and about orders put to a portal, which answers at once what the platform knows
    portal_eur: float = 0.3  # [EUR] an answer of the portal (self-service .1 to .5: Armatis)
    staff_training_d: float = 0.0  # [days/year] of training for each agent: culture grows by it, and fades (sizes assumed)
    staff_training_eur: float = 250.0  # [EUR] for the trainer, a day and agent, beside the hours paid, assumed
    phase_aware: float = 0.0  # [share] of the contacts in which the firm knows where on the journey the customer is: the right one answers, and helps on
    card_share: float = 0.0  # [share] of the customers of the firm's own channels who hold its loyalty card
    card_reward: float = 0.03  # [share] of the price that the card gives back at each purchase after the first, assumed (retail: 1 to 5 %)
    training_modules: float = 0.0  # [modules/year] of training given to the sellers of each trade account; +1.8 % sold each (Fisher et al. 2021)
    training_eur: float = 150.0  # [EUR] for a module of training given to the sellers of one account, assumed (half a day of an agent and material)
    seller_eur_h: float = 26.0  # [EUR/h] of a seller, for every hour paid (assumed)
    seller_elasticity: float = 0.34  # [1] percent of sales for a percent of sellers (Albers, Mantrala and Sridhar, 2010)
    buyers_seller_week: float = 10.0  # [purchases/week] that the history has a seller serve (furniture trade: about 10)
    info_share: float = 0.12  # [requests/purchase] before buying
    usage_share: float = 0.06  # [requests/purchase] of help in use
    answer_reference_h: float = 4.0  # [h] answer time expected

    def __post_init__(self) -> None:
        _need(self.mode in ("silos", "one_team"), f"organisation mode must be silos or one_team, got {self.mode!r}")
        _need(self.agents >= 3, f"agents must be at least 3 (one a department), got {self.agents}")
        _need(0 <= self.open_h < self.close_h <= 24, f"the desk must open before it closes, got {self.open_h}-{self.close_h}")
        shares = "relay_share relay_loss first_contact_low first_contact_high culture organisation platform proactive overlap conflict phase_aware card_share"
        shares += " own_targets written_share portal_share"
        for name in shares.split():
            _need(0 <= getattr(self, name) <= 1, f"{name} must lie in 0..1, got {getattr(self, name)}")
        _need(min(self.handle_min, self.patience_min, self.give_up_d) > 0, "handle_min, patience_min and give_up_d must be positive")


@dataclass(frozen=True, kw_only=True)
class ChannelLinks:
    """Whether channels know of each other."""

    together: str = "stated"  # stated = by column integration of table channels; multi = side by side (0); omni = as one (1)

    def __post_init__(self) -> None:
        _need(self.together in ("stated", "multi", "omni"), f"channels together must be stated, multi or omni, got {self.together!r}")

    @property
    def integration(self) -> float | None:
        """Probability that the next touchpoint knows what the last one knew; None = each channel states its own."""
        return {"multi": 0.0, "omni": 1.0}.get(self.together)


@dataclass(frozen=True, kw_only=True)
class Feedback:
    """What the firm does with what its customers say; by default it asks and does nothing."""

    callback_share: float = 0.0  # [share] of the unhappy answers (1 or 2 of 5) of who did not complain after which an agent calls back
    callback_d: float = 7.0  # [days] from the delivery to that call; what it makes good halves in 130 days (Dillard and Bates: 47 %, later 29 %)
    mend_after: float = 0.0  # [answers] at scale 1 that name a touchpoint of the firm until it is mended; 0 = never
    mend_d: float = 30.0  # [days] from then until it is mended, assumed
    mend_share: float = 0.5  # [share] of its problems that mending takes away, assumed
    mend_eur: float = 5_000.0  # [EUR] at scale 1 for a touchpoint mended, assumed
    learn_after: float = 0.0  # [reports] at scale 1 of the use of an item (questions, claims, follow-ups) until a better one is made; 0 = never
    learn_d: float = 90.0  # [days] from then until it is made, assumed
    learn_share: float = 0.3  # [share] of its defects that the better one has no longer, assumed
    learn_eur: float = 20_000.0  # [EUR] at scale 1 for an item changed, assumed
    ask_before: float = 0.0  # [share] of the buyers asked at the purchase how long they expect to wait, and told if it will take longer
    ask_eur: float = 0.5  # [EUR] a buyer asked before, assumed (a minute of a seller)
    staff_share: float = 0.0  # [share] of the requests of who met trouble at a touchpoint after which the agent reports it: as good as an answer, assumed
    manager_share: float = 0.0  # [share] of the deliveries to and through shops after which a manager who visits them reports where it went wrong, assumed
    returned: bool = False  # tell who named it what has been done
    reviews_answered: float = 0.0  # [share] of the words of customers that the firm answers in public: +.12 star, +12 % words (Proserpio and Zervas 2017)

    def __post_init__(self) -> None:
        for name in ("callback_share", "mend_share", "learn_share", "ask_before", "staff_share", "manager_share", "reviews_answered"):
            _need(0 <= getattr(self, name) <= 1, f"{name} must be a share, got {getattr(self, name)}")
        _need(min(self.callback_d, self.mend_after, self.mend_d, self.mend_eur) >= 0, "callback_d, mend_after, mend_d and mend_eur must not be negative")


@dataclass(frozen=True, kw_only=True)
class Finance:
    """Rates that turn flows into money KPIs."""

    discount_y: float = 0.08  # [1/year] discount rate of CLV
    clv_horizon_y: float = 10.0  # [years] expected life over which CLV is summed
    overhead_eur_y: float = 9_000_000.0  # [EUR/year] fixed cost at scale 1, outside contribution


@dataclass(frozen=True, kw_only=True)
class NetworkPeriods:
    """Periods of a company that refills stock points by rules, and what happens first at one moment; read by the run of a network only."""

    period_d: float = 1.0  # [days] between two counts of stock and backlog
    sequence: str = "receive demand order count"  # the four things of one moment, in their order
    costs_at: str = "count"  # count: stock and backlog cost what is there when counted; time: while they lie or wait

    def __post_init__(self) -> None:
        words = self.sequence.split()
        _need(sorted(words) == ["count", "demand", "order", "receive"], f"sequence must order receive, demand, order and count, got {self.sequence!r}")
        _need(self.costs_at in ("count", "time"), f"costs_at must be count or time, got {self.costs_at!r}")
        _need(self.period_d > 0, f"period_d must be positive, got {self.period_d}")


@dataclass(frozen=True, kw_only=True)
class EventChoice:
    """Which events of table ``events`` may happen."""

    active: str = "all"  # all, none, or the names of some, separated by spaces; what they trigger comes with them


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One scenario without its tables."""

    name: str
    title: str = ""
    seed: int = 1
    scale: float = 1.0  # [1] shrinks market, plant, stocks and crews together
    horizon: Horizon = field(default_factory=Horizon)
    market: Market = field(default_factory=Market)
    planning: Planning = field(default_factory=Planning)
    sop: Sop = field(default_factory=Sop)
    replenishment: Replenishment = field(default_factory=Replenishment)
    promise: Promise = field(default_factory=Promise)
    precedence: Precedence = field(default_factory=Precedence)
    allocation: Allocation = field(default_factory=Allocation)
    protection: Protection = field(default_factory=Protection)
    satisfaction: Satisfaction = field(default_factory=Satisfaction)
    organisation: Organisation = field(default_factory=Organisation)
    channels: ChannelLinks = field(default_factory=ChannelLinks)
    feedback: Feedback = field(default_factory=Feedback)
    finance: Finance = field(default_factory=Finance)
    network: NetworkPeriods = field(default_factory=NetworkPeriods)
    events: EventChoice = field(default_factory=EventChoice)

    def __post_init__(self) -> None:
        _need(bool(self.name), "a scenario needs a name")
        _need(0 < self.scale <= 20, f"scale must lie in (0, 20], got {self.scale}")
        _need(self.seed >= 0, f"seed must not be negative, got {self.seed}")
