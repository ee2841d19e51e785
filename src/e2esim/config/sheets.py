"""Files to raw tables: CSV of any usual encoding and separator, or one Excel workbook; every cell is text.

Nothing is converted here, so nothing is lost: ``000123`` and ``n/a`` stay. Rows keep the number a spreadsheet shows.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from e2esim.config.grids import ROW, Grid, grid_of, plain_grid, without_title
from e2esim.config.problems import UNKNOWN_COLUMN, UNKNOWN_TABLE, Problem, did_you_mean
from e2esim.config.small_tables import MOST_ROWS, Kept
from e2esim.config.text import UnreadableText, decode
from e2esim.config.usual_headers import read_as, usual_headers, without_unit
from e2esim.config.workbook import UnreadableWorkbook, read_sheets
from e2esim.domain.schema import TABLE, Table

FOLDER = "data"
WORKBOOK = "data.xlsx"


ALIASES = {"suppliers": ("supply", {"item"}), "segments": ("order_classes", {"strategy", "by"})}  # older layout: (table, headers that tell it)
_SEPARATORS = (",", ";", "\t", "|")
_OTHER_TEXT = (".tsv", ".txt", ".tab", ".dat")  # endings of text files with tables
TITLE_ROWS = 10  # above a header in which it is looked for
_UNIT_WORDS = {
    "d": "days", "day": "days", "days": "days", "tage": "days", "tg": "days", "giorni": "days", "gg": "days", "h": "h", "hours": "h", "std": "h", "ore": "h",
    "eur": "eur", "€": "eur", "kg": "kg", "m3": "m3", "km": "km", "pcs": "pcs", "weeks": "weeks",
}  # how headers write the units of the format
NUMBER_CELL = "e0"  # end of a number of a workbook
OTHER = "?"  # first sign of the names of columns that the format does not know


@dataclass
class RawTable:
    """One table as text: ``frame`` holds ``row`` (the number of each row in the file), the known columns by name and
    the unknown ones, whose names begin with ``?``.
    """

    name: str
    label: str
    frame: pl.DataFrame
    problems: list[Problem] = field(default_factory=list)
    partial: bool = False  # True if rows were left out, so that what is missing proves nothing
    header_row: int = 1


Raws = dict[str, RawTable]


def read_folder(place: Path, label: str) -> tuple[Raws, list[Problem]]:
    """Read every table of a company: a workbook, or a folder with ``data.xlsx`` or CSV files at its top or below ``data``.

    ``label`` is how messages call the place. Returns the tables that could be read (missing ones are not in it) and
    what was wrong with the files as such.
    """
    if place.is_file():
        return read_workbook(place, label)
    folders = [path for path in (place, place / FOLDER) if path.is_dir()]
    found = [path / WORKBOOK for path in folders if (path / WORKBOOK).is_file()]
    found += [path for path in folders if any(_tables(path))]
    if len(found) > 1:
        names = " and ".join(_join("", path, place) for path in found)
        remedy = "keep one: CSV files at the top, CSV files below data/, or the workbook"
        return {}, [Problem(file=label or ".", message=f"tables lie in {names}", remedy=remedy)]
    if not found:
        remedy = f"put items.csv, orders.csv ... there or below {FOLDER}/, or the same sheets into {WORKBOOK} (docs/data.md)"
        return {}, [Problem(file=label or ".", message="the folder has no tables", remedy=remedy)]
    reader = read_workbook if found[0].is_file() else read_csvs
    return reader(found[0], _join(label, found[0], place))


def _join(label: str, path: Path, place: Path) -> str:
    """How messages call ``path`` below ``place``."""
    below = path.relative_to(place).as_posix()
    if path.is_dir() and not label:
        return "*.csv" if below == "." else f"{below}/*.csv"
    return label if below == "." else f"{label}/{below}" if label else below


def table_place(place: Path, label: str, name: str) -> str:
    """Return how messages call a table that is not there."""
    if place.is_file():
        return f"{label}:{name}"
    for folder in (place, place / FOLDER):
        if (folder / WORKBOOK).is_file():
            return f"{_join(label or '.', folder / WORKBOOK, place)}:{name}"
        if folder.is_dir() and any(_tables(folder)):
            return f"{_join(label or '.', folder, place)}/{name}.csv".removeprefix("./")
    return f"{label}/{name}.csv" if label else f"{name}.csv"


def _tables(folder: Path) -> Iterator[Path]:
    """CSV files that are not left alone."""
    return (path for path in sorted(folder.iterdir()) if path.suffix.lower() == ".csv" and not path.name.startswith(("_", ".", "~")))


def read_csvs(data: Path, label: str, known: Mapping[str, Table] = TABLE) -> tuple[Raws, list[Problem]]:
    """Read every CSV file of the folder ``data`` whose name is that of a ``known`` table."""
    found: Raws = {}
    problems: list[Problem] = []
    for path in _tables(data):
        name = path.stem.strip().lower()
        if name not in known:
            problems.append(_unknown_table(f"{label}/{path.name}", path.stem, known))
            continue
        _put(found, read_csv(path, name, f"{label}/{path.name}", known), problems)
    for path in sorted(data.iterdir()):
        if path.suffix.lower() in _OTHER_TEXT and path.stem.strip().lower() in set(known) - set(found):
            remedy = f"call it {path.stem}.csv, whatever separates its columns"
            problems.append(Problem(file=f"{label}/{path.name}", message="a table that is not read, for its name", remedy=remedy))
    return found, problems


def _put(found: Raws, raw: RawTable, problems: list[Problem]) -> None:
    if raw.name in found:
        remedy = f"{found[raw.name].label} holds it as well: keep one"
        problems.append(Problem(file=raw.label, message=f"a second table {raw.name}", remedy=remedy))
    found.setdefault(raw.name, raw)


def _unknown_table(label: str, name: str, known: Mapping[str, Table]) -> Problem:
    remedy = f"{did_you_mean(name, list(known))} (a name that begins with _ is left alone)"
    return Problem(file=label, message=UNKNOWN_TABLE, remedy=remedy)


def read_workbook(path: Path, label: str, known: Mapping[str, Table] = TABLE) -> tuple[Raws, list[Problem]]:
    """Read every sheet of a workbook whose name is that of a ``known`` table."""
    found: Raws = {}
    problems: list[Problem] = []
    try:
        for sheet in read_sheets(path):
            place, name = f"{label}:{sheet.name}", sheet.name.strip().lower()
            if name not in known:
                problems.append(_unknown_table(place, sheet.name, known))
                continue
            raw = _table(name, place, sheet.grid, known)
            raw.frame = _told_numbers(raw.frame, known[raw.name], sheet.texts)
            remedy = "mend the formula or type the value"
            raw.problems += [
                Problem(file=place, row=row, message=f"cell {cell} holds a formula error", remedy=remedy)
                for cell, row in sheet.errors
            ]
            raw.problems += [
                Problem(file=place, row=row, message=f"cell {cell} holds a formula without a value", remedy="open the workbook, let it calculate, and save it")
                for cell, row in sheet.unworked
            ]
            _put(found, raw, problems)
    except UnreadableWorkbook as error:
        problems.append(Problem(file=label, message=str(error), remedy="save it again as .xlsx"))
    return found, problems


def _told_numbers(frame: pl.DataFrame, table: Table, texts: frozenset[str]) -> pl.DataFrame:
    """Numbers of a workbook are numbers, whatever country its ``texts`` come from: 1.234 is no thousand, and 0.5 tells nothing of a text 1.000.

    They are marked so that nobody asks.
    """
    names = [column.name for column in table.columns if column.kind in ("float", "share", "int") and column.name in frame.columns]
    marked = {name: pl.col(name).str.replace(r"^([+-]?\d+\.\d+)$", f"${{1}}{NUMBER_CELL}") for name in names}
    return frame.with_columns(pl.when(pl.col(name).is_in(list(texts))).then(pl.col(name)).otherwise(cell).alias(name) for name, cell in marked.items())


def read_csv(path: Path, name: str, label: str, known: Mapping[str, Table] = TABLE) -> RawTable:
    """Read one CSV file as the text of table ``name``; problems of the file are in the result."""
    try:
        data = path.read_bytes()
    except OSError as error:
        return _unreadable(name, label, f"cannot be read ({error.strerror})", "check the file")
    if known is not TABLE:
        return _of_bytes(data, name, label, known)
    raw = _READ.of((name, data), None, lambda: _of_bytes(data, name, label, known), small_and_plain)
    return replace(raw, label=label, problems=list(raw.problems))


_READ = Kept[RawTable]()


def small_and_plain(raw: RawTable) -> bool:
    """Whether a table is small and nothing is to be said of it, so that another file of the same text would be the same table."""
    return raw.frame.height <= MOST_ROWS and not raw.problems


def _of_bytes(data: bytes, name: str, label: str, known: Mapping[str, Table]) -> RawTable:
    try:
        text = decode(data)
    except UnreadableText as error:
        return _unreadable(name, label, str(error), "save it as CSV UTF-8")
    text = _unframed(text)
    separator, skipped = _separator(text, name, known)
    told = []
    if skipped and not text.lstrip().lower().startswith("sep="):
        told.append(above_header(label, 1, skipped))
    grid = plain_grid(text, separator, skipped)
    if grid is None:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        try:
            grid = grid_of(list(reader)[skipped:], 1 + skipped)
        except csv.Error as error:
            remedy = 'look for a quote (") that is not closed or not doubled'
            return _unreadable(name, label, f"not readable as CSV near line {reader.line_num} ({error})", remedy)
    raw = _table(name, label, grid, known)
    raw.problems += told
    return raw


def _unreadable(name: str, label: str, message: str, remedy: str) -> RawTable:
    return RawTable(name, label, pl.DataFrame(), [Problem(file=label, message=message, remedy=remedy)])


def _unframed(text: str) -> str:
    """A list printed with a frame of strokes as its cells between strokes; lines of the frame are left empty, so that rows keep their numbers.

    >>> _unframed("-----------\\n|item |qty|\\n|-----|---|\\n|A    |  3|\\n-----------\\n")
    '\\nitem |qty\\n\\nA    |  3\\n\\n'
    """
    if text.lstrip()[:1] not in tuple("|-=+"):  # no frame
        return text
    lines = text.splitlines()
    framed = [line.strip() for line in lines if line.strip() and not re.fullmatch(r"[-=+|\s]+", line)]
    if not framed or not all(line.startswith("|") and line.endswith("|") and len(line) > 1 for line in framed):
        return text
    return "".join((line.strip()[1:-1] if "|" in line and not re.fullmatch(r"[-=+|\s]+", line) else "") + "\n" for line in lines)


def _separator(text: str, name: str, known: Mapping[str, Table]) -> tuple[str, int]:
    """Return the separator whose header names most known columns, and the lines before the header (``sep=;``)."""
    lines = text.split("\n", 2)
    first = lines[0].strip()
    if first.lower().startswith("sep=") and len(first) == 5:
        return first[4], 1
    headers = set(_headers(known[name])) | set(usual_headers(known[name]))
    if _other_name(name, known):
        headers |= set(_headers(known[ALIASES[name][0]]))

    def score(separator: str, line: str) -> tuple[int, int]:
        names = [bare_header(_plain(header.strip().strip('"'))) for header in line.split(separator)]
        return len(headers.intersection(names)), len(names)

    best = max(_SEPARATORS, key=lambda separator: score(separator, first))
    if score(best, first)[0] == 0:  # a title, perhaps, and the header below it
        for skipped, line in enumerate(text.split("\n", TITLE_ROWS + 1)[1 : TITLE_ROWS + 1], start=1):
            below = max(_SEPARATORS, key=lambda separator, line=line: score(separator, line))  # type: ignore[misc]
            if score(below, line)[0] >= 2:
                return below, skipped
    return best, 0


def above_header(label: str, first: int, rows: int) -> Problem:
    """Say that ``rows`` rows above the header were left out."""
    message = f"{rows} rows above the header: left out" if rows > 1 else "a row above the header: left out"
    return Problem(file=label, row=first, message=message, remedy="let the first row name the columns", warning=True)


def bare_header(header: str) -> str:
    """A header without the unit that stands behind it in brackets.

    >>> bare_header("qty_[pcs]"), bare_header("due_(yyyy_mm_dd)"), bare_header("qty")
    ('qty', 'due', 'qty')
    """
    return re.sub(r"_*[\[(][^\])]*[\])]$", "", header)


def _plain(header: str) -> str:
    """A header as the format writes it: ``Lead Time Days`` is lead_time_days."""
    return re.sub(r"[\s-]+", "_", header.strip().lower())


def _headers(table: Table) -> dict[str, str]:
    """Every header that a column may have, and the column's name."""
    return {alias: column.name for column in table.columns for alias in column.aliases} | {column.name: column.name for column in table.columns}


