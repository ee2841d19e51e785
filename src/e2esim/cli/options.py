"""Options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from e2esim.cli.completion import complete_override

Overrides = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[KEY=VALUE]...",
        help="scenario=NAME, scenario=NAME/VARIANT or scenario=./FOLDER; planning=silo; scale=0.02; seed=7 ...",
        autocompletion=complete_override,
        show_default=False,
    ),
]


class Language(StrEnum):
    """Languages of what a run shows."""

    en = "en"
    it = "it"


AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")]


def words_of(text: str) -> tuple[str, ...]:
    """The words of a list with commas between.

    >>> words_of("otif, csat,")
    ('otif', 'csat')
    """
    return tuple(word.strip() for word in text.split(",") if word.strip())
