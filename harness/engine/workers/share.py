"""One share of a plan, run in a process of its own, on whichever machine this is called."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Protocol

import msgspec

from harness.engine.workers.messages import Message, ShareRecord, ShareTask
from harness.engine.workers.worker_process import Worker
from harness.evidence.slice import to_lines
from stubs.clock import SystemClock
from stubs.journal import FILE_NAME, Journal, SqliteStore

TICK = 0.5
"""Real seconds between two looks at what a person asks."""
_STOP_SECONDS = 20.0
"""Real seconds a worker has to close its record after Ctrl-C."""


class Asked(Protocol):
    """A person's requests of the run; looked at from the thread of each share."""

    @property
    def stops(self) -> bool:
        """End when the scenario under way has its verdict."""
        ...

    @property
    def is_interrupted(self) -> bool:
        """Close the record and end."""
        ...

    @property
    def hurries(self) -> bool:
        """End at once."""
        ...


def run_share(
    task: ShareTask, folder: Path, hear: Callable[[int, Message], None], asked: Asked, where: str = "this machine"
) -> ShareRecord:
    """Run a share to its end, or until a person ends it.

    Args:
        task: what to run.
        folder: of this share alone; its journal is left there too.
        hear: is called with each message of the worker, in a thread of its own.
        asked: what a person asks meanwhile.
        where: name of the place that runs it, for the evidence.
    """
    worker = Worker(task.number, task.keys, msgspec.structs.replace(task.settings, out=str(folder)), hear)
    try:
        is_told = False
        while not worker.wait(time.monotonic() + TICK):
            if asked.is_interrupted:
                _end(worker, asked)
            elif asked.stops and not is_told:
                worker.stop_after_scenario()
                is_told = True
    finally:
        worker.stop()
    return ShareRecord(
        journal=_lines(folder / "state" / FILE_NAME),
        fate=worker.fate,
        is_lost=worker.is_lost and not asked.is_interrupted,
        stuck=worker.stuck,
        where=where,
    )


def _end(worker: Worker, asked: Asked) -> None:
    """Let it close its record; a second Ctrl-C, or when that takes too long, ends it."""
    worker.stop()
    until = time.monotonic() + _STOP_SECONDS
    while not worker.wait(min(until, time.monotonic() + TICK)):
        if asked.hurries or time.monotonic() >= until:
            worker.kill()
            worker.wait()


def _lines(file: Path) -> bytes:
    if not file.is_file():
        return b""
    with closing(Journal(SqliteStore(file), SystemClock())) as journal:
        return to_lines(journal.rows())
