"""The file layer of ``make crash``: it keeps what was synced and loses the rest, or the crash tests prove nothing."""

import random
import shutil
from pathlib import Path

import pytest

from stubs.journal import Row, SqliteStore

lossy = pytest.importorskip("tests.crash.lossy", reason="apsw is absent: make test installs it")

ROWS = [Row(number, "2026-01-15T10:00:00+00:00", b"{}" * 40, bytes(32)) for number in range(1, 200)]


def after_a_power_cut(folder: Path, seed: int, *, sync_to_disk: bool) -> list[Row]:
    """What the journal holds once the power is back."""
    (folder / "before").mkdir(parents=True)
    store = lossy.LossyStore(folder / "before" / "journal.db", sync_to_disk=sync_to_disk)
    for row in ROWS:
        store.write([row])
        if row.seq % 60 == 0:
            store.move()
    for file in (*lossy.LossyFile.opened, *lossy.LossyLogFile.opened):
        file.tear(random.Random(seed))
    shutil.copytree(folder / "before", folder / "after")
    store.close()
    kept = SqliteStore(folder / "after" / "journal.db")
    try:
        return kept.read(0, 1000)
    finally:
        kept.close()


@pytest.mark.parametrize("seed", range(4))
def test_what_was_synced_outlives_the_power(tmp_path: Path, seed: int) -> None:
    assert after_a_power_cut(tmp_path, seed, sync_to_disk=True) == ROWS


def test_what_was_not_synced_is_lost(tmp_path: Path) -> None:
    kept = [after_a_power_cut(tmp_path / str(seed), seed, sync_to_disk=False) for seed in range(4)]
    assert all(rows == ROWS[: len(rows)] for rows in kept), "never a row in the middle"
    assert min(map(len, kept)) < len(ROWS)