def _other_name(name: str, known: Mapping[str, Table]) -> bool:
    return name in ALIASES and ALIASES[name][0] in known


def _table(name: str, label: str, grid: Grid, known_tables: Mapping[str, Table]) -> RawTable:
    """Name the columns of ``grid`` and report what is wrong with header and rows."""
    if _other_name(name, known_tables) and ALIASES[name][1] & {_plain(header) for header in grid.names}:
        name = ALIASES[name][0]
    table = known_tables[name]
    headers = set(_headers(table)) | set(usual_headers(table))
    grid, above = without_title(grid, lambda row: len(headers.intersection(bare_header(_plain(header)) for header in row)), TITLE_ROWS)
    out = RawTable(name, label, pl.DataFrame(), header_row=grid.header_row)
    if above:
        out.problems.append(above_header(label, grid.header_row - above, above))
    if not grid.names:
        remedy = f"its first row names the columns: {', '.join(column.name for column in table.columns)}"
        out.problems.append(Problem(file=label, message="the table is empty", remedy=remedy))
        return out
    grid, nameless = _without_nameless(grid, label)
    out.problems += nameless
    names = _named(table, grid.names)
    out.problems += _header_problems(table, label, grid.header_row, grid.names, names)
    out.partial = bool(grid.ragged)
    for number in grid.ragged:
        message = f"the row has another number of cells than the header ({len(grid.names)})"
        out.problems.append(
            Problem(
                file=label,
                row=number,
                message=message,
                remedy="quote cells that hold the separator; give every row all cells",
            )
        )
    known = [(k, own) for k, own in enumerate(names) if own and own not in names[:k]]
    others = [(k, f"{OTHER}{k}") for k, own in enumerate(names) if not own]
    if grid.body.is_empty() and not grid.body.columns:
        out.frame = pl.DataFrame({ROW: pl.Series([], dtype=pl.Int64), **{own: pl.Series([], dtype=pl.String) for _, own in known}})
        return out
    out.frame = grid.body.select(pl.col(ROW), *(pl.col(str(k)).str.strip_chars().alias(own) for k, own in [*known, *others]))
    return out


