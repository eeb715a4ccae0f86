"""Single keys at a terminal while a rehearsal goes on, with a terminal of our own."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli_kit import WAIT, started

if not hasattr(os, "openpty"):
    pytest.skip("no pseudo-terminals here", allow_module_level=True)

HANGS = "import sys, threading\nsys.stdin.read()\nthreading.Event().wait()\n"


class Screen:
    """What a person sees, and the keys they press."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.seen = ""

    def until(self, text: str) -> None:
        """Read until something new is shown."""
        begin = len(self.seen)
        while text not in self.seen[begin:]:
            data = os.read(self._descriptor, 4096)
            assert data, self.seen
            self.seen += data.decode("utf-8", "replace")

    def rest(self) -> None:
        """Read to the end; Linux says EIO once nobody holds the other side."""
        with suppress(OSError):
            while data := os.read(self._descriptor, 4096):
                self.seen += data.decode("utf-8", "replace")

    def press(self, key: str) -> None:
        os.write(self._descriptor, key.encode())


@pytest.fixture
def pseudo_terminal() -> Iterator[tuple[int, int]]:
    ours, theirs = os.openpty()
    yield ours, theirs
    for descriptor in (ours, theirs):
        with suppress(OSError):
            os.close(descriptor)


def test_keys_extend_cancel_and_end_the_run(
    tmp_path: Path, pseudo_terminal: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = pseudo_terminal
    before = termios.tcgetattr(ours)
    (tmp_path / "hangs.py").write_text(HANGS)
    driver = f"command:{sys.executable} hangs.py"
    chosen = ("rehearse", "--role", "IS", "--select", "SR-*", "--out", "run")
    monkeypatch.setenv("TERM", "xterm")
    with started(
        *chosen, "--driver", driver, "--receive-url", "http://127.0.0.1:9/", cwd=tmp_path,
        stdin=theirs, stderr=theirs, stdout=subprocess.DEVNULL, start_new_session=True, preexec_fn=_controlling,
    ) as process:  # fmt: skip
        screen = Screen(ours)
        screen.until("keys: +")
        screen.until("waiting")
        screen.press("+")
        screen.until("60 s longer")
        screen.press("c")
        screen.until("cancelled by a person")
        screen.until("[2/")
        screen.until("waiting")
        screen.press("e")
        screen.until("the run ends after this scenario")
        screen.press("c")
        screen.until("the run is partial")
        os.close(theirs)
        screen.rest()
        assert process.wait(WAIT) == 130
    assert "Traceback" not in screen.seen
    assert screen.seen.count("cancelled by a person") == 2
    assert termios.tcgetattr(ours) == before


def _controlling() -> None:
    """Make standard input the terminal that we are in the foreground of."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
