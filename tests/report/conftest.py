"""A made-up run for the tests of the report, made once, and the folder of its maker on the path."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from report_synthetic import Study, synthetic_outcome, synthetic_study


@pytest.fixture(scope="session")
def study() -> Study:
    """One replication of a small made-up year."""
    return synthetic_study(synthetic_outcome())


@pytest.fixture(scope="session")
def studies() -> Study:
    """The same with four replications."""
    return synthetic_study(synthetic_outcome(), replications=4)
