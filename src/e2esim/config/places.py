"""Where things are: shipped scenarios and option groups, and the scenario or planner's data a name or a path means.

A scenario is a folder with ``scenario.yaml``; every other ``*.yaml`` beside it is a variant. Light on purpose: shell
completion lives on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem, did_you_mean

MAIN = "scenario.yaml"
BOOK = "data.xlsx"
_LONGEST_NAME = 400  # signs of a word that may be a name or a path
PACKAGE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True)
class Place:
    """A scenario that was found: its folder, the variant ('' = none) and the name it is called by."""

    folder: Path
    variant: str
    name: str

    @property
    def main(self) -> Path:
        """The file every scenario has."""
        return self.folder / MAIN

    @property
    def variant_file(self) -> Path | None:
        """The file of the variant, if one was chosen."""
        return self.folder / f"{self.variant}.yaml" if self.variant else None


def shipped(kind: str) -> Path:
    """Return the folder ``kind`` (conf, scenarios, experiments) that came with the program.

    Inside an installed wheel it lies in the package; in a checkout, beside ``src``.
    """
    inside = PACKAGE / "_shipped" / kind
    return inside if inside.is_dir() else PACKAGE.parent.parent / kind


def groups() -> dict[str, tuple[str, ...]]:
    """Return the option groups of ``conf/`` and their options, sorted.

    Examples
    --------
    >>> groups()["promise"]
    ('atp', 'quoted')
    """
    root = shipped("conf")
    return {
        folder.name: tuple(sorted(path.stem for path in folder.glob("*.yaml")))
        for folder in sorted(root.iterdir())
        if folder.is_dir() and any(folder.glob("*.yaml"))
    }


def roots() -> tuple[Path, ...]:
    """Return the folders in which scenario names are looked up, first wins."""
    beside, own = Path.cwd() / "scenarios", shipped("scenarios")
    return (own,) if beside.resolve() == own.resolve() else (beside, own)


def variants(folder: Path) -> tuple[str, ...]:
    """Return the names of the variants that lie in ``folder``, sorted."""
    return tuple(sorted(path.stem for path in folder.glob("*.yaml") if path.name != MAIN))


def scenarios() -> dict[str, Path]:
    """Return every scenario that can be called by name, name -> folder; your own hide shipped ones of the same name. Those of a folder of
    scenarios are called FOLDER/NAME.
    """
    found: dict[str, Path] = {}
    for root in roots():
        if root.is_dir():
            for path in sorted(root.iterdir()):
                if path.name.startswith(("_", ".")) or not path.is_dir():
                    continue
                if is_company(path):
                    found.setdefault(path.name, path)
                    continue
                for inner in sorted(path.iterdir()):
                    if is_company(inner):
                        found.setdefault(f"{path.name}/{inner.name}", inner)
    return dict(sorted(found.items()))


def is_company(folder: Path) -> bool:
    """Whether a folder holds a company: a scenario.yaml, or tables at its top or below data/."""
    if not folder.is_dir():
        return False
    return (folder / MAIN).is_file() or (folder / BOOK).is_file() or any(any(place.glob("*.csv")) for place in (folder, folder / "data"))


def has_market(place: Path) -> bool:
    """Whether a company simulates markets: its tables channels and markets have rows."""
    folders = [folder for folder in (place, place / "data") if folder.is_dir()]
    if place.is_file() or any((folder / BOOK).is_file() for folder in folders):
        from e2esim.config.workbook import sheet_names

        book = place if place.is_file() else next(folder / BOOK for folder in folders if (folder / BOOK).is_file())
        return {"channels", "markets"} <= set(sheet_names(book))
    return any(all(_has_rows(folder / f"{name}.csv") for name in ("channels", "markets")) for folder in folders)


def refills_by_rules(place: Path) -> bool:
    """Whether a company refills stock points by rules: it has a table replenishment, or demand without orders, and no market."""
    names = table_names(place)
    if {"channels", "markets"} & names:
        return False
    return "replenishment" in names or ("demand" in names and "orders" not in names)


def table_names(place: Path) -> set[str]:
    """Names of the tables of a folder or workbook: its CSV files that have rows, or its sheets."""
    folders = [folder for folder in (place, place / "data") if folder.is_dir()]
    book = place if place.is_file() else next((folder / BOOK for folder in folders if (folder / BOOK).is_file()), None)
    if book is not None:
        from e2esim.config.workbook import sheet_names

        return {name.strip().lower() for name in sheet_names(book)}
    return {path.stem.strip().lower() for folder in folders for path in folder.glob("*.csv") if _has_rows(path)}


def _has_rows(path: Path) -> bool:
    """Whether a file goes on after its header."""
    if not path.is_file():
        return False
    with path.open("rb") as lines:
        return sum(1 for line, _ in zip(lines, range(50), strict=False) if line.strip()) > 1


def names() -> list[str]:
    """Return every name that ``scenario=`` takes: scenarios and scenario/variant."""
    out: list[str] = []
    for name, folder in scenarios().items():
        out.append(name)
        out += [f"{name}/{variant}" for variant in variants(folder)]
    return out


def names_company(word: str) -> bool:
    """Whether a word names a company: a shipped one, with a variant or not, a folder, or a workbook.

    >>> names_company("mattress_maker/as_is"), names_company("market.demand_factor"), names_company("")
    (True, False, False)
    """
    if not word.strip() or len(word) > _LONGEST_NAME or "\0" in word:
        return False
    path = Path(word)
    return word in names() or path.is_dir() or (path.is_file() and path.suffix.lower() in (".xlsx", ".yaml", ".yml"))


def find(wanted: str) -> Place:
    """Return the scenario that ``wanted`` means: NAME, NAME/VARIANT, a folder, a folder/VARIANT or a YAML file.

    Raises
    ------
    InputErrors
        If there is no such scenario or variant.
    """
    text = wanted.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1]
    text = text.rstrip("/\\") or text[:1]
    if not text:
        raise _unknown(wanted, "scenario= needs a name or a folder", did_you_mean("", names()))
    try:
        path = Path(text).expanduser()
        explicit = text.startswith((".", "~")) or path.is_absolute()
        place = _at(path) or (None if explicit else _by_name(text))
        error = _not_found(text, path, explicit) if place is None else None
    except (OSError, ValueError, RuntimeError):  # too long, a zero byte, nobody's home
        place, error = None, _unknown(text[:200], "there is no such folder", "check the path")
    if place is None:
        raise error or _unknown(text, "there is no such scenario", "")
    return place


def find_data(data: Path) -> Path:
    """Return the folder or workbook of tables that ``data`` means: a path, a shipped name, NAME/VARIANT, each also as scenario=...

    Raises
    ------
    InputErrors
        If there is none.
    """
    text = str(data).strip().removeprefix("scenario=").strip("'\"")
    wanted = Path(text).expanduser()
    for place in (wanted, *(root / text for root in roots())) if text else ():
        if place.is_dir() or place.suffix.lower() == ".xlsx":
            if place.exists():
                return place
        elif (found := _at(place)) is not None:
            return found.folder
        elif place.is_file():
            return place
    message, remedy = "there is no such folder or workbook", f"name the folder that holds orders.csv, items.csv ..., or one of: {', '.join(scenarios())}"
    raise InputErrors([Problem(file=COMMAND_LINE, column="DATA", value=text, message=message, remedy=remedy)])


def data_place(company: str) -> Path | None:
    """Return the folder or workbook of tables that a name or path means, None where there is none.

    >>> data_place("no such company") is None
    True
    """
    try:
        return find_data(Path(company.strip().strip("'\"")).expanduser())
    except (InputErrors, OSError, ValueError, RuntimeError):
        return None


def network_place(wanted: str) -> Place | None:
    """Place of the network company that ``wanted`` means (a name, a folder, NAME/VARIANT); None if it is something else, or not there."""
    place: Place | None
    try:
        place = find(wanted)
    except InputErrors:
        place = next((Place(folder=path.resolve(), variant="", name=path.name) for path in _folders(wanted) if path.is_dir()), None)
    return place if place is not None and refills_by_rules(place.folder) else None


def _folders(wanted: str) -> list[Path]:
    name = wanted.strip().strip("'\"")
    try:
        return [Path(name).expanduser(), *(root / name for root in roots())]
    except RuntimeError:  # nobody's home
        return []


def _at(path: Path) -> Place | None:
    """Return the company at a path: the folder itself, a variant in it, or one of its YAML files."""
    if (path / MAIN).is_file():
        folder, variant = path, ""
    elif (path.parent / MAIN).is_file():
        stem = path.stem if path.suffix in (".yaml", ".yml") else path.name
        if path.name != MAIN and not (path.parent / f"{stem}.yaml").is_file():
            return None
        folder, variant = path.parent, "" if stem == "scenario" else stem
    elif is_company(path):
        folder, variant = path, ""
    else:
        return None
    folder = folder.resolve()
    return Place(folder=folder, variant=variant, name=f"{folder.name}/{variant}" if variant else folder.name)


def _by_name(text: str) -> Place | None:
    for root in roots():
        place = _at(root / text)
        if place is not None and place.folder != root.resolve():
            return place
    return _by_variant(text)


def _by_variant(text: str) -> Place | None:
    """The scenario of which alone a variant is called ``text``: disruption_port means mattress_maker/disruption_port."""
    owners = [folder for folder in scenarios().values() if text in variants(folder)]
    return _at(owners[0] / text) if len(owners) == 1 else None


def _unknown(value: str, message: str, remedy: str) -> InputErrors:
    return InputErrors([Problem(file=COMMAND_LINE, column="scenario", value=value, message=message, remedy=remedy)])


def _not_found(text: str, path: Path, explicit: bool) -> InputErrors:
    parents = [path.parent] if explicit else [path.parent, *(root / Path(text).parent for root in roots())]
    for parent in parents:
        if path.name != text and (parent / MAIN).is_file():
            return _unknown(
                text,
                f"scenario '{parent.name}' has no variant '{path.name}'",
                did_you_mean(path.name, variants(parent)),
            )
    if path.is_dir():
        return _unknown(text, f"this folder holds no {MAIN}", "add one, or start from `e2esim new DIR --from SCENARIO`")
    if explicit:
        return _unknown(text, "there is no such folder", "check the path")
    return _unknown(text, "there is no such scenario", did_you_mean(text, names(), "those that can be called by name"))
