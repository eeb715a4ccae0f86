"""Garbage collections that stay short, however many devices are simulated.

A full collection looks at every object that could be part of a cycle: 0.2 to 0.5 s with 30,000 devices, during which
the event loop stands still. What survived one full collection is the state, which is freed by reference counts; it is
put aside, so that the next one looks only at what was made since, and there is a next one before that is much. Cycles
among what was put aside are never freed: this is for a process that serves until it ends.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def no_collections() -> Iterator[None]:
    """Make much that stays without looking through all of it again and again; two thirds of a restore's time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


_MOST_PROMOTED = 10
"""Collections of the middle generation, each of which promotes some thousand objects at most, before a full one."""


class ShortCollections:
    """Keeps collections short once installed.

    Args:
        call_soon: has something called from the event loop, from whatever thread this is called.
    """

    def __init__(self, call_soon: Callable[[Callable[[], object]], object]) -> None:
        self._call_soon = call_soon
        self._is_asked_for = False

    def install(self) -> None:
        """Put aside what is there now, and from now on what survives full collections."""
        gc.callbacks.append(self._collected)
        gc.collect()

    def remove(self) -> None:
        """Leave collections to the interpreter again."""
        gc.callbacks.remove(self._collected)
        gc.unfreeze()

    def _collected(self, phase: str, info: dict[str, Any]) -> None:
        if phase != "stop":
            return
        if info["generation"] == 2:
            self._is_asked_for = False
            gc.freeze()
        elif gc.get_count()[2] >= _MOST_PROMOTED and not self._is_asked_for:
            self._is_asked_for = True
            self._call_soon(gc.collect)
