"""Layers of settings, lowest first: option groups, scenario.yaml, its variant, the command line.

The rule of the groups: the options of a group all state the same keys (the keys that the group *decides*). A layer that
chooses another option than the layers below it takes all decided keys from that option's file, so values that lower
layers gave to the old choice do not leak into the new one; keys that the group does not decide (facts such as the
number of agents) stay. A choice that changes nothing resets nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from e2esim.config.places import groups, names_company, shipped
from e2esim.config.problems import COMMAND_LINE, Problem, did_you_mean
from e2esim.config.yaml_file import Path_, YamlFile, leaves, read_yaml
from e2esim.domain.levers import names_of

_PLAIN_KEY = re.compile(r"[a-z]\w*(\.[a-z]\w*)*")
_PLAIN: tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...] = (  # values that need no parser: numbers, true and false, words of several parts
    (re.compile(r"-?(0|[1-9]\d*)"), int),
    (re.compile(r"-?(0|[1-9]\d*)\.\d+"), float),
    (re.compile(r"true|false"), lambda word: word == "true"),
    (re.compile(r"[a-z]+(_[a-z]+)+"), str),
)


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Who said a value."""

    file: str
    line: int | None = None


@dataclass
class Layer:
    """One source of settings: its choices of options, its values by key path, and where each was said."""

    file: str
    choices: dict[str, str] = field(default_factory=dict)
    values: dict[Path_, Any] = field(default_factory=dict)
    lines: Mapping[Path_, int] = field(default_factory=dict)
    levers: tuple[str, ...] | None = None  # pulled; None = it names none
    base: str = ""  # variant that a variant stands on


@dataclass
class Merged:
    """All layers laid over each other: values by key path, and the origin of those a user gave."""

    values: dict[Path_, Any]
    origins: dict[Path_, Origin]


def file_layer(read: YamlFile, problems: list[Problem]) -> Layer:
    """Split a scenario or variant file into choices (``defaults``) and values; report and leave out wrong choices."""
    values = dict(read.values)
    chosen, levers, base = values.pop("defaults", None), values.pop("levers", None), values.pop("base", None)
    layer = Layer(
        read.label,
        levers=_levers(levers, Problem(file=read.label, row=read.lines.get(("levers",)), column="levers", message=""), problems),
        base="" if base is None else str(base),
        values={_parts(path): value for path, value in leaves(values)},
        lines={_parts(path): line for path, line in read.lines.items()},
    )
    if chosen is None:
        return layer
    if not isinstance(chosen, dict):
        line = read.lines.get(("defaults",))
        remedy = "write it as a mapping, one `group: option` a line, e.g. `planning: silo`"
        problems.append(
            Problem(file=read.label, row=line, column="defaults", message="must name groups and options", remedy=remedy)
        )
        return layer
    for group, option in chosen.items():
        problem = _wrong_choice(
            group,
            option,
            Problem(file=read.label, row=read.lines.get(("defaults", group)), column=f"defaults.{group}", message=""),
        )
        if problem is None:
            layer.choices[group] = str(option)
        else:
            problems.append(problem)
    return layer


def _levers(said: Any, blank: Problem, problems: list[Problem]) -> tuple[str, ...] | None:
    """Names of levers as a file or the command line writes them: a list, or ONE+OTHER; none = no lever."""
    if said is None:
        return None
    if isinstance(said, (list, str)) and all(isinstance(name, str) for name in said):
        return names_of("+".join(said) if isinstance(said, list) else said.strip("'\""))
    problems.append(replace(blank, message="must name levers", remedy="write a list, e.g. levers: [one_plan, crm]"))
    return None


def _parts(path: Path_) -> Path_:
    """Split dotted keys: `market.conversion: 0.3` in a file means the same as the nested form."""
    return tuple(".".join(path).split("."))


def command_layer(overrides: Sequence[str], problems: list[Problem]) -> tuple[Layer, str | None]:
    """Read the command line: choices, values and the wanted scenario (None = not named).

    Overrides are written ``key=value`` in Hydra's grammar; the last of equal keys wins. A word without ``=`` that names a company is
    the scenario.
    """
    layer, scenario = Layer(COMMAND_LINE), None
    known = groups()
    for override in overrides:
        key, equals, raw = override.partition("=")
        key = key.strip().lstrip("+")
        if not equals and scenario is None and names_company(override):
            scenario = override
        elif not equals or not key:
            problems.append(
                Problem(
                    file=COMMAND_LINE,
                    value=override,
                    message="not of the form key=value",
                    remedy=_form_remedy(override),
                )
            )
        elif key == "scenario":
            scenario = raw
        elif key == "levers":
            layer.levers = _levers(raw, Problem(file=COMMAND_LINE, column="levers", message=""), problems)
        elif key in known:
            problem = _wrong_choice(key, raw.strip().strip("'\""), Problem(file=COMMAND_LINE, column=key, message=""))
            if problem is None:
                layer.choices[key] = raw.strip().strip("'\"")
            else:
                problems.append(problem)
        else:
            _command_value(layer, key, raw, problems)
    return layer, scenario


