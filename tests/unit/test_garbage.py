"""A serving process puts aside what survived a full collection; run in a process of its own, since that is for good."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import gc
from stubs.gateway.garbage import keep_collections_short
keep_collections_short()
keep_collections_short()
first = gc.get_freeze_count()
state = [{"number": [number]} for number in range(1000)]
gc.collect()
assert gc.get_freeze_count() >= first + 1000, (first, gc.get_freeze_count())
assert gc.callbacks.count(gc.callbacks[-1]) == 1
class Cycle:
    pass
gone = Cycle()
gone.itself = gone
del gone
assert gc.collect() >= 1, "cycles made since are still found"
"""


def test_what_survives_a_full_collection_is_not_looked_at_again() -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], check=True)
