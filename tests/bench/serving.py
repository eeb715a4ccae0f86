"""``uept serve`` as a process of its own, on free ports, and its control API."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

UEPT = str(Path(sys.executable).with_name("uept"))
_FREE_PORTS = ("--port", "0", "--smki-port", "0", "--ssi-port", "0", "--control-port", "0")


class NotServing(Exception):  # noqa: N818 - what happened, in the words of the process
    """``uept serve`` ended, or was not ready in time."""


@dataclass(frozen=True, slots=True)
class Served:
    """A running simulated DCC: its process and its URLs (transform, send_command, non_device, smki, control, ssi)."""

    process: subprocess.Popen[str]
    urls: dict[str, Any]

    def control(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """One call of the control API: GET without a body, POST with one."""
        request = urllib.request.Request(
            f"{str(self.urls['control']).rstrip('/')}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self.urls['control_token']}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")


@contextmanager
def served(*flags: str, patience: float = 30.0, env: Mapping[str, str] | None = None) -> Iterator[Served]:
    """Run ``uept serve`` with these flags until the block ends, in the environment ``env``; None: in ours.

    Raises: NotServing: it did not become ready; with what it said.
    """
    command = [UEPT, "serve", *_FREE_PORTS, *flags]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
    timer = threading.Timer(patience, process.kill)
    timer.start()
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        timer.cancel()
        if not line:
            assert process.stderr is not None
            raise NotServing(f"uept serve ended with {process.wait(10)}: {process.stderr.read()[-2000:]}")
        yield Served(process, json.loads(line))
    finally:
        timer.cancel()
        process.terminate()
        try:
            process.communicate(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
