"""``e2esim new``: a company of your own, copied from another one or with headers only."""

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
from e2esim.config.yaml_file import plain_value, read_yaml
from e2esim.domain.schema import TABLES

GUIDE = "TABLES.md"
KEPT = ("horizon", "defaults", "network")  # of the settings of the company that is copied; the others are its money and its calibration


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
    items = plan(folder, place, empty=empty)
    if dry_run:
        for item in items:
            typer.echo(f"would write {item.path}")
        return
    for item in items:
        item.path.parent.mkdir(parents=True, exist_ok=True)
        if item.source is None:
            item.path.write_text(item.text, encoding="utf-8")
        else:
            shutil.copyfile(item.source, item.path)
    call = folder if folder.is_absolute() else f"./{folder.as_posix()}"
    tables = sum(item.path.suffix == ".csv" for item in items)
    typer.echo(f"wrote {folder}: {MAIN}, {GUIDE} and {tables} tables in {folder / FOLDER}{' (headers only)' if empty else ''}")
    if empty:
        typer.echo("items.csv and orders.csv (or demand.csv) are enough for a plan, a promise and a run; leave empty or delete what you do not need")
    typer.echo(f"now {'fill' if empty else 'replace'} the tables{'' if empty else ' by yours'} ({GUIDE} explains each column), then: e2esim validate {call}")


def plan(folder: Path, place: Place, *, empty: bool) -> list[Item]:
    """Return the files of the new company."""
    from e2esim.cli.docs import tables_text

    items = [Item(folder / MAIN, text=_bare(place, folder.resolve().name))]
    items.append(Item(folder / GUIDE, text=tables_text()))
    if empty:  # its variants are of the other firm too
        kept = [table for table in TABLES if table.name != "settings"]
        return items + [Item(folder / FOLDER / f"{table.name}.csv", text=",".join(c.name for c in table.columns) + "\n") for table in kept]
    items += [Item(folder / path.name, text=_untitled(path)) for path in sorted(place.folder.glob("*.yaml")) if path.name != MAIN]
    for source in (place.folder, place.folder / FOLDER):
        found = sorted(source.glob("*.csv")) + [path for path in (source / WORKBOOK,) if path.is_file()]
        items += [_copied(path, folder / path.relative_to(place.folder)) for path in found]
    return items


def _copied(source: Path, to: Path) -> Item:
    """A table as it is; the settings of a plan without the title of their firm."""
    if source.name.lower() != "settings.csv":
        return Item(to, source=source)
    try:
        return Item(to, text=re.sub(r"^\W*title\b.*\r?\n?", "", decode(source.read_bytes()), flags=re.MULTILINE))
    except UnreadableText:
        return Item(to, source=source)


def _bare(place: Place, name: str) -> str:
    """scenario.yaml of the new company: its name, the days and the choices of the old one; no title, no money, nothing calibrated."""
    plain = re.fullmatch(r"[A-Za-z][\w-]*", name) and plain_value(name) == name
    lines = [f"name: {name if plain else json.dumps(name, ensure_ascii=False)}"]
    if place.main.is_file():
        read = read_yaml(place.main, place.main.as_posix())
        if read.problems:
            raise InputErrors(read.problems)
        kept = {key: read.values[key] for key in KEPT if key in read.values}
        if kept:
            import yaml

            lines.append(yaml.safe_dump(json.loads(json.dumps(kept, default=str)), sort_keys=False, allow_unicode=True).rstrip())
    return "\n".join(lines) + "\n"


def _untitled(variant: Path) -> str:
    """A variant without its title and the words of its first lines."""
    try:
        text = decode(variant.read_bytes())
    except UnreadableText as error:
        raise InputErrors([Problem(file=str(variant), message=str(error), remedy="save it as UTF-8")]) from None
    return re.sub(r"^(title\s*:.*|#.*)\n", "", text, flags=re.MULTILINE)
