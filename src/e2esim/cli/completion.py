"""Shell completion of overrides: keys, groups, options, scenario names and folders, also after the ``=``.

Answers from files and dataclasses only, so that pressing Tab stays quick.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path

from e2esim.config.places import MAIN, groups, names

# Bash breaks words at `=` and puts a space after each completion; both would stop `scenario=` half way.
BASH = """
COMP_WORDBREAKS=${COMP_WORDBREAKS//=/}
%(complete_func)s() {
    local IFS=$'\\n' i
    COMPREPLY=( $( env COMP_WORDS="${COMP_WORDS[*]}" \\
                   COMP_CWORD=$COMP_CWORD \\
                   %(autocomplete_var)s=complete_bash $1 ) )
    for i in "${!COMPREPLY[@]}"; do
        case "${COMPREPLY[$i]}" in *=|*/) ;; *) COMPREPLY[$i]+=" " ;; esac
    done
    return 0
}

complete -o nospace -o default -F %(complete_func)s %(prog_name)s
"""


def use_own_bash_script() -> None:
    """Let ``--install-completion`` and ``--show-completion`` give bash the script above instead of typer's.

    A typer that keeps its scripts elsewhere falls back to its own: completion then stops at ``=``.
    """
    try:
        from typer import _completion_classes, _completion_shared

        _completion_shared._completion_scripts["bash"] = BASH
        _completion_classes.BashComplete.source_template = BASH
    except (ImportError, AttributeError, KeyError):  # pragma: no cover
        return


def complete_override(incomplete: str) -> list[str]:
    """Return what may follow ``incomplete`` as one override.

    Examples
    --------
    >>> complete_override("promise="), complete_override("market.conv")
    (['promise=atp', 'promise=quoted'], ['market.conversion='])
    """
    key, equals, value = incomplete.partition("=")
    if not equals:
        return [f"{option}=" for option in _keys() if option.startswith(key)]
    return [f"{key}={option}" for option in _values(key, value) if option.startswith(value) and _plain(option)]


def complete_scenario(incomplete: str) -> list[str]:
    """Return scenario names and folders that begin with ``incomplete``."""
    return [option for option in _scenarios(incomplete) if option.startswith(incomplete) and _plain(option)]


def _plain(option: str) -> bool:
    """Whether a shell reads the word as it stands: completion writes it unquoted."""
    return shlex.quote(option) == option


def _keys() -> list[str]:
    from e2esim.config.settings import known_keys

    return ["scenario", "levers", *groups(), *known_keys()]


def _values(key: str, value: str) -> Iterable[str]:
    if key == "scenario":
        return _scenarios(value)
    if key in groups():
        return groups()[key]
    section, _, name = key.partition(".")
    return _literals(section, name)


def _literals(section: str, name: str) -> tuple[str, ...]:
    """true and false for switches; the options of its group for a key that names the option of a section."""
    from typing import get_type_hints

    from e2esim.domain.settings import Settings

    kind = get_type_hints(Settings).get(section)
    if kind is None or get_type_hints(kind).get(name) is not bool:
        return groups().get(section, ()) if name in ("rule", "model", "mode") else ()
    return ("true", "false")


def _scenarios(value: str) -> list[str]:
    """Names, and below a path the folders that are scenarios or may lead to one."""
    if not value.startswith((".", "/", "~")):
        return names()
    base, _, _ = value.rpartition("/")
    folder = Path(base or value[:1]).expanduser() if base or value.startswith(("/", "~")) else Path()
    found: list[str] = []
    prefix = f"{base}/" if "/" in value else ""
    if (folder / MAIN).is_file():
        found += [f"{prefix}{path.stem}" for path in sorted(folder.glob("*.yaml")) if path.name != MAIN]
    for path in sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else ():
        found.append(f"{prefix}{path.name}" if (path / MAIN).is_file() else f"{prefix}{path.name}/")
    return found
