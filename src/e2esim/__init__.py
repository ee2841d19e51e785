"""e2esim: the end-to-end chain and the customers it serves, simulated and optimised.

``e2esim.open("folder")`` gives a company: ``.plan()``, ``.promise(...)``, ``.backorders()``, ``.forecast()``, ``.sop()``,
``.run()``, ``.compare(...)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from e2esim import machine_code

if TYPE_CHECKING:
    from pathlib import Path

    from e2esim.application.company import OpenCompany

__version__ = "0.1.0"

machine_code.settle()  # before numba is imported


def open(name: str | Path, *overrides: str) -> OpenCompany:
    """Open a company: a shipped name, NAME/VARIANT, a folder or a workbook; ``overrides`` as on the command line.

    Raises
    ------
    InputErrors
        If there is none of that name.
    """
    from e2esim.application.company import open_company

    return open_company(name, *overrides)
