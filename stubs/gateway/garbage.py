"""Garbage collections that stay short, however many devices are simulated.

A full collection looks at every object that could be part of a cycle: 0.2 to 0.4 s with 50,000 devices, during which
the event loop stands still. What survived one full collection is the state, which is freed by reference counts; it is
put aside, so that the next one looks only at what was made since. Cycles among what was put aside are never freed:
this is for a process that serves until it ends.
"""

from __future__ import annotations

import gc
from typing import Any

_OLDEST = 2


def keep_collections_short() -> None:
    """Put aside what is there now, and again after each full collection what survived it. Once for a process."""
    if _freeze not in gc.callbacks:
        gc.callbacks.append(_freeze)
    gc.collect()


def _freeze(phase: str, info: dict[str, Any]) -> None:
    if phase == "stop" and info["generation"] == _OLDEST:
        gc.freeze()
