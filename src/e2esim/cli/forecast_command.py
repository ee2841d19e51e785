"""``e2esim forecast``: demand planning of a planner's folder alone, with its accuracy against seasonal naive."""

from __future__ import annotations

import time
from pathlib import Path

import typer


def forecast_data(data: Path, *, out: Path | None, as_json: bool, quiet: bool) -> None:
    """Read, check, forecast and print; write a folder if asked.

    Raises
    ------
    InputErrors
        If data or folder are wrong; nothing is written then.
    """
    from e2esim.application.folders import new_folder
    from e2esim.application.planning import forecast_of
    from e2esim.cli.ends import listing, told_on_stderr
    from e2esim.config.plan_data import read_demand_data

    began = time.perf_counter()
    read, warnings = read_demand_data(data)
    if warnings and not quiet:
        typer.echo(listing(warnings), err=True)
    folder = None if out is None else new_folder(out, "forecast", "")
    demand = forecast_of(read, told_on_stderr(quiet=quiet))
    from e2esim.report.plan.folder import write_forecast
    from e2esim.report.plan.terminal import forecast_told, print_forecast

    if folder is not None:
        if folder.is_dir():  # empty, as new_folder has seen
            folder.rmdir()
        write_forecast(demand, folder)
    if as_json:
        typer.echo(forecast_told(demand, folder, time.perf_counter() - began))
    elif not quiet:
        print_forecast(demand)
        if folder is not None:
            typer.echo(f"Forecast folder: {folder} (forecast.xlsx, *.parquet)")