def _named(table: Table, headers: list[str]) -> list[str]:
    """The column of each header, '' where the format knows none; an alias gives way to the column's own name."""
    known = _headers(table)
    plain = [_plain(header) for header in headers]
    found = [header if header in known else one if one in known else _with_unit(table, known, one) for header, one in zip(headers, plain, strict=True)]
    return read_as(table, headers, ["" if own in known and known[own] != own and known[own] in found else known.get(own, "") for own in found])


def _unlike(table: Table, header: str) -> bool:
    """Whether a header is no name of a column as the format writes it, case and unit apart."""
    plain = _plain(header)
    return not {plain, bare_header(plain)} & set(_headers(table))


def _with_unit(table: Table, known: dict[str, str], plain: str) -> str:
    """The name of a column behind whose name its own unit stands in brackets; '' where it is another unit, which must be told."""
    bare = bare_header(plain)
    if bare == plain or bare not in known:
        return ""
    column = next(column for column in table.columns if column.name == known[bare])
    unit = plain[len(bare) :].strip("_[]() ")
    if column.kind in ("date", "month"):
        return bare if re.fullmatch(r"[ymdjtgak./_]*", unit) else ""
    if column.kind in ("id", "text", "choice", "time"):
        return bare if not re.search(r"\d", unit) else ""
    own = column.unit.lower()
    if "unit" in own.split("/")[0]:  # the unit of the item, which is no matter of the header
        return bare if re.fullmatch(r"[^\W\d]+\.?", unit) else ""
    return bare if unit == own or _UNIT_WORDS.get(unit) == own.split("/")[0] else ""


