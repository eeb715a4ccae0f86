"""A judge counts the same questions of a scenario as the world that ran it."""

from __future__ import annotations

import inspect

from harness.engine.world import World
from harness.judging.owed import _NotingWorld


def test_every_way_in_which_a_world_asks_counts_as_asking() -> None:
    asking = [
        name
        for name, method in inspect.getmembers(World, inspect.isfunction)
        if name != "ask" and "self.ask(" in inspect.getsource(method)
    ]
    assert asking, "the world asks in other words too"
    for name in asking:
        world = _NotingWorld({})
        getattr(world, name)("words")
        assert world.asked == 1, name
