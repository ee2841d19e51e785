"""Facts shared by the tests of the customers room: the shipped attributes, and the helper modules of this folder."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from e2esim.config import load
from e2esim.domain.build import build_world
from e2esim.domain.world import World

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def shipped() -> World:
    """The shipped scenario in numbers; attributes, segments and settings do not depend on its scale."""
    return build_world(load(["scenario=mattress_maker", "scale=0.02"]))