def _without_nameless(grid: Grid, label: str) -> tuple[Grid, list[Problem]]:
    """Columns without a name that say nothing are left out, with a word: empty ones, and one that only counts the rows."""
    if all(grid.names) or grid.body.is_empty():
        return grid, []
    n = grid.body.height
    counts = ([str(k) for k in range(n)], [str(k + 1) for k in range(n)])
    cells = {k: grid.body[str(k)].str.strip_chars().to_list() for k, name in enumerate(grid.names) if not name}
    idle = [k for k, column in cells.items() if not any(column) or column in counts]
    if not idle or len(idle) == len(grid.names):
        return grid, []
    kept = [k for k in range(len(grid.names)) if k not in idle]
    body = grid.body.select(ROW, *(pl.col(str(k)).alias(str(at)) for at, k in enumerate(kept)))
    what = "is empty" if not any(cells[idle[0]]) else "only counts the rows"
    message = f"column {idle[0] + 1} has no name and {what}: left out" + (f" (and {len(idle) - 1} more)" if len(idle) > 1 else "")
    told = Problem(file=label, row=grid.header_row, message=message, remedy="name it or remove it", warning=True)
    return replace(grid, names=[grid.names[k] for k in kept], body=body), [told]


def _own_table(header: str) -> str:
    """What to do with a column that is called as a table of its own is, '' where there is none: stock is told by place and batch, not by item."""
    table = TABLE.get(header)
    if table is None:
        return ""
    columns = ", ".join(column.name for column in table.columns if column.required)
    return f"did you mean table {header}? It is a file of its own, {header}.csv: {columns}; begin the column's name with _ to leave it out"


