"""What spreadsheets and exports write into cells that has one reading: text marks around numbers, weekdays by name, hours without a colon, no day at all."""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl

from e2esim.config.grids import ROW
from e2esim.config.problems import Problem
from e2esim.config.sheets import RawTable, small_and_plain
from e2esim.config.small_tables import Kept, none_odd
from e2esim.config.usual_headers import usual_headers
from e2esim.config.weekday_words import weekday_numbers
from e2esim.domain.schema import Table

_INVISIBLE = "[\u00ad\u200b-\u200f\u2060\ufeff]"  # soft hyphens, joiners and marks that nobody sees
_AS_TEXT = r'^(?:="(.*)"|\'(\d.*))$'  # ="000123" and '000123: how a spreadsheet keeps zeros
_SHORTENED = r"^\d(?:[.,]\d+)?[eE]\+\d{2,}$"
_NO_DAY = r"^(?:0{1,4}[./-]0{1,2}[./-]0{1,4}|(?:9999[./-]?12[./-]?31|31[./-]12[./-]9999|12[./-]31[./-]9999)(?:[ T]\d{2}:\d{2}.*)?)$"  # 00.00.0000, for ever
_DAY_NAME = r"^(?i)(?:mo|tu|we|th|fr|sa|su|di|mi|do|so|lu|ma|me|gi|ve)\p{L}*\.?,?\s+(\d{1,4}[./-]\d)"
_NOTHING = r"^(?i)(?:null|\(null\)|<null>|\\N|<na>|nan|n/a|-|\(blank\)|\(leer\)|\(vuoto\))$"  # how exports write that there is no value
REMARKS = ("source", "name")  # for people: anything may stand there
_BROKEN = r"^(?i)#(?:n/?a|nv|n/d|ref!|bezug!|rif!|value!|wert!|valore!|name\?|nome\?|div/0!|null!|num!|zahl!)$"  # formulas that found nothing
_CLOCK = r"^(\d{1,2})(?:[:.h](\d{2})|h)?(?::\d{2})?\s*(?i)([ap])?\.?m?\.?$"
_TIGHT = r"^([01]\d|2[0-4])([0-5]\d)$"
_DAY_PART = r"^(?:0?[.,]\d+|[01](?:[.,]0+)?)$"  # 0.25: six o'clock as a spreadsheet keeps it
_NO_CLOCK = r"^0?[.,](?:\d|\d{3,})$"  # these cannot be hours and minutes; 0.25 alone could
_ODD = {  # what a cell must hold to be mended here
    "id": re.compile("[\u00ad\u200b-\u200f\u2060\ufeff+]|^[=']", re.MULTILINE),
    "date": re.compile(r"^(?!(?:[12]\d{3}-)?\d{2}-\d{2}$)(?=.)", re.MULTILINE),
    "time": re.compile(r"^(?!\d{1,2}:\d{2}$)(?=.)", re.MULTILINE),
}
_ODD_WEEKDAY = re.compile(r"[^1-7\n]")
_MAY_BE_NOTHING = re.compile(r"^(?:null|nan|n/a|[-(<\\#])", re.IGNORECASE | re.MULTILINE)


def plain_cells(raw: RawTable, table: Table) -> RawTable:
    """Return ``raw`` with such cells as the format writes them and without headers among its rows; what is to be said is among its problems.

    Examples
    --------
    >>> from e2esim.domain.schema import TABLE
    >>> rows = {"row": [2, 3], "calendar": ['="007"', "'007"], "weekday": ["Mon", "martedì"], "start": ["8:00 AM", "0800"], "end": ["16h30", "4 pm"]}
    >>> plain_cells(RawTable("calendars", "calendars.csv", pl.DataFrame(rows)), TABLE["calendars"]).frame.rows()
    [(2, '007', '1', '8:00', '16:30'), (3, '007', '2', '08:00', '16:00')]
    """
    if not small_and_plain(raw):
        return _made_plain(raw, table)
    made = _PLAIN.of((id(raw.frame), table), raw.frame, lambda: _made_plain(raw, table), small_and_plain)
    return replace(raw, frame=made.frame, problems=list(made.problems))


_PLAIN = Kept[RawTable]()


def _made_plain(raw: RawTable, table: Table) -> RawTable:
    if raw.frame.is_empty():
        return raw
    frame, problems = _without_headers(raw.frame, table, raw.label)
    kinds = {column.name: column.kind for column in table.columns if column.name in frame.columns}
    odd = {name: kind for name, kind in kinds.items() if kind in _ODD and not none_odd(frame[name], _ODD[kind])}
    if "time" in odd.values():
        frame = _hours_of_parts(frame, [name for name, kind in kinds.items() if kind == "time"])
    if odd:
        frame = frame.with_columns(_plain(name, kind) for name, kind in odd.items())
    if "weekday" in kinds and not none_odd(frame["weekday"], _ODD_WEEKDAY):
        frame = frame.with_columns(frame["weekday"].replace(weekday_numbers(frame["weekday"].unique().to_list())))
    named = [name for name, kind in kinds.items() if kind in ("id", "text") and name not in REMARKS]
    frame, nothing = _without_nothing(frame, [name for name in named if not none_odd(frame[name], _MAY_BE_NOTHING)], raw.label)
    problems += nothing
    for name in (name for name, kind in odd.items() if kind == "id"):
        short = frame.filter(pl.col(name).str.contains(_SHORTENED))
        if short.height:
            more = f" ({short.height} cells such)" if short.height > 1 else ""
            message = f"a number that a spreadsheet has shortened: several numbers may have become one{more}"
            remedy = "format the column as text before you save"
            problems.append(Problem(file=raw.label, row=int(short[ROW][0]), column=name, value=short[name][0], message=message, remedy=remedy, warning=True))
    return replace(raw, frame=frame, problems=[*raw.problems, *problems])


