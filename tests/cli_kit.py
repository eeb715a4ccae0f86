"""``uept`` as its users start it: in this process where that will do, as a process of its own where it must."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from harness.cli import run

ROOT = Path(__file__).parents[1]
UEPT = (sys.executable, "-c", "from harness.cli import main; main()")
FREE = ("--port", "0", "--smki-port", "0", "--ssi-port", "0", "--control-port", "0")
WAIT = 500.0
"""Seconds until a process counts as hanging: many times what it takes, on a machine with other work."""

REQUEST = (
    '<sr:Request xmlns:sr="http://www.dccinterface.co.uk/ServiceUserGateway" schemaVersion="5.4"><sr:Header>'
    "<sr:RequestID>A0-B1-C2-D3-E4-01-00-00:DC-C0-00-00-00-00-00-02:1</sr:RequestID>"
    "<sr:CommandVariant>8</sr:CommandVariant><sr:ServiceReference>8.2</sr:ServiceReference>"
    "<sr:ServiceReferenceVariant>8.2</sr:ServiceReferenceVariant></sr:Header><sr:Body><sr:ReadInventory>"
    "<sr:DeviceID>DE-51-CE-29-73-A9-8E-CF</sr:DeviceID></sr:ReadInventory></sr:Body></sr:Request>"
)


def environment(**more: str) -> dict[str, str]:
    """Ours without settings of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("UEPT_")}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "default"} | more


def uept(
    *arguments: str | Path, cwd: Path, stdin: bytes = b"", more: Mapping[str, str] | None = None, **how: Any
) -> subprocess.CompletedProcess[bytes]:
    """Run one command to its end in a process of its own."""
    settings: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how}
    if "stdin" not in how:
        settings["input"] = stdin
    command, variables = [*UEPT, *map(str, arguments)], environment(**(more or {}))
    done: subprocess.CompletedProcess[bytes] = subprocess.run(
        command, cwd=cwd, timeout=WAIT, env=variables, check=False, **settings
    )
    return done


@contextmanager
def started(*arguments: str | Path, cwd: Path, **how: Any) -> Iterator[subprocess.Popen[str]]:
    """A command that goes on; killed at the end if it has not ended by itself."""
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | how
    process = subprocess.Popen([*UEPT, *map(str, arguments)], cwd=cwd, text=True, env=environment(), **pipes)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
        process.wait(WAIT)


def ready(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The line ``uept serve`` prints when everything listens."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.communicate(timeout=WAIT)
    urls: dict[str, Any] = json.loads(line)
    return urls


Refused = Callable[..., str]


def refuser(capsys: pytest.CaptureFixture[str]) -> Refused:
    """A function that runs one command in this process and holds it to what a refusal is.

    One line on standard error that says where to read on, no traceback, the exit code; it returns that line.
    """

    def refused(*arguments: str | Path, code: int = 2) -> str:
        capsys.readouterr()
        found = run([*map(str, arguments)])
        shown = capsys.readouterr()
        assert "Traceback" not in shown.err + shown.out
        assert "an error of the harness itself" not in shown.err, shown.err
        assert found == code, shown
        lines = shown.err.splitlines()
        assert len(lines) == 1, lines
        assert lines[0].startswith("uept: ")
        assert "`uept " in lines[0], f"says not where to read on: {lines[0]}"
        return lines[0].removeprefix("uept: ")

    return refused