def _header_problems(table: Table, label: str, row: int, headers: list[str], names: list[str]) -> list[Problem]:
    known = [column.name for column in table.columns]
    problems = []
    for k, (header, name) in enumerate(zip(headers, names, strict=True)):
        if (name and name in names[:k]) or (header and header in headers[:k]):
            problems.append(Problem(file=label, row=row, column=header, message="column named twice", remedy="keep one"))
        elif not header:
            problems.append(Problem(file=label, row=row, message=f"column {k + 1} has no name", remedy="name it or remove it"))
        elif not name and not header.startswith("_"):
            remedy = _own_table(_plain(header)) or without_unit(table, header) or did_you_mean(
                header, [c for c in known if c not in names], "begin the name with _ to keep it; columns not there yet"
            )
            problems.append(Problem(file=label, row=row, column=header, message=UNKNOWN_COLUMN, remedy=remedy))
    usual = [f"{header} as {name}" for header, name in zip(headers, names, strict=True) if name and _unlike(table, header)]
    if usual:
        message = f"columns read by the words that exports use: {', '.join(usual)}"
        problems.append(Problem(file=label, row=row, message=message, remedy="rename what is meant otherwise", warning=True))
    if not any(names):
        remedy = f"its first row names the columns, with comma, semicolon, tab or | between them: {', '.join(known)}"
        return [Problem(file=label, row=row, value=", ".join(headers), message="no column of this table is known", remedy=remedy)]
    return problems
