"""Whatever is done to the files of a scenario, the door either opens or lists problems; it never falls over."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from e2esim.config.door import load
from e2esim.config.problems import InputErrors
from worlds import tiny_tables, tiny_world, write_csv, write_excel

EXAMPLES = 12  # 400 were tried once
FUZZ = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NASTY = st.one_of(
    st.sampled_from(["", " ", "nan", "-1", "1e999", "1,5", "\ufeff", '"', "=1+1", "0", "24:00", "2026-02-30", "12-31"]),
    st.sampled_from(["9" * 30, "mattress", "web", "٣"]),
    st.text(max_size=12),
)  # fmt: skip
NAMES = st.sampled_from(list(tiny_tables()))


def opens_or_lists(world: Path | str, *overrides: str) -> None:
    try:
        load([f"scenario={world}", *overrides])
        return
    except InputErrors as error:
        caught = error
    assert caught.problems
    assert all(problem.file and problem.message for problem in caught.problems)
    assert str(caught)


@FUZZ
@given(name=NAMES, seed=st.integers(0, 2**31), value=NASTY)
def test_cells(name: str, seed: int, value: str) -> None:
    rng = random.Random(seed)
    tables = tiny_tables()
    row = rng.choice(tables[name])
    row[rng.choice(list(row))] = value
    with tempfile.TemporaryDirectory() as folder:
        opens_or_lists(tiny_world(Path(folder) / "w", **{name: tables[name]}))


@FUZZ
@given(
    name=NAMES, seed=st.integers(0, 2**31), kind=st.sampled_from(["drop", "double", "shuffle", "column", "file", "cut"])
)
def test_rows_columns_and_files(name: str, seed: int, kind: str) -> None:
    rng = random.Random(seed)
    rows = tiny_tables()[name]
    with tempfile.TemporaryDirectory() as folder:
        world = tiny_world(Path(folder) / "w")
        path = world / "data" / f"{name}.csv"
        if kind == "drop":
            write_csv(path, rng.sample(rows, k=rng.randrange(len(rows))))
        elif kind == "double":
            write_csv(path, [*rows, rng.choice(rows)])
        elif kind == "shuffle":
            write_csv(path, rng.sample(rows, k=len(rows)))
        elif kind == "column":
            gone = rng.choice(list(rows[0]))
            write_csv(path, [{key: value for key, value in row.items() if key != gone} for row in rows])
        elif kind == "file":
            path.unlink()
        else:
            path.write_bytes(path.read_bytes()[: rng.randrange(path.stat().st_size)])
        opens_or_lists(world)


@FUZZ
@given(name=NAMES, data=st.binary(max_size=300), seed=st.integers(0, 2**31), inside=st.booleans())
def test_bytes(name: str, data: bytes, seed: int, inside: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = tiny_world(Path(folder) / "w")
        path = world / "data" / f"{name}.csv"
        old = path.read_bytes()
        cut = random.Random(seed).randrange(len(old))
        path.write_bytes(old[:cut] + data + old[cut:] if inside else data)
        opens_or_lists(world)


@FUZZ
@given(text=st.one_of(st.text(max_size=200), st.binary(max_size=200)))
def test_any_scenario_yaml(text: str | bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = tiny_world(Path(folder) / "w", variants={})
        data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
        (world / "scenario.yaml").write_bytes(data)
        opens_or_lists(world)


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.dates())
KEY_WORDS = [
    "name",
    "seed",
    "scale",
    "market",
    "horizon",
    "planning",
    "defaults",
    "conversion",
    "days",
    "start",
    "rule",
]
KEYS = st.one_of(st.sampled_from(KEY_WORDS), st.text(max_size=5))
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=8,
)


@FUZZ
@given(tree=st.dictionaries(KEYS, TREES, max_size=6))
def test_any_tree_of_settings(tree: dict[str, object]) -> None:
    import yaml

    with tempfile.TemporaryDirectory() as folder:
        world = tiny_world(Path(folder) / "w", variants={})
        text = yaml.safe_dump(tree, allow_unicode=True)
        (world / "scenario.yaml").write_text(text, encoding="utf-8", errors="replace")
        opens_or_lists(world)


@FUZZ
@given(overrides=st.lists(st.text(max_size=20) | st.builds("{}={}".format, KEYS, st.text(max_size=12)), max_size=4))
def test_any_overrides(overrides: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = tiny_world(Path(folder) / "w", variants={})
        opens_or_lists(world, *(override for override in overrides if not override.startswith("scenario=")))


@FUZZ
@given(text=st.text(max_size=30))
def test_any_scenario_name(text: str) -> None:
    opens_or_lists(text)


@pytest.mark.parametrize("text", ["[" * 3000, "a: " + "[" * 500 + "]" * 500, "{" * 2000])
def test_deep_nesting(text: str, tmp_path: Path) -> None:
    world = tiny_world(tmp_path / "w", variants={})
    (world / "scenario.yaml").write_text(text)
    with pytest.raises(InputErrors):
        load([f"scenario={world}"])


@settings(max_examples=EXAMPLES // 2, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(name="attributes", seed=85777, value="<\x1e", cut=True)  # a damaged stream inside a sound archive
@given(name=NAMES, seed=st.integers(0, 2**31), value=NASTY, cut=st.booleans())
def test_workbooks(name: str, seed: int, value: str, cut: bool) -> None:
    rng = random.Random(seed)
    tables = tiny_tables()
    row = rng.choice(tables[name])
    row[rng.choice(list(row))] = value
    with tempfile.TemporaryDirectory() as folder:
        world = tiny_world(Path(folder) / "w")
        for path in (world / "data").glob("*.csv"):
            path.unlink()
        book = world / "data.xlsx"
        write_excel(book, tables)
        if cut:
            data = bytearray(book.read_bytes())
            for _ in range(20):
                data[rng.randrange(len(data))] = rng.randrange(256)
            book.write_bytes(data)
        opens_or_lists(world)
