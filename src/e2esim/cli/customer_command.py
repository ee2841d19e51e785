"""``e2esim customer``: one journey of a finished run in words."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem

FILE = "journeys.parquet"
_SHOWN = 20  # customers of a list


def tell_customer(run: Path, number: int | None, *, as_json: bool = False) -> None:
    """Print the journey of consumer ``number`` of the run folder, or who is kept if none is named.

    Raises
    ------
    InputErrors
        If the folder keeps no journeys, or not that one.
    """
    import polars as pl

    from e2esim.report.journey_words import tell
    from e2esim.report.whole_folder import what_is_missing

    path = run / FILE
    if not path.is_file():
        remedy = "name a folder that `e2esim run ... --journeys 1000` has written"
        raise InputErrors([Problem(file=COMMAND_LINE, column="RUN", value=str(run), message=f"no {FILE} in this folder", remedy=remedy)])
    missing = what_is_missing(run)
    if missing:
        message, remedy = "this run folder is not whole: files are missing", "run it again"
        raise InputErrors([Problem(file=run.as_posix(), value=", ".join(missing), message=message, remedy=remedy)])
    kept = pl.read_parquet(path)
    if number is None:
        felt = pl.col("satisfaction")
        most = kept.group_by("consumer").agg(felt.count().alias("moments"), felt.min().alias("worst")).sort("worst", "consumer", nulls_last=True)
        if as_json:
            typer.echo(json.dumps(most.to_dicts()))
            return
        typer.echo(f"{most.height} journeys are kept (of the customers drawn, those who lived something in the run); the worst moments first:")
        for row in most.head(_SHOWN).iter_rows(named=True):
            worst = "nothing felt yet" if row["worst"] is None else f"worst {row['worst']:.2f}"
            typer.echo(f"  {row['consumer']:>9}  {row['moments']:>3} {'moment' if row['moments'] == 1 else 'moments'}, {worst}")
        return
    mine = kept.filter(pl.col("consumer") == number)
    if mine.is_empty():
        message, remedy = "the journey of this consumer is not kept", f"see who is: e2esim customer {run}"
        raise InputErrors([Problem(file=COMMAND_LINE, column="ID", value=str(number), message=message, remedy=remedy)])
    if as_json:
        typer.echo(json.dumps(mine.to_dicts()))
        return
    typer.echo(f"consumer {number}")
    for words in tell(mine):
        typer.echo(words)
