"""The example client in Node.js passes what it knows, asked by the driver ``http``; only where Node.js is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.cli import run
from tests.cli_kit import FREE, environment

CLIENT = Path(__file__).parents[2] / "docs" / "examples" / "http_client.mjs"
NODE = shutil.which("node")

pytestmark = pytest.mark.skipif(NODE is None, reason="Node.js is absent; to enable: apt-get install nodejs")


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    assert run(["pki", "init", str(tmp_path / "keys")]) == 0
    return tmp_path / "keys"


@pytest.fixture
def address(tmp_path: Path, keys: Path) -> Iterator[str]:
    """The client as a service; ``uept`` on its path is this one."""
    uept = tmp_path / "bin" / "uept"
    uept.parent.mkdir()
    uept.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "from harness.cli import main; main()" "$@"\n')
    uept.chmod(0o755)
    variables = environment(PATH=f"{uept.parent}{os.pathsep}{os.environ['PATH']}", TMPDIR=str(tmp_path))
    command = [str(NODE), str(CLIENT), "0", str(keys)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=variables) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.kill()


def test_it_reads_the_inventory_and_says_what_it_cannot_do(
    tmp_path: Path, keys: Path, address: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert address.startswith("http://127.0.0.1:")
    for name, seconds in (("UEPT_PATIENCE", "300"), ("UEPT_DEADLINE", "600")):  # it comes, however busy the machine is
        monkeypatch.setenv(name, seconds)
    folder = tmp_path / "run"
    code = run([
        "rehearse", "--role", "IS", "--only", "SR-601-IS", "--only", "SR-605-IS", "--driver", f"http:{address}",
        "--receive-url", "http://127.0.0.1:9/", "--pki", str(keys), "--out", str(folder), *FREE,
    ])  # fmt: skip
    said = capsys.readouterr().err
    found = {one["key"]: one["verdict"] for one in json.loads((folder / "result.json").read_bytes())["scenarios"]}
    assert (code, found) == (3, {"SR-601-IS": "PASS", "SR-605-IS": "NOT_RUN"}), said
