"""A class name means one thing in the whole house."""

from __future__ import annotations

import enum
import importlib
import pkgutil
import re
from collections import defaultdict
from pathlib import Path

import e2esim


def test_no_two_classes_share_a_name() -> None:
    places = defaultdict(list)
    package = Path(e2esim.__file__).parent
    for path in package.rglob("*.py"):
        for name in re.findall(r"^class (\w+)", path.read_text(encoding="utf-8"), flags=re.MULTILINE):
            places[name].append(path.relative_to(package).as_posix())
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_no_two_members_of_an_enum_share_a_value() -> None:
    """Two changes that met had given two events one number: freight and answers of the portal were the same thing."""
    found = {}
    for module in pkgutil.walk_packages(e2esim.__path__, "e2esim."):
        if module.name.startswith("e2esim.domain"):
            for name, value in vars(importlib.import_module(module.name)).items():
                if isinstance(value, enum.EnumMeta):
                    found[name] = [one for one, member in value.__members__.items() if one != member.name]
    assert "Event" in found
    assert {name: shared for name, shared in found.items() if shared} == {}
