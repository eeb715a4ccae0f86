"""One event loop, in a thread of its own, for the HTTP of our drivers, whose own code is plain threads."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from functools import cache
from threading import Thread
from typing import TypeVar

Result = TypeVar("Result")


@cache
def http_loop() -> asyncio.AbstractEventLoop:
    """The loop; its thread starts with the first call and ends with the process."""
    loop = asyncio.new_event_loop()
    Thread(target=loop.run_forever, name="driver HTTP", daemon=True).start()
    return loop


def run_in_loop(work: Coroutine[object, object, Result]) -> Result:
    """Run ``work`` on the loop and wait for its result; call it from any other thread. Raises: what ``work`` raises."""
    return asyncio.run_coroutine_threadsafe(work, http_loop()).result()
