"""The simulated DCC as a process that dies on order: at a step, after a time, with the power or without."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgspec

import stubs.app
from stubs.app import DccSettings, SimulatedDcc
from stubs.dcc import Dcc
from stubs.gateway import service
from stubs.gateway.delivery import Delivery
from stubs.gateway.runtime import Runtime
from stubs.gateway.snapshots import Snapshots
from stubs.journal import FILE_NAME, SqliteStore
from stubs.journal.sqlite import LOG_SUFFIXES
from tests.crash.lossy import LossyStore, power_cut
from tests.dcc_kit import EVERYTHING

STEPS = (
    "received", "handled", "appended", "committed", "moved", "answering", "ticked", "posting", "posted", "recorded",
    "snapshot",
)  # fmt: skip
"""From receipt to delivery: the whole request is there; the core folded it; its events are in the journal's memory; they
are in a file; SQLite has what was in that file; the answer is about to leave; the agenda was worked off; a delivery is about to be posted; the endpoint
answered; the delivery is noted; a snapshot was written."""


@dataclass(frozen=True)
class Order:
    """One life of the server."""

    settings: dict[str, Any]
    premises: bool = False
    """Make the premises: once."""
    step: str = ""
    hit: int = 1
    """Die at this step, the n-th time it is reached."""
    after: float = 0.0
    """Die after these seconds; 0: not by itself."""
    lossy: bool = False
    """Journal on the lossy file layer; dying is then a power cut."""
    seed: str = ""
    limits: dict[str, int] = field(default_factory=dict)


def serve(order: Order, pipe: Connection) -> None:
    """Run one life; told through ``pipe`` to fill the disk, to make room, to name the fronts, or to stop."""

    def die() -> None:
        if order.lossy:
            power_cut(order.seed)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(stubs.journal.sqlite, "_FULL", 20_000)  # noqa: B010 - so that rows are moved in the middle of the load, too
    store: type[SqliteStore] = SqliteStore
    if order.lossy:
        store = LossyStore
        setattr(stubs.app, "SqliteStore", LossyStore)  # noqa: B010 - the name is not exported
    if order.step:
        _arm(order.step, order.hit, die, store)
    if order.after:
        threading.Timer(order.after, die).start()
    asyncio.run(_run(order, pipe))


async def _run(order: Order, pipe: Connection) -> None:
    dcc = await SimulatedDcc.start(msgspec.convert(order.settings, DccSettings))
    begun = (dcc.journal.last_seq, dcc.journal.last_hash)
    home = (
        dcc.control.add_premises({"name": "home", "devices": list(EVERYTHING)}) if order.premises else {"devices": {}}
    )
    pipe.send({"urls": msgspec.to_builtins(dcc.urls), "devices": home["devices"], "begun": begun})
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    threading.Thread(
        target=_listen, args=(pipe, dcc, Path(order.settings["state_dir"]), loop, stopped), daemon=True
    ).start()
    await stopped.wait()
    await dcc.stop()


def _listen(
    pipe: Connection, dcc: SimulatedDcc, state: Path, loop: asyncio.AbstractEventLoop, stopped: asyncio.Event
) -> None:
    """Orders while it runs: ``full`` and ``room`` for the disk, ``fronts`` for their ids, ``stop`` for a clean end."""
    while True:
        try:
            word = pipe.recv()
        except EOFError:
            os.kill(os.getpid(), signal.SIGKILL)  # whoever started us is gone
        if word == "stop":
            loop.call_soon_threadsafe(stopped.set)
            return
        if word == "fronts":
            pipe.send(dcc.fronts.pids if dcc.fronts is not None else ())
            continue
        files = [state / f"{FILE_NAME}{suffix}" for suffix in LOG_SUFFIXES]
        size = max((file.stat().st_size for file in files if file.exists()), default=0)
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 9000 if word == "full" else hard, hard))
        pipe.send(word)


def _arm(step: str, hit: int, die: Callable[[], None], store: type[SqliteStore]) -> None:
    """Let ``step`` kill the process, the ``hit``-th time it is reached."""
    count = 0

    def reached() -> None:
        nonlocal count
        count += 1
        if count == hit:
            die()

    owner, name, is_before = {
        "received": (Runtime, "submit", True),
        "handled": (Dcc, "handle", False),
        "appended": (Runtime, "append", False),
        "committed": (store, "write", False),
        "moved": (store, "move", False),
        "answering": (service, "_leave", True),
        "ticked": (Dcc, "tick", False),
        "posting": (Delivery, "_post", True),
        "posted": (Delivery, "_post", False),
        "recorded": (Delivery, "_record", False),
        "snapshot": (Snapshots, "_write", False),
    }[step]
    known: Any = getattr(owner, name)

    async def awaited(*args: Any, **more: Any) -> Any:
        if is_before:
            reached()
        result = await known(*args, **more)
        if not is_before:
            reached()
        return result

    def called(*args: Any, **more: Any) -> Any:
        if is_before:
            reached()
        result = known(*args, **more)
        if not is_before and _is_something(step, args, result):
            reached()
        return result

    setattr(owner, name, awaited if asyncio.iscoroutinefunction(known) else called)


def _is_something(step: str, args: tuple[Any, ...], result: Any) -> bool:
    """Whether there was anything to do: most turns of the timer find nothing."""
    return bool({"ticked": result, "appended": args[1:2] and args[1]}.get(step, True))
