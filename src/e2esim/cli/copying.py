"""``e2esim new``: a scenario folder of your own, copied from another one or with headers only."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import typer

from e2esim.config.places import MAIN, Place, find
from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem
from e2esim.config.sheets import FOLDER, WORKBOOK
from e2esim.config.text import UnreadableText, decode
from e2esim.config.yaml_file import plain_value
from e2esim.domain.schema import TABLES

GUIDE = "TABLES.md"


@dataclass(frozen=True)
class Item:
    """One file to write: copied from ``source``, or holding ``text``."""

    path: Path
    source: Path | None = None
    text: str = ""


def new_scenario(folder: Path, source: str, *, empty: bool, dry_run: bool) -> None:
    """Make ``folder`` a scenario after ``source`` and say what was written.

    Raises
    ------
    InputErrors
        If there is no such source or the folder is not empty.
    """
    place = find(source)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        message, remedy = "the folder is there already and not empty", "name a new folder"
        raise InputErrors([Problem(file=COMMAND_LINE, column="DIR", value=str(folder), message=message, remedy=remedy)])
    for item in plan(folder, place, empty=empty):
        typer.echo(f"{'would write' if dry_run else 'wrote'} {item.path}")
        if dry_run:
            continue
        item.path.parent.mkdir(parents=True, exist_ok=True)
        if item.source is None:
            item.path.write_text(item.text, encoding="utf-8")
        else:
            shutil.copyfile(item.source, item.path)
    if not dry_run:
        call = folder if folder.is_absolute() else f"./{folder.as_posix()}"
        typer.echo(
            f"now replace the tables by yours ({GUIDE} explains each column), then: e2esim validate scenario={call}"
        )


def plan(folder: Path, place: Place, *, empty: bool) -> list[Item]:
    """Return the files of the new scenario."""
    from e2esim.cli.docs import tables_text

    items = [Item(folder / MAIN, text=_renamed(place.main, folder.resolve().name))]
    items += [
        Item(folder / path.name, source=path) for path in sorted(place.folder.glob("*.yaml")) if path.name != MAIN
    ]
    items.append(Item(folder / GUIDE, text=tables_text()))
    data = place.folder / FOLDER
    if empty:
        items += [
            Item(folder / FOLDER / f"{table.name}.csv", text=",".join(c.name for c in table.columns) + "\n")
            for table in TABLES
        ]
    elif (place.folder / WORKBOOK).is_file():
        items.append(Item(folder / WORKBOOK, source=place.folder / WORKBOOK))
    else:
        items += [Item(folder / FOLDER / path.name, source=path) for path in sorted(data.glob("*.csv"))]
    return items


def _renamed(main: Path, name: str) -> str:
    """Return the text of scenario.yaml under its new name."""
    try:
        text = decode(main.read_bytes())
    except UnreadableText as error:
        raise InputErrors([Problem(file=str(main), message=str(error), remedy="save it as UTF-8")]) from None
    plain = re.fullmatch(r"[A-Za-z][\w-]*", name) and plain_value(name) == name
    line = f"name: {name if plain else json.dumps(name, ensure_ascii=False)}"
    changed, count = re.subn(r"^name\s*:.*$", lambda _: line, text, count=1, flags=re.MULTILINE)
    return changed if count else f"{line}\n{text}"
