"""Requests on their way to the desk: which order rows, when [h], for what reason."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Requests = tuple[npt.NDArray[np.int32], npt.NDArray[np.float64], npt.NDArray[np.uint8]]
NO_REQUESTS: Requests = np.empty(0, dtype=np.int32), np.empty(0), np.empty(0, dtype=np.uint8)
