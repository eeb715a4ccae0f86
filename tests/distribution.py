"""Division of the tests among workers: by files, as ``--dist loadfile`` does, but the longest files in parts.

A file's tests stay on one worker, since they share what their module made. The parts of a long file share what a session
made, which every worker has; a whole one would keep one worker busy to the end.
"""

from __future__ import annotations

from typing import Any
from zlib import crc32

import pytest
from xdist.scheduler import LoadFileScheduling

PARTS = {
    "clients/test_broken_clients.py": 6,
    "clients/test_scenarios_catch_defects.py": 8,
}
"""File below ``tests`` to the number of its parts: only files whose tests share nothing but what a session made."""


def unit_of(nodeid: str) -> str:
    """What a test is handed out with: its file, or the part of its file."""
    file = nodeid.split("::", 1)[0]
    parts = next((number for name, number in PARTS.items() if file.endswith(name)), 1)
    return f"{file} {crc32(nodeid.encode()) % parts}" if parts > 1 else file


def in_parts(config: pytest.Config, log: Any) -> Any:
    """A scheduler of pytest-xdist that hands out files, or parts of one."""
    scheduling = LoadFileScheduling(config, log)
    scheduling._split_scope = unit_of
    return scheduling
