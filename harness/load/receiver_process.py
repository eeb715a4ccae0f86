"""One of our own receivers in a process of its own, so that it has a processor to itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.load.receiving import behaviour_of
from stubs.wire.errors import Blocked


@contextmanager
def receiver(name: str, pki: Path) -> Iterator[str]:
    """The URL at which it takes messages, until the block ends. Raises: InputError: no such receiver; Blocked."""
    behaviour_of(name)
    process = subprocess.Popen(  # noqa: S603 - this program
        [sys.executable, "-P", "-m", "harness.load.receiving", name, str(pki)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)},
        start_new_session=True,  # Ctrl-C is for the run, which ends it
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            raise Blocked(f"the receiver {name} did not start", mend="Its own words stand above.")
        yield str(json.loads(line)["url"])
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait()
