"""The experience log: one row for each attribute that a contact between a customer and the firm shows.

A contact (a *moment*) is one row or several that follow each other; the last one carries the flag ``ENDS``. Stages emit
moments as batches of rows, ``customers.experience_kernels.feel`` feels them, and nothing else touches satisfaction. Every
moment belongs to an order line, through which customer, channel, market and segment are known.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np


class Lived(IntEnum):
    """What a customer lives through."""

    ADVERTISEMENT = 0  # a touchpoint while discovering
    ADVICE = 1  # a touchpoint while evaluating, or an analysis of needs
    OFFER = 2  # a touchpoint while buying; what went wrong between channels
    HAND_OVER = 3  # goods delivered
    INSTALLED = 4  # installed at the door, well or not
    USED_TAKEN = 5  # the used product taken along
    FIRST_USE = 6  # a touchpoint in use
    FOLLOW_UP = 7  # the firm asks how the product does
    DEFECT_MET = 8  # a defect shows
    ANSWER = 9  # an answer to a request
    NO_ANSWER = 10  # the customer stops asking: never resolved
    RECOVERY = 11  # a complaint made good by the firm
    SHOP_RECOVERY = 12  # a complaint made good by the shop
    REFUND = 13  # a returned product credited
    GIVEN_UP = 14  # waited for too long and cancelled
    CHANGE_REFUSED = 15  # wanted an open line changed and was refused
    REVIEW_READ = 16  # what others say, read before buying
    QUESTION = 17  # asks the firm before buying
    PROMISED = 18  # is given a day
    PROMISE_CHANGED = 19  # is given another day
    DELAY_TOLD = 20  # the firm tells that it will be late
    FOUND_OUT = 21  # finds out that it is late, and asks
    HELP_ASKED = 22  # asks for help in use
    COMPLAINED = 23  # complains
    SENT_BACK = 24  # sends goods back
    CALLED_BACK = 25  # an agent calls after an unhappy answer
    FEEDBACK_RETURNED = 26  # is told what the firm has done about an answer
    BILLED = 27  # a bill that is wrong
    TRAINED = 28  # an account whose sellers are trained
    RECALLED = 29  # the firm writes that it calls the goods back


ONLY_TOLD = (
    Lived.TRAINED, Lived.RECALLED, Lived.QUESTION, Lived.PROMISED, Lived.PROMISE_CHANGED, Lived.DELAY_TOLD, Lived.FOUND_OUT, Lived.HELP_ASKED,
    Lived.COMPLAINED,
)  # fmt: skip
"""Moments that are remembered through what follows them: they stand in the log and are not felt by themselves."""


class Flag(IntEnum):
    """What a row asks of the kernel, a bit each."""

    ENDS = 1  # last row of its moment: satisfaction and memory move
    ASKS = 2  # a survey follows
    SPEAKS = 4  # the customer may speak about it
    JUDGES_SERVICE = 8  # the survey is about the contact, not about the order


EXPERIENCE = np.dtype(
    [
        ("row", np.int32),  # order line
        ("contact", np.int32),  # contact with the desk, -1 = none
        ("t", np.float64),  # [h]
        ("kind", np.uint8),  # Lived
        ("phase", np.uint8),  # index into domain.world.PHASES
        ("touchpoint", np.int16),  # row of the touchpoint table, -1 = none
        ("attribute", np.uint8),  # index into domain.world.ATTRIBUTES; SERVICE = a gain stated in satisfaction
        ("flags", np.uint8),  # Flag
        ("shown", np.float32),  # [unit of the attribute]
        ("expected", np.float32),  # [unit of the attribute]
        ("feeling", np.float32),  # [satisfaction] gain (+) or loss (-) of this row
        ("felt", np.float32),  # [satisfaction] S of the purchase after the moment, NaN before its end
    ]
)

SERVICE = 11  # attribute code of a gain that the table of services states in satisfaction
