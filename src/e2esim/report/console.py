"""The terminal that tables are printed on: names are text and nothing else, whatever characters stand in them."""

from __future__ import annotations

from rich.console import Console


def terminal(width: int) -> Console:
    """Return a console as wide as the screen, or ``width`` characters where the output goes elsewhere.

    Square brackets and colons in names mean nothing (no markup, no emoji).

    >>> terminal(40).print("order 4711[rev2] of :smile: [/PO-17]")
    order 4711[rev2] of :smile: [/PO-17]
    """
    screen = Console(markup=False, emoji=False)
    return screen if screen.is_terminal else Console(markup=False, emoji=False, width=width)
