"""The colours of every drawing, light and dark, and the CSS variables that a page shows them by.

Hues: Okabe and Ito (2008), darkened for contrast; marks differ in shape too.
"""

from __future__ import annotations

# name of the CSS variable -> (light, dark); each value must be unique among the light ones
PALETTE: dict[str, tuple[str, str]] = {
    "ink": ("#1b1f24", "#e8eaed"),
    "soft": ("#59626d", "#aab2bd"),
    "line": ("#d0d5db", "#3d444d"),
    "card": ("#fefefe", "#181b20"),
    "box": ("#eef1f5", "#262b33"),
    "blue": ("#0a5c9e", "#64b5f6"),
    "orange": ("#ad4900", "#ffa657"),
    "teal": ("#00695a", "#4dd0b1"),
    "purple": ("#7b3f98", "#d3a6ea"),
    "bluewash": ("#cfe0ef", "#24435e"),
    "orangewash": ("#f6ddc9", "#5a3618"),
    "heat0": ("#f3f6fa", "#20252c"),
    "heat1": ("#dbe7f3", "#223547"),
    "heat2": ("#b3cfe8", "#2a5378"),
    "heat3": ("#6fa6d3", "#4283ba"),
    "heat4": ("#c9540a", "#ff9a3d"),
}
INK, SOFT, LINE, CARD, BOX, BLUE, ORANGE, TEAL, PURPLE, BLUEWASH, ORANGEWASH = (
    PALETTE[name][0] for name in list(PALETTE)[:11]
)
HEAT = tuple(PALETTE[f"heat{k}"][0] for k in range(5))
VARIABLES = {light: f"var(--{name})" for name, (light, _) in PALETTE.items()}  # what stands for a light colour on a page


def css() -> str:
    """CSS variables of the palette: light, dark by preference, and always light on paper."""

    def block(index: int) -> str:
        return ";".join(f"--{name}:{pair[index]}" for name, pair in PALETTE.items())

    return (
        f":root{{color-scheme:light dark;{block(0)}}}\n@media (prefers-color-scheme:dark){{:root{{{block(1)}}}}}\n"
        f"@media print{{:root{{color-scheme:light;{block(0)}}}}}"
    )
