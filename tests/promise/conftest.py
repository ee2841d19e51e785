"""Lets the tests of promises use the tiny planner's folder of the planning door."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "plan"))