def _plain(name: str, kind: str) -> pl.Expr:
    cell = pl.col(name)
    if kind == "id":
        bare = cell.str.replace_all(_INVISIBLE, "")
        return pl.coalesce(bare.str.extract(_AS_TEXT, 1), bare.str.extract(_AS_TEXT, 2), bare).str.strip_chars().alias(name)
    if kind == "date":
        return cell.str.replace(_NO_DAY, "").str.replace(_DAY_NAME, "$1").alias(name)
    return _clock(cell).alias(name)


def _clock(cell: pl.Expr) -> pl.Expr:
    """Hours of the day with a colon: of 8.00, 8h30, 0800, 8, 4 PM; seconds of what has none of these stay.

    0.25 stays as it is: it may be 25 minutes past midnight, or a quarter of a day.
    """
    tight = cell.str.replace(_TIGHT, "$1:$2")
    half, hour, minute = tight.str.extract(_CLOCK, 3).str.to_lowercase(), tight.str.extract(_CLOCK, 1), tight.str.extract(_CLOCK, 2).fill_null("00")
    number = hour.cast(pl.Int64, strict=False)
    twelve = pl.when(half == "p").then(number % 12 + 12).when(half == "a").then(number % 12).otherwise(None).cast(pl.String)
    plain = tight.str.contains(r"^0?\.\d{2}$|^\d{1,2}:\d{2}(:\d{2})?$")
    odd = tight.str.contains(_CLOCK) & ~plain & (half.is_null() | number.is_between(1, 12))
    return pl.when(odd).then(pl.concat_str([pl.coalesce(twelve, hour), minute], separator=":")).otherwise(tight)


def _hours_of_parts(frame: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """Hours that a spreadsheet keeps as parts of a day, 0.25 for 06:00, where all hours of the table are written so and one cannot be a clock's.

    >>> _hours_of_parts(pl.DataFrame({"start": ["0.25", "0"], "end": ["0.583333", "1"]}), ["start", "end"]).rows()
    [('06:00', '14:00'), ('00:00', '24:00')]
    """
    cells = pl.concat([frame[name] for name in names]) if names else pl.Series([], dtype=pl.String)
    if not cells.str.contains(_DAY_PART).all() or not cells.str.contains(_NO_CLOCK).any():
        return frame
    minutes = {name: (pl.col(name).str.replace(",", ".", literal=True).cast(pl.Float64) * 1440.0).round().cast(pl.Int64) for name in names}
    two = {name: ((all_ // 60).cast(pl.String).str.zfill(2), (all_ % 60).cast(pl.String).str.zfill(2)) for name, all_ in minutes.items()}
    return frame.with_columns(pl.concat_str(hour_minute, separator=":").alias(name) for name, hour_minute in two.items())


def _without_nothing(frame: pl.DataFrame, names: list[str], label: str) -> tuple[pl.DataFrame, list[Problem]]:
    """Names without words that stand for no value, and what is to be said of them and of formulas that found nothing."""
    problems = []
    for name in names:
        for pattern, message, remedy in (
            (_NOTHING, "stands for no value: read as empty", "leave the cell empty"),
            (_BROKEN, "a formula that found nothing", "mend the formula, or leave the cell empty"),
        ):
            rows = frame.filter(pl.col(name).str.contains(pattern))
            if rows.height:
                more = f" ({rows.height} cells such)" if rows.height > 1 else ""
                where = Problem(file=label, row=int(rows[ROW][0]), column=name, value=rows[name][0], message=message + more, remedy=remedy)
                problems.append(replace(where, warning=pattern == _NOTHING))
        frame = frame.with_columns(pl.col(name).str.replace(_NOTHING, ""))
    return frame, problems


def _may_be(names: set[str]) -> str:
    """A pattern that finds every cell that may be one of ``names``, however it is written."""
    written = "|".join(r"[\s_-]+".join(map(re.escape, name.split("_"))) for name in sorted(names))
    return rf"{_INVISIBLE}|^\s*(?:{written})"


def _without_headers(frame: pl.DataFrame, table: Table, label: str) -> tuple[pl.DataFrame, list[Problem]]:
    """Rows that only repeat the names of the columns, as lists that are printed in pages do."""
    words = {column.name: {column.name, *column.aliases} for column in table.columns if column.name in frame.columns}
    if len(words) < 2:
        return frame, []
    for word, name in usual_headers(table).items():
        if name in words:
            words[name].add(word)
    first = next(iter(words))
    if none_odd(frame[first], re.compile(_may_be(words[first]), re.IGNORECASE | re.MULTILINE)):
        return frame, []
    cells = {name: pl.col(name).str.replace_all(_INVISIBLE, "").str.to_lowercase() for name in words}
    plain = [cells[name].str.replace_all(r"[\s.#-]+", "_").str.replace(r"_*[\[(][^\])]*[\])]$", "").str.strip_chars_end("_").is_in(list(known))
             for name, known in words.items()]  # fmt: skip
    hit = frame.select(pl.all_horizontal(plain).fill_null(value=False).alias("hit"))["hit"]
    if not hit.any():
        return frame, []
    row = int(frame.filter(hit)[ROW][0])
    more = f" ({int(hit.sum())} rows such)" if int(hit.sum()) > 1 else ""
    told = Problem(file=label, row=row, message=f"the header once more: left out{more}", remedy="take it out of the table", warning=True)
    return frame.filter(~hit), [told]
