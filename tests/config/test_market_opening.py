"""What exports leave behind of stock, receipts and orders: what a market run takes it for, and says."""

from __future__ import annotations

from pathlib import Path

from e2esim.config.door import load_with_warnings
from e2esim.domain.build import build_world
from worlds import Row, tiny_world


def test_leftovers_are_told_once_a_table_and_taken_as_said(tmp_path: Path) -> None:
    """A works order of nothing made one piece, and a hole in the stock was an item of less than none, both in silence."""

    def stock(rows: list[Row]) -> list[Row]:
        return [row | {"on_hand": -5} if row["item"] in ("mattress", "pillow") else row for row in rows]

    def receipts(rows: list[Row]) -> list[Row]:
        return [row | ({"qty": 0} if row["kind"] == "production" else {"due": "2025-06-01"}) for row in rows]

    def orders(rows: list[Row]) -> list[Row]:
        return [rows[0] | {"due": "2025-12-01"}, *rows[1:]]

    folder = tiny_world(tmp_path / "left", stock=stock, receipts=receipts, orders=orders)
    loaded = load_with_warnings([f"scenario={folder}", "horizon.days=28"])
    told = {(Path(one.file).stem, one.row, one.column): one.message for one in loaded.warnings}
    assert set(told) == {("stock", 2, "on_hand"), ("receipts", 4, "qty"), ("receipts", 2, "due"), ("orders", 2, "due")}
    assert told["stock", 2, "on_hand"].endswith("(2 rows such)")
    world = build_world(loaded.scenario)
    on_hand = dict(zip(world.items.ids, world.opening.on_hand.tolist(), strict=True))
    assert (on_hand["mattress"], on_hand["pillow"], on_hand["core"]) == (0.0, 0.0, 60.0)
    assert world.opening.production_quantity.size == 0
    assert (world.opening.purchase_due_h < 0).all()


def test_a_sound_opening_says_nothing(tmp_path: Path) -> None:
    assert load_with_warnings([f"scenario={tiny_world(tmp_path / 'sound')}", "horizon.days=28"]).warnings == ()
