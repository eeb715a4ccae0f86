"""Property tests try the same examples every time and on every machine, however slow: no run differs from the last.

What looks further, with other examples each time, is `make fuzz`. The files that take longest are begun first.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Generator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("repeatable", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("repeatable")

TESTS = Path(__file__).parent
LONG = (
    "clients/test_reference_client.py",
    "clients/test_broken_clients.py",
    "clients/test_scenarios_catch_defects.py",
    "clients",
    "docs",
    "peers",
    "integration",
    "property",
)
"""Files and folders whose tests take longest, the longest first: begun last, one of them would keep one worker busy
while the others have nothing left to do."""


@cache
def place(path: Path) -> int:
    """Where the tests of a file stand in the order of a run."""
    return next((at for at, long in enumerate(LONG) if path.is_relative_to(TESTS / long)), len(LONG))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, Any, Any]:
    """What was collected stays to the end: it is not searched for garbage again and again.

    It is half a million objects, and a search takes 0.4 s; while they are made there is hardly any garbage to find.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first; the order within a file, and of files of one place, stays."""
    items.sort(key=lambda item: place(item.path))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Two workers for each core, but at most four more than cores: there are not so many tests that wait.

    Rehearsals of defective clients wait half of their time, until their time is up.
    """
    cores = os.cpu_count() or 1
    return min(2 * cores, cores + 4)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Files in parts instead of whole files."""
    from tests.distribution import in_parts  # noqa: PLC0415 - needs pytest-xdist, which need not be there

    return in_parts(config, log) if config.getvalue("dist") == "loadfile" else None
