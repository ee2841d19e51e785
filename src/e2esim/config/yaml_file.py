"""YAML with lines: a plain, safe subset (mappings, lists, numbers, text, true/false, dates) and the line of every key.

Differs from PyYAML on purpose: ``on``, ``off``, ``yes``, ``no`` and ``12:30`` stay text, ``1e6`` is a number, a key
written twice is an error, anchors and tags are refused.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from e2esim.config.problems import Problem
from e2esim.config.text import UnreadableText, decode

Path_ = tuple[str, ...]  # a dotted key in parts

_INT = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_SPECIAL = {".inf": math.inf, "+.inf": math.inf, "-.inf": -math.inf, ".nan": math.nan}
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
LARGEST = 600_000  # bytes; some 25,000 keys, of which a second reads 10,000: 200,000 took a minute and a half to refuse
_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "timestamp", "value", "merge")}
_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass
class YamlFile:
    """What a YAML file says: nested mappings, the line of each key, and what is wrong with it."""

    label: str
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[Path_, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read_yaml(path: Path, label: str) -> YamlFile:
    """Read ``path``; problems are collected in the result, whose ``label`` names the file in messages."""
    out = YamlFile(label)
    try:
        if path.stat().st_size > LARGEST:
            message = f"larger than {LARGEST // 1000} kB: no file of settings is"
            out.problems.append(Problem(file=label, message=message, remedy="data belong into tables (CSV or a workbook)"))
            return out
        text = decode(path.read_bytes())
        root = yaml.compose(text, yaml.SafeLoader)
        if root is None:
            return out
        if not isinstance(root, yaml.MappingNode):
            out.problems.append(
                Problem(
                    file=label, message="the file must hold `key: value` lines", remedy="see a shipped scenario.yaml"
                )
            )
            return out
        out.values = _mapping(root, (), out, set())
    except OSError as error:
        out.problems.append(
            Problem(
                file=label,
                message=f"cannot be read ({error.strerror})",
                remedy="check that the file is there and readable",
            )
        )
    except UnreadableText as error:
        out.problems.append(Problem(file=label, message=str(error), remedy="save it as UTF-8"))
    except RecursionError:
        out.problems.append(Problem(file=label, message="nested too deeply", remedy="sections hold plain values"))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "not valid YAML"
        row = None if mark is None else mark.line + 1
        out.problems.append(
            Problem(
                file=label,
                row=row,
                message=f"not valid YAML: {what}",
                remedy="write `key: value`, indented by two spaces a level",
            )
        )
    return out


def _mapping(node: yaml.MappingNode, at: Path_, out: YamlFile, seen: set[int]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            out.problems.append(
                Problem(
                    file=out.label,
                    row=line,
                    column=".".join(at),
                    message="a key must be a plain word",
                    remedy="write `key: value`",
                )
            )
            continue
        path = (*at, str(key_node.value))
        if key_node.value in values:
            out.problems.append(
                Problem(
                    file=out.label,
                    row=line,
                    column=".".join(path),
                    message=f"key written twice, first in line {out.lines[path]}",
                    remedy="keep one",
                )
            )
            continue
        out.lines[path] = line
        values[str(key_node.value)] = _value(value_node, path, out, seen)
    return values


def _value(node: yaml.Node, at: Path_, out: YamlFile, seen: set[int]) -> Any:
    if id(node) in seen:
        out.problems.append(
            Problem(
                file=out.label,
                row=out.lines.get(at),
                column=".".join(at),
                message="anchors (&) and aliases (*) are not read",
                remedy="write the value out",
            )
        )
        return None
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, at, out, seen)
    if isinstance(node, yaml.SequenceNode):
        return [_value(part, at, out, seen) for part in node.value]
    if node.tag not in _TAGS:
        out.problems.append(
            Problem(
                file=out.label,
                row=node.start_mark.line + 1,
                column=".".join(at),
                value=str(node.tag),
                message="tags (!) are not read",
                remedy="write a plain value",
            )
        )
        return None
    style = getattr(node, "style", None)
    return str(node.value) if style in ("'", '"', "|", ">") else plain_value(str(node.value))


def plain_value(text: str) -> Any:
    """Return what an unquoted YAML word means.

    Examples
    --------
    >>> [plain_value(word) for word in ("12", "1e3", "true", "on", "12:30", "2026-01-05", "null")]
    [12, 1000.0, True, 'on', '12:30', datetime.date(2026, 1, 5), None]
    """
    lower = text.lower()
    if lower in _WORDS:
        return _WORDS[lower]
    if _INT.match(text) and len(text) < 40:
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    if lower in _SPECIAL:
        return _SPECIAL[lower]
    if _DATE.match(text):
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            return text
    return text


def leaves(values: dict[str, Any], at: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Yield every (key path, value) below ``values``; an empty mapping is a leaf.

    Examples
    --------
    >>> list(leaves({"seed": 1, "market": {"conversion": 0.3}}))
    [(('seed',), 1), (('market', 'conversion'), 0.3)]
    """
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, (*at, key))
        else:
            yield (*at, key), value
