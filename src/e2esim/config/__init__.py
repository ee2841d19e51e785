"""Room config: the door. Owns how YAML, CSV, Excel and command-line overrides become one checked, frozen ``Scenario``.

Hydra composes the option groups of ``conf/``, pydantic checks types, own rules check tables; whatever is wrong is
listed at once (:class:`e2esim.config.problems.InputErrors`). Nothing a user writes is ever executed.

Recipe: a new setting is a field of a dataclass in ``domain/settings.py``; a new option of a group is a file in
``conf/<group>/`` that states the same keys as its sisters; a new table or column is an entry of ``domain/schema.py``; a
rule between tables is a function in one of the ``checks_*`` modules, named in its list ``CHECKS``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from e2esim.domain.scenario import Scenario


def load(overrides: Sequence[str]) -> Scenario:
    """Load one scenario: see :func:`e2esim.config.door.load`, imported on call because Hydra and polars are slow."""
    from e2esim.config.door import load as through_the_door

    return through_the_door(overrides)
