"""A class name means one thing in the whole house."""

from __future__ import annotations

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
