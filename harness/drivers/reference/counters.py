"""Originator counters that never repeat: one small file, locked between processes, replaced as a whole.

A counter that went back would make the DCC and every device take a new request for a replay. So the file is
written and flushed to disk before a counter is used, and no counter is below the milliseconds of the clock:
even a lost file does not bring an old number back.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock

from stubs.wire import Blocked, Eui64
from stubs.wire.request_id import COUNTER_MAX

TOKEN_STEP = 2**32
"""Counters of top-up tokens are multiples of this: their low 32 bits are zero (GBCS, prepayment tokens)."""


class CounterFile:
    """Highest counter issued, per originator, in ``folder/counters.json``.

    Args:
        folder: created when absent.
        now: the run's clock; its milliseconds since 1970 are the floor of every counter.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self._path = folder / "counters.json"
        self._lock_path = folder / "counters.lock"
        self._now = now
        self._threads = Lock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock_path.touch()
        except OSError as error:
            raise Blocked(
                f"the counters cannot be kept in {folder}: {error.strerror}",
                mend="Name a folder that can be written as the driver's state folder.",
            ) from error

    def next(self, originator: Eui64) -> int:
        """A counter above every one issued before. Raises: Blocked: it cannot be recorded."""
        return self._issue(originator, lambda highest, floor: max(highest + 1, floor))

    def next_token(self, originator: Eui64) -> int:
        """Return the next counter like ``next``, a multiple of 2^32, for a request that carries a top-up token.

        The client never goes below it afterwards: one sequence per originator, whatever the counter is for.
        """
        return self._issue(originator, lambda highest, floor: (max(highest, floor) // TOKEN_STEP + 1) * TOKEN_STEP)

    def _issue(self, originator: Eui64, following: Callable[[int, int], int]) -> int:
        with self._threads, self._exclusive():
            counters = self._load()
            floor = int(self._now().timestamp() * 1000)
            counter = following(counters.get(str(originator), -1), floor)
            if counter > COUNTER_MAX:
                raise Blocked(f"no counter above {counters[str(originator)]} fits in 64 bits")
            counters[str(originator)] = counter
            self._save(counters)
            return counter

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        with self._lock_path.open("r+b") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield  # closing the file lets go of the lock

    def _load(self) -> dict[str, int]:
        try:
            counters = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise self._unusable(str(error)) from error
        if not isinstance(counters, dict) or not all(isinstance(value, int) for value in counters.values()):
            raise self._unusable("not an object of whole numbers")
        return counters

    def _unusable(self, reason: str) -> Blocked:
        return Blocked(
            f"the counter file {self._path} cannot be read: {reason}",
            mend="Delete it: counters then start at the milliseconds of the clock.",
        )

    def _save(self, counters: dict[str, int]) -> None:
        temporary = self._path.with_suffix(".new")
        try:
            with temporary.open("wb") as file:
                file.write(json.dumps(counters, sort_keys=True).encode())
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self._path)
        except OSError as error:
            raise Blocked(
                f"the counter file {self._path} cannot be written: {error.strerror}",
                mend="Free space on the disk, or name another state folder.",
            ) from error
