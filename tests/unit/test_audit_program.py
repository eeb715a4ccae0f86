"""``.ci/audit.py``: no network is told, and is no failure."""

import runpy
from pathlib import Path

import pytest

from tests.ports import free_port

PROGRAM = Path(__file__).parents[2] / ".ci" / "audit.py"


def test_data_that_cannot_be_reached_is_said_and_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    program = runpy.run_path(str(PROGRAM))
    for address in (f"http://127.0.0.1:{free_port()}/", "no address"):
        assert program["main"]([], address) == 0
        assert "audit: SKIPPED: " in capsys.readouterr().out
