"""Kernel of the last mile: whom the first attempt to deliver does not find."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import OrderKind
from e2esim.domain.lean import lean_njit
from e2esim.streams.draws import uniform

_DIRECT = int(OrderKind.DIRECT)


@lean_njit
def not_found(
    rows: npt.NDArray[np.int32], key: np.uint64, address: npt.NDArray[np.int64], kind: npt.NDArray[np.uint8], lane: npt.NDArray[np.int64],
    share: npt.NDArray[np.float64], out: npt.NDArray[np.bool_],
) -> None:  # fmt: skip
    """Mark ``rows`` (n,) of consumers of the firm whose first attempt fails, into ``out`` (n,); ``lane`` of each, ``share`` by lane."""
    for k in range(rows.shape[0]):
        r = rows[k]
        out[k] = kind[r] == _DIRECT and uniform(key, address[r], 0) < share[lane[k]]
