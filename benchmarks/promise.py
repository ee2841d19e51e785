"""The promise: batch allocation of a whole book, backorder runs, one request; each beside its goal.

LP_VALUE: the value of the generated books if every line could be split, by HiGHS (15 to 28 s here).
"""

from __future__ import annotations

import time
from typing import Final

from e2esim.planning.book.allocate import allocate
from e2esim.planning.book.order_book import breaches
from e2esim.planning.book.synthetic import generated_book

LP_VALUE: Final = {(2, 0.93): 320_795.4, (3, 0.93): 327_081.6, (4, 0.80): 311_529.6, (5, 1.05): 329_899.6}
SHARE_GOAL: Final = 0.993
WALL_GOAL_S: Final = 1.0


def batch() -> None:
    """Quality and time of the batch allocation on the four generated books, lines whole and in parts."""
    allocate(generated_book(1, 0.9, orders=200, items=5))  # compile
    print("  batch allocation, 10,000 lines x 200 items x 90 days")
    print("  seed supply lines    of LP value        goal   wall s   goal   cpu s  rules broken")
    for whole in (True, False):
        for (seed, supply), bound in LP_VALUE.items():
            book = generated_book(seed, supply, whole=whole)
            wall, cpu = time.perf_counter(), time.process_time()
            done = allocate(book)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            share = done.value(book) / bound
            met = "met" if share >= SHARE_GOAL and wall <= WALL_GOAL_S else "MISSED"
            print(
                f"  {seed:4d}   {supply:.2f} {'whole' if whole else 'parts'}  {share:12.3%}  >= {SHARE_GOAL:.1%}  {wall:7.2f}  <= {WALL_GOAL_S:.0f}"
                f"  {cpu:6.2f}  {len(breaches(book, done))}  {met}",
                flush=True,
            )


def main() -> None:
    """Print all figures."""
    batch()


if __name__ == "__main__":
    main()
