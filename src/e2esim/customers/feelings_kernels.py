"""What a contact with the desk leaves in memory and in the answer to "was it easy?"."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from e2esim.customers.satisfaction_kernels import answer, decayed, judge_contact, remembered
from e2esim.streams.draws import logistic, normal

F = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]

_ACCOUNT_WEIGHT = 0.02  # a contact of one of an account's people against a consumer's own, assumed


@njit(cache=True)
def contacts_felt(
    rows: I32,
    key_ease: np.uint64,
    order_row: I32,
    consumer: I32,
    account: npt.NDArray[np.int16],
    t: F32,
    answered: F32,
    attempt: U8,
    handoffs: U8,
    resolved: U8,
    abandoned: U8,
    segment: U8,
    price_ratio: F32,
    address: I64,
    ces: npt.NDArray[np.int8],
    memory: F32,
    memory_t: F32,
    account_memory: F,
    c_address: I64,
    reference_h: float,
    quality: float,
    base: float,
    gain: F,
    loss: F,
    tolerance: F,
    shape: F,
    w_ease: F,
    kappa: float,
    product_only: bool,
    half_life_h: float,
    eta: float,
    eta_extreme: float,
    slope: float,
    style_sd: float,
    ces_cuts: F,
) -> None:
    """Every contact of the batch is an experience; the last one of an order decides its ease answer (CES)."""
    for k in range(rows.shape[0]):
        x = rows[k]
        r = order_row[x]
        seg = segment[r]
        done = t[x] if abandoned[x] else answered[x]
        wait = reference_h * 3.0 if abandoned[x] else done - t[x]
        steps = float(attempt[x]) - 1.0 + float(handoffs[x])
        s, ease = judge_contact(
            wait, reference_h, resolved[x] == 1, steps, quality, price_ratio[r], gain, loss, tolerance, shape, w_ease[seg], kappa, product_only
        )
        c = consumer[x]
        if c < 0:
            a = account[x]
            account_memory[a] = remembered(account_memory[a], s, eta * _ACCOUNT_WEIGHT, eta_extreme)
            continue
        m = decayed(memory[c], base, done - memory_t[c], half_life_h)
        memory[c] = remembered(m, s, eta, eta_extreme)
        memory_t[c] = max(done, np.float64(memory_t[c]))
        if ces[r] > 0:
            style = style_sd * normal(key_ease, c_address[c], 0)
            ces[r] = 1 + answer(slope * (ease - 1.0 + style) + logistic(key_ease, address[r], np.int64(attempt[x])), ces_cuts)
