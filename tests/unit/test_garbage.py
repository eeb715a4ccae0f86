"""A serving process puts aside what survived a full collection; run in a process of its own, as it concerns all of it."""

from __future__ import annotations

import gc
import subprocess
import sys

import pytest

from stubs.gateway.garbage import no_collections


def test_collections_rest_while_much_is_made_and_go_on_whatever_happens() -> None:
    def broken_off() -> None:
        with no_collections():
            assert not gc.isenabled()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken_off()
    assert gc.isenabled()


PROGRAM = """
import gc
from stubs.gateway.garbage import ShortCollections

asked = []
short = ShortCollections(asked.append)
short.install()
first = gc.get_freeze_count()
state = []
while not asked:
    state.append({"number": [len(state)]})
state += [{"number": [number]} for number in range(100_000)]
asked.pop()()
assert gc.get_freeze_count() >= first + len(state), (first, gc.get_freeze_count())

class Cycle:
    pass

gone = Cycle()
gone.itself = gone
del gone
assert gc.collect() >= 1, "cycles made since are still found"
short.remove()
assert gc.get_freeze_count() == 0
"""


def test_what_survives_a_full_collection_is_not_looked_at_again() -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], check=True)
