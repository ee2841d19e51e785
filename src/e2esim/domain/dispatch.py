"""What the firm counts on where trucks wait until they are full, and at the customs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.domain.world import World

F = npt.NDArray[np.float64]


def usual_wait_d(world: World) -> F:
    """Days that goods may wait for their truck to fill, at the flow of the history, and never longer than the lane allows, (lanes,).

    With what they wait at the customs on average.
    """
    w, lanes = world, world.lanes
    daily_m3 = np.zeros(len(lanes.ids))
    lane = lanes.of[w.cells.channel, w.cells.market]
    served = lane >= 0
    np.add.at(daily_m3, lane[served], (w.cells.yearly @ w.items.volume_m3)[served] / 365.0)
    holds = (lanes.fill > 0) & np.isfinite(lanes.truck_m3)
    wanted = np.where(holds, lanes.fill * np.where(holds, lanes.truck_m3, 0.0), 0.0)
    filling = np.minimum(np.divide(wanted, daily_m3, out=np.full_like(wanted, np.inf), where=daily_m3 > 0), lanes.hold_d) * holds
    return np.asarray(filling + lanes.customs_share * lanes.customs_d)