def _form_remedy(word: str) -> str:
    from e2esim.config.places import names

    return (
        f"did you mean scenario={word}?"
        if word.split("/")[0] in names()
        else "e.g. scenario=mattress_maker market.demand_factor=1.4"
    )


def _wrong_choice(group: str, option: Any, blank: Problem) -> Problem | None:
    """Return what is wrong with choosing ``option`` of ``group``; None if nothing."""
    known = groups()
    place: dict[str, Any] = {"file": blank.file, "row": blank.row, "column": blank.column}
    if group not in known:
        return Problem(
            **place, value=group, message="there is no such group of options", remedy=did_you_mean(group, list(known))
        )
    if str(option) not in known[group]:
        text = "" if option is None else str(option)
        remedy = did_you_mean(text, list(known[group]))
        if "{" in text or not text:
            remedy = f"one of: {', '.join(known[group])}; a single value is set as {group}.KEY=VALUE"
        return Problem(**place, value=text, message=f"{group} has no such option", remedy=remedy)
    return None


def _command_value(layer: Layer, key: str, raw: str, problems: list[Problem]) -> None:
    """Parse ``key=raw`` with Hydra's grammar into ``layer``; the plainest values without it, since it takes a third of a second to import."""
    if _PLAIN_KEY.fullmatch(key):
        for form, read in _PLAIN:
            if form.fullmatch(raw):
                layer.values[tuple(key.split("."))] = read(raw)
                return
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    def wrong(message: str, remedy: str) -> None:
        problems.append(Problem(file=COMMAND_LINE, column=key, value=raw, message=message, remedy=remedy))

    if key.startswith("~"):
        wrong("a key cannot be deleted", "set it to another value")
        return
    path = tuple(key.split("."))
    try:
        override = OverridesParser.create().parse_override(f"{key}={raw}")
        if override.is_sweep_override():
            wrong("several values", "a run takes one value for each key")
            return
        value = override.value()
    except (HydraException, RecursionError, ValueError, OverflowError):
        wrong("cannot be read as key=value", "quote values with special characters, e.g. 'title=\"a, b\"'")
        return
    for part, leaf in leaves({key: value}) if isinstance(value, dict) else [((key,), value)]:
        layer.values[(*path, *part[1:])] = leaf if not isinstance(leaf, str) else str(leaf)


def default_choices() -> dict[str, str]:
    """Return the option of each group that a run starts from (``conf/config.yaml``).

    Examples
    --------
    >>> default_choices()["planning"]
    'end_to_end'
    """
    chosen = read_yaml(shipped("conf") / "config.yaml", "conf/config.yaml").values["defaults"]
    return {group: str(option) for entry in chosen if isinstance(entry, dict) for group, option in entry.items()}


def compose(choices: Mapping[str, str]) -> dict[Path_, Any]:
    """Lay the chosen options of ``conf/`` side by side, as Hydra composes them; return the values by key path.

    Examples
    --------
    >>> compose({"promise": "quoted"})["promise", "rule"]
    'quoted'
    """
    return dict(_composed(tuple((default_choices() | dict(choices)).items())))


@lru_cache(maxsize=64)
def _composed(choices: tuple[tuple[str, str], ...]) -> dict[Path_, Any]:
    files = ((group, read_yaml(shipped("conf") / group / f"{option}.yaml", f"conf/{group}/{option}.yaml")) for group, option in choices)
    return {(group, *path): value for group, read in files for path, value in leaves(read.values)}


def merge(layers: Sequence[Layer]) -> Merged:
    """Lay ``layers`` over the composed option groups, lowest first, by the rule of the groups (module docstring)."""
    current = default_choices()
    final = dict(current)
    for layer in layers:
        final.update(layer.choices)
    values = compose(final)
    decided = set(values)
    given: dict[Path_, tuple[Any, Origin]] = {}
    for layer in layers:
        for group, option in layer.choices.items():
            if option != current[group]:
                current[group] = option
                for path in [path for path in given if path in decided and path[0] == group]:
                    del given[path]
        for path, value in layer.values.items():
            given[path] = (value, Origin(file=layer.file, line=layer.lines.get(path)))
    for path, (value, _) in given.items():
        values[path] = value
    return Merged(values, {path: origin for path, (_, origin) in given.items()})
