"""What the firm counts on where trucks wait until they are full, and at the customs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.domain.world import World

F = npt.NDArray[np.float64]


def charged_m3(world: World) -> tuple[F, ...]:
    """Room that a unit of each item fills on a truck of each lane, (items,) a lane [m3]: that of its weight where it is heavy for its volume.

    Light and heavy goods on one truck are not set off against one another: no truck is overloaded, some could have taken a little more.
    """
    lanes, items = world.lanes, world.items
    limited = np.isfinite(lanes.truck_kg) & np.isfinite(lanes.truck_m3)
    return tuple(
        np.maximum(items.volume_m3, items.weight_kg * (m3 / kg)) if heavy else items.volume_m3
        for heavy, m3, kg in zip(limited.tolist(), lanes.truck_m3.tolist(), lanes.truck_kg.tolist(), strict=True)
    )


def usual_wait_d(world: World) -> F:
    """Days that goods may wait for their truck to fill, at the flow of the history, and never longer than the lane allows, (lanes,).

    With what they wait at the customs on average.
    """
    w, lanes = world, world.lanes
    daily_m3 = np.zeros(len(lanes.ids))
    lane = lanes.of[w.cells.channel, w.cells.market]
    served = lane >= 0
    flow, room = (w.cells.yearly @ w.items.volume_m3)[served], charged_m3(w)
    for cell in np.flatnonzero(np.isfinite(lanes.truck_kg)[lane[served]]).tolist():
        flow[cell] = w.cells.yearly[served][cell] @ room[lane[served][cell]]
    np.add.at(daily_m3, lane[served], flow / 365.0)
    holds = (lanes.fill > 0) & np.isfinite(lanes.truck_m3)
    wanted = np.where(holds, lanes.fill * np.where(holds, lanes.truck_m3, 0.0), 0.0)
    filling = np.minimum(np.divide(wanted, daily_m3, out=np.full_like(wanted, np.inf), where=daily_m3 > 0), lanes.hold_d) * holds
    return np.asarray(filling + lanes.customs_share * lanes.customs_d)
