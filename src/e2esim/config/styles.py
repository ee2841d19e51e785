"""Which way a file writes numbers and dates: told by its own cells where one reading is possible, asked once where two are.

``1.000`` may be one or a thousand, ``03/04/2026`` the third of April or the fourth of March. Other cells of the file tell (``0,5`` or
``25/04/2026``), or the table settings does: ``decimal`` point or comma, ``date_format`` dmy or mdy, for one file ``decimal.orders``.
Dates that nothing in their file tells are read as the other files of the company are, with a warning; numbers are asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from e2esim.config.grids import ROW
from e2esim.config.problems import Problem
from e2esim.config.sheets import NUMBER_CELL, RawTable, small_and_plain
from e2esim.config.small_tables import Kept, none_odd
from e2esim.domain.schema import Column, Table

POINT, COMMA = "point", "comma"
DMY, MDY = "dmy", "mdy"
_WORDS = {
    "decimal": {"point": POINT, ".": POINT, "dot": POINT, "comma": COMMA, ",": COMMA},
    "date_format": {
        "dmy": DMY, "dd/mm/yyyy": DMY, "dd-mm-yyyy": DMY, "dd.mm.yyyy": DMY, "mdy": MDY, "mm/dd/yyyy": MDY, "mm-dd-yyyy": MDY,
    },
}  # fmt: skip
_REMEDY = {
    "decimal": "say which in table settings: decimal,comma (1.000 is a thousand) or decimal,point (1,000 is a thousand); decimal.{0} is for this file alone",
    "date_format": "say which in table settings: date_format,dmy or date_format,mdy; date_format.{0} is for this file alone",
}
_POINT = r"^[+-]?(?:(?:\d+|[1-9]\d{0,2}(?:,\d{3})+)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$"
_COMMA = r"^[+-]?(?:(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+)(?:,\d*)?|,\d+)$"
_SPACED = r"^[+-]?[1-9]\d{0,2}(?:[ \u00a0\u2009\u202f'’]\d{3})+(?:[.,]\d+)?-?$"
_TRAILING = r"^(\d[\d.,]*)-$"  # 99,9- of some exports
_MINUS = r"^[\u2212\u2013\uff0d]\s?([\d.,])"  # the minus of typesetters
_NO_CENTS = r"^([+-]?\d[\d.,'’ ]*?)([.,])[-\u2013\u2014]{1,2}$"  # 5.- and 1'250,--: a whole amount
_SLASHED = r"^(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s?[AaPp]\.?[Mm]\.?)?)?$"
_NUMBERS = ("float", "share", "int")
_ODD_NUMBER = re.compile(r"-$|[^\d.,eE+\-\n]", re.MULTILINE)  # what a number must hold to be written anew
_HAS_COMMA = re.compile(",")


@dataclass
class Spoken:
    """What table settings says about styles: (key, table or '') -> style."""

    styles: dict[tuple[str, str], str] = field(default_factory=dict)

    def of(self, key: str, table: str) -> str:
        """The style that is stated for a table, '' if none is."""
        return self.styles.get((key, table)) or self.styles.get((key, ""), "")


def settled(raws: Mapping[str, RawTable], tables: Mapping[str, Table]) -> dict[str, RawTable]:
    """Return ``raws`` with numbers with a decimal point and slashed dates in ISO form; what must be asked is among their problems."""
    said = _said(raws)
    found = {name: _numbered(raw, tables[name], said.of("decimal", name)) for name, raw in raws.items()}
    dates = {name: _date_style(raw, tables[name], said.of("date_format", name)) for name, raw in found.items()}
    known = {style for style, _ in dates.values() if style}
    usual = known.pop() if len(known) == 1 else ""
    return {name: _iso(raw, tables[name], *dates[name], usual) for name, raw in found.items()}


def _said(raws: Mapping[str, RawTable]) -> Spoken:
    """Read the styles of table settings; wrong ones are reported among its problems."""
    spoken = Spoken()
    raw = raws.get("settings")
    if raw is None or not {"key", "value"} <= set(raw.frame.columns):
        return spoken
    for row, key, value in raw.frame.select(ROW, "key", "value").iter_rows():
        name, _, table = key.partition(".")
        if name not in _WORDS:
            continue
        style = _WORDS[name].get(value.strip().lower())
        if style is None:
            remedy = f"write {' or '.join(dict.fromkeys(_WORDS[name].values()))}"
            raw.problems.append(Problem(file=raw.label, row=row, column="value", value=value, message="not a possible value", remedy=remedy))
        else:
            spoken.styles[name, table] = style
    return spoken


def _columns(raw: RawTable, table: Table, kinds: Iterable[str]) -> list[Column]:
    return [column for column in table.columns if column.kind in kinds and column.name in raw.frame.columns]


_NUMBERED = Kept[RawTable]()


def _numbered(raw: RawTable, table: Table, stated: str) -> RawTable:
    if not small_and_plain(raw):
        return _plain_numbers(raw, table, stated)
    made = _NUMBERED.of((id(raw.frame), table, stated), raw.frame, lambda: _plain_numbers(raw, table, stated), small_and_plain)
    return replace(raw, frame=made.frame, problems=list(made.problems))


def _plain_numbers(raw: RawTable, table: Table, stated: str) -> RawTable:
    """Numbers of one file with a decimal point and no thousands sign."""
    names = [column.name for column in _columns(raw, table, _NUMBERS)]
    if not names or raw.frame.is_empty():
        return raw
    frame = raw.frame
    if odd := [name for name in names if not none_odd(frame[name], _ODD_NUMBER)]:
        frame = frame.with_columns(_unspaced(name) for name in odd)
    style, asked = (stated, None) if stated else _number_style(frame, names, raw)
    if asked:  # read on as thousands, so that nothing else is said of these cells
        style = COMMA if "." in asked.value else POINT
    if style == COMMA:
        frame = frame.with_columns(
            pl.when(pl.col(name).str.contains(_COMMA))
            .then(pl.col(name).str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True))
            .otherwise(pl.col(name))
            .alias(name)
            for name in names
        )
    elif style == POINT and not all(none_odd(frame[name], _HAS_COMMA) for name in names):
        frame = frame.with_columns(
            pl.when(pl.col(name).str.contains(_POINT)).then(pl.col(name).str.replace_all(",", "", literal=True)).otherwise(pl.col(name)).alias(name)
            for name in names
        )
    return replace(raw, frame=frame, problems=[*raw.problems, *([asked] if asked else [])])


def _unspaced(name: str) -> pl.Expr:
    """Numbers without spaces or apostrophes between thousands, the minus before them.

    >>> pl.DataFrame({"a": ["1 234,5", "1'000", "99,9-", "1 2", "5.-", "1'250,--", "\u22127"]}).select(_unspaced("a"))["a"].to_list()
    ['1234,5', '1000', '-99,9', '1 2', '5.00', '1250,00', '-7']
    """
    cell = pl.col(name).str.replace(_MINUS, "-$1").str.replace(_NO_CENTS, "$1${2}00")
    tight = pl.when(cell.str.contains(_SPACED)).then(cell.str.replace_all(r"[ \u00a0\u2009\u202f'’]", "")).otherwise(cell)
    return tight.str.replace(_TRAILING, "-$1").alias(name)


def _number_style(frame: pl.DataFrame, names: list[str], raw: RawTable) -> tuple[str, Problem | None]:
    """The style that the cells of a file tell; what to ask where two are possible."""
    cells = pl.concat([frame[name].unique() for name in names]).unique()
    marked = cells.filter(cells.str.contains(r"[.,]", literal=False) & ~cells.str.ends_with(NUMBER_CELL))
    if marked.is_empty():
        return "", None
    as_point, as_comma = marked.str.contains(_POINT), marked.str.contains(_COMMA)
    only_point, only_comma = bool((as_point & ~as_comma).any()), bool((as_comma & ~as_point).any())
    if only_point and only_comma:
        return "", None  # both: each cell that has no decimal point is told by itself
    if only_point or only_comma:
        return (POINT if only_point else COMMA), None
    two = set(marked.filter(as_point & as_comma))
    if not two:
        return "", None
    name, row, cell, count = _first(frame, names, lambda column: pl.col(column).is_in(list(two)))
    more = f", and {count - 1} more cells of the file" if count > 1 else ""
    one, thousand = (f"{float(cell.replace(',', '.')):g}", f"{float(re.sub('[.,]', '', cell)):g}")
    message = f"may be {one} or {thousand}{more}: nothing in the file tells"
    remedy = _REMEDY["decimal"].format(raw.name)
    return "", Problem(file=raw.label, row=row, column=name, value=cell, message=message, remedy=remedy)


def _first(frame: pl.DataFrame, names: list[str], doubtful: object) -> tuple[str, int, str, int]:
    """Column, row and cell of the first doubtful cell, and how many there are."""
    hits = [(name, frame.filter(doubtful(name)).select(ROW, name)) for name in names]  # type: ignore[operator]
    hits = [(name, rows) for name, rows in hits if rows.height]
    name, rows = min(hits, key=lambda hit: int(hit[1][ROW][0]))
    return name, int(rows[ROW][0]), str(rows[name][0]), sum(rows.height for _, rows in hits)


def _dates(raw: RawTable, table: Table) -> list[str]:
    """Columns with days; in table settings the value of today is one."""
    if raw.name == "settings":
        return ["value"] if {"key", "value"} <= set(raw.frame.columns) else []
    return [column.name for column in _columns(raw, table, ("date",))]


def _slashed(raw: RawTable, names: list[str]) -> Iterator[re.Match[str]]:
    for name in names:
        cells = raw.frame.filter(pl.col("key") == "today")[name] if raw.name == "settings" else raw.frame[name]
        yield from (match for cell in cells.unique() if cell is not None and (match := re.match(_SLASHED, cell)))


def _date_style(raw: RawTable, table: Table, stated: str) -> tuple[str, bool]:
    """The style of the dates of a file ('' = nothing tells, or nothing needs to), and whether two readings are possible."""
    found = [(int(match[1]), int(match[2])) for match in _slashed(raw, _dates(raw, table))] if not raw.frame.is_empty() else []
    if stated:
        return stated, False
    first, second = any(a > 12 for a, _ in found), any(b > 12 for _, b in found)
    if first != second:
        return (DMY if first else MDY), False
    return "", not first and any(a != b for a, b in found)


def _iso(raw: RawTable, table: Table, style: str, doubtful: bool, usual: str) -> RawTable:
    """Slashed dates in ISO form; ask, or say what was taken, where two readings are possible."""
    names = _dates(raw, table)
    if raw.frame.is_empty() or not any(True for _ in _slashed(raw, names)):
        return raw
    problems = list(raw.problems)
    if doubtful:
        problems.append(_told(raw, names, usual))
        style = usual  # where nothing tells, the day first: it is asked for, and nothing else is said of these cells
    order = "$3-$2-$1" if style != MDY else "$3-$1-$2"
    padded = r"^(\d{4})-(\d{1,2})-(\d{1,2})$"
    frame = raw.frame.with_columns(_padded(pl.col(name).str.replace(_SLASHED, order), padded).alias(name) for name in names)
    return replace(raw, frame=frame, problems=problems)


def _padded(cell: pl.Expr, pattern: str) -> pl.Expr:
    """2026-3-4 as 2026-03-04."""
    parts = [cell.str.extract(pattern, k).str.zfill(2) for k in (1, 2, 3)]
    return pl.when(cell.str.contains(pattern)).then(pl.concat_str(parts, separator="-")).otherwise(cell)


def _told(raw: RawTable, names: list[str], usual: str) -> Problem:
    frame = raw.frame.filter(pl.col("key") == "today") if raw.name == "settings" else raw.frame
    name, row, cell, count = _first(frame, names, lambda column: pl.col(column).str.contains(_SLASHED))
    match = re.match(_SLASHED, cell)
    assert match is not None
    one, other = (f"{match[3]}-{int(m):02d}-{int(d):02d}" for m, d in ((match[2], match[1]), (match[1], match[2])))
    more = f", and {count - 1} more such cells" if count > 1 else ""
    remedy = _REMEDY["date_format"].format(raw.name)
    if usual:
        taken = "day before month" if usual == DMY else "month before day"
        message = f"may be {one} or {other}{more}: read with the {taken}, as the other files are written"
        return Problem(file=raw.label, row=row, column=name, value=cell, message=message, remedy=remedy.replace("say which", "if not, say so"), warning=True)
    message = f"may be {one} or {other}{more}: nothing in the files tells"
    return Problem(file=raw.label, row=row, column=name, value=cell, message=message, remedy=remedy)
