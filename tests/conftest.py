"""Lets every test import ``worlds`` (the tiny world) by name, and has kernels compiled once where several processes test."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


def pytest_configure(config: pytest.Config) -> None:
    """Compile before the processes begin that share the tests among them."""
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        from warm import warm

        warm()
