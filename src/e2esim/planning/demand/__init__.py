"""Demand planning: what will be asked for, how sure that is, and what people add to it.

Who does what
    =================  =====================================================================================
    ``statistical``    the door: forecast of all series; no class loses to plain forecasts
    ``series``         one series made ready: since when it is recorded, season, level
    ``seasonal_index`` seasons that are believed, of a series or of its fellows
    ``level_step``     lasting steps of the level
    ``classes``        smooth, erratic, slow, lumpy
    ``methods``        naive, seasonal naive, means, smoothing, Croston, SBA, TSB
    ``choice``         rolling origins; the choice of a method or of the mean of the best
    ``adjustments``    promotions, overrides, forecast value added
    ``consumption``    orders take their part out of the forecast, by due date
    ``hierarchy``      sums up, shares down, whole pieces
    ``demand_plan``    all of it in sequence for a range of items and channels
    ``net_demand``     the same and what orders leave of it: what ``e2esim plan`` serves beside them
    ``holdout``        accuracy of each step of forecasting over held-out periods
    ``measures``       WAPE, bias, MASE, RMSSE, tracking signal
    =================  =====================================================================================

Add a method: a function in ``methods``, its name in ``METHODS`` and in ``suited``.
"""

from e2esim.planning.demand.adjustments import Adjusted, ForecastStep, Override, Promotion, adjust, value_added
from e2esim.planning.demand.choice import forecasts_of
from e2esim.planning.demand.classes import DemandClass, demand_class
from e2esim.planning.demand.consumption import Consumption, consume_by_date, days, spread
from e2esim.planning.demand.demand_plan import DemandCase, DemandPlan, plan_demand
from e2esim.planning.demand.hierarchy import bottom_up, top_down, whole_pieces
from e2esim.planning.demand.holdout import StepScore, score_steps
from e2esim.planning.demand.measures import Errors, judge, mase, rmsse, tracking_signal
from e2esim.planning.demand.net_demand import DemandData, NetDemand, Orders, forecast_demand, in_pieces, net_forecast
from e2esim.planning.demand.statistical import Statistical, forecast_all

__all__ = [
    "Adjusted", "Consumption", "DemandCase", "DemandClass", "DemandData", "DemandPlan", "Errors",
    "ForecastStep", "NetDemand", "Orders", "Override", "Promotion", "Statistical", "StepScore", "adjust", "bottom_up",
    "consume_by_date", "days", "demand_class", "forecast_all", "forecast_demand", "forecasts_of",
    "in_pieces", "judge", "mase", "net_forecast", "plan_demand", "rmsse", "score_steps", "spread", "top_down",
    "tracking_signal", "value_added", "whole_pieces",
]  # fmt: skip
