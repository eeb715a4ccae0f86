"""``make crash``: the DCC killed at random points, at each step from receipt to delivery, on a full disk, without power.

``run.py [PHASE…] [--kills 200] [--hits 3] [--full 10] [--cuts 60] [--fronts 60] [--seed TEXT]``; phases random, steps,
disk, power, fronts, control; all of them when none is named. It proves that nothing acknowledged is lost, nothing is executed twice, and
every response keeps its ResponseID; exit code 1 otherwise. The phase ``control`` shows that the file layer bites: there
the journal does not wait for the disk, and acknowledged requests must get lost. A program of its own, not a test: it
takes minutes. Loads go to loopback only.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[2])  # `tests` is found from whatever folder this is started in

from tests.crash.audit import Audit, audit  # noqa: E402 - the line above comes first
from tests.crash.server import STEPS, Order  # noqa: E402
from tests.crash.world import World  # noqa: E402

_OF_THE_CORE = 0.25
"""Share of kills that the core gets where there are fronts."""
_LONGEST = 0.6
"""Seconds of a life under load."""


def random_kills(folder: Path, kills: int, dice: random.Random) -> Audit:
    """kill -9 from outside, at any instant."""
    world = World(folder, {})
    world.begin_work()
    for _ in range(kills):
        threading.Event().wait(dice.uniform(0.0, _LONGEST))
        world.kill()
        world.live(Order({}))
    world.kill()
    world.finish()
    return audit(world)


def steps(folder: Path, hits: int, dice: random.Random) -> Audit:
    """Death at each step between receipt and delivery, several times."""
    world = World(folder, {})
    world.begin_work()
    for step in STEPS:
        for _ in range(hits):
            world.kill()
            world.live(Order({}, step=step, hit=dice.randint(1, 8) if step != "snapshot" else 1))
            world.await_end()
            world.live(Order({}))
    world.kill()
    world.finish()
    return audit(world)


def full_disk(folder: Path, rounds: int, dice: random.Random) -> Audit:
    """No room: refusals meanwhile; then room again without a restart, or death in the middle of it."""
    world = World(folder, {})
    world.begin_work()
    for number in range(rounds):
        refused = world.memory.unavailable
        world.tell("full")
        while world.memory.unavailable < refused + 5:
            threading.Event().wait(0.01)
        if number % 2:
            world.kill()
            world.live(Order({}))
        else:
            world.tell("room")
            acknowledged = len(world.memory.acknowledged)
            while len(world.memory.acknowledged) < acknowledged + 5:  # it works again by itself
                threading.Event().wait(0.01)
        threading.Event().wait(dice.uniform(0.0, _LONGEST))
    world.kill()
    world.finish()
    return audit(world)


def power_cuts(folder: Path, cuts: int, dice: random.Random, *, syncs: bool = True) -> Audit:
    """What was not synced is lost or torn; the journal waits for the disk at each commit, unless ``syncs`` is False."""
    world = World(folder, {"sync_to_disk": syncs, "snapshot_after": 100})
    world.kill()
    world.live(Order({}, lossy=True))
    world.begin_work()
    for number in range(cuts):
        world.kill()
        order = Order({}, lossy=True, seed=f"{number} {dice.random()}")
        if number % 2:
            world.live(Order({}, lossy=True, seed=order.seed, step=dice.choice(STEPS[:-1]), hit=dice.randint(1, 8)))
        else:
            world.live(Order({}, lossy=True, seed=order.seed, after=dice.uniform(0.8, 1.0 + _LONGEST)))
        world.await_end()
        world.live(Order({}, lossy=True))
    world.kill()
    world.finish(lossy=True, patience=120.0 if syncs else 5.0)
    return audit(world)


def fronts(folder: Path, kills: int, dice: random.Random) -> Audit:
    """kill -9 of a front process at any instant, and each fourth time or so of the core."""
    world = World(folder, {"workers": 2})
    world.begin_work()
    for _ in range(kills):
        acknowledged = len(world.memory.acknowledged)
        while len(world.memory.acknowledged) == acknowledged:  # something is under way, however slow the machine is
            threading.Event().wait(0.01)
        threading.Event().wait(dice.uniform(0.0, _LONGEST))
        if dice.random() < _OF_THE_CORE:
            world.kill_with_fronts()
            world.live(Order({}))
        else:
            world.kill_front(dice.randrange(2))
    world.kill_with_fronts()
    world.finish()
    return audit(world)


def main(arguments: list[str] | None = None) -> int:
    """Run the phases, print a line of counts for each, and say what is wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("phases", nargs="*")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--hits", type=int, default=3)
    parser.add_argument("--full", type=int, default=10)
    parser.add_argument("--cuts", type=int, default=60)
    parser.add_argument("--fronts", type=int, default=60)
    parser.add_argument("--control", type=int, default=10)
    parser.add_argument("--seed", default="uept")
    options = parser.parse_args(arguments)
    phases: dict[str, tuple[str, Callable[[Path, random.Random], Audit]]] = {
        "random": (f"{options.kills} kills at random", lambda at, dice: random_kills(at, options.kills, dice)),
        "steps": (f"{len(STEPS)} steps, {options.hits} each", lambda at, dice: steps(at, options.hits, dice)),
        "disk": (f"{options.full} times a full disk", lambda at, dice: full_disk(at, options.full, dice)),
        "power": (f"{options.cuts} power cuts", lambda at, dice: power_cuts(at, options.cuts, dice)),
        "fronts": (f"{options.fronts} kills of fronts", lambda at, dice: fronts(at, options.fronts, dice)),
        "control": (
            f"{options.control} power cuts, unsynced",
            lambda at, dice: power_cuts(at, options.control, dice, syncs=False),
        ),
    }
    failed = False
    print(f"seed {options.seed}", flush=True)  # noqa: T201 - a program that prints
    for name in options.phases or phases:
        title, phase = phases[name]
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="uept-crash-") as scratch:
            found = phase(Path(scratch) / "state", random.Random(f"{options.seed} {name}"))
        failed |= _tell(name, title, found, time.monotonic() - began)
    return int(failed)


def _tell(name: str, title: str, found: Audit, seconds: float) -> bool:
    """Print one phase; whether it failed."""
    print(  # noqa: T201
        f"{title}: {found.acknowledged} acknowledged, {found.sent_again} sent again, {found.seen_before} of them seen "
        f"before, {found.unavailable} refused with 503, {found.delivered} delivered ({found.delivered_again} again), "
        f"{found.entries} entries; lost {len(found.lost)}, executed twice {len(found.twice)}, other ResponseID "
        f"{len(found.other_response)}, problems {len(found.problems)}; {seconds:.0f} s",
        flush=True,
    )
    if name == "control":
        print("  (what is lost here shows that the file layer loses what is not synced)", flush=True)  # noqa: T201
        return not (found.lost or found.other_response or found.problems)
    for kind in ("lost", "twice", "other_response", "problems"):
        for text in getattr(found, kind)[:5]:
            print(f"  {kind}: {text}", flush=True)  # noqa: T201
    return not found.is_good


if __name__ == "__main__":
    sys.exit(main())
