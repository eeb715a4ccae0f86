"""Whole scenarios against a party's system in another process, which receives at an endpoint of its own."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.cli import run
from stubs.app import init_pki

PARTY = "A0-B1-C2-D3-E4-01-00-00"
ACB = "DC-C0-00-00-00-00-00-02"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def smki_port() -> int:
    """A port that was free a moment ago: a party is configured with its DCC's address beforehand."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def party(tmp_path: Path, smki_port: int) -> Iterator[dict[str, str]]:
    init_pki(tmp_path / "pki")
    (tmp_path / "party").mkdir()
    program = [sys.executable, str(Path(__file__).with_name("party_server.py"))]
    with subprocess.Popen(
        [*program, str(tmp_path / "pki"), str(tmp_path / "party"), PARTY, ACB, f"http://127.0.0.1:{smki_port}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield json.loads(process.stdout.readline())
        process.stdin.close()
        process.wait(timeout=10)


def test_scenarios_run_against_a_party_over_http(
    party: dict[str, str], smki_port: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    free = ["--port", "0", "--smki-port", str(smki_port), "--ssi-port", "0"]
    code = run(
        ["rehearse", "--role", "IS", "--driver", f"http:{party['act']}", "--receive-url", party["receive"], *free,
         "--pki", str(tmp_path / "pki"), "--out", str(folder), "--json",
         "--select", "SR-201 or SR-501 or SR-601 or RC-010 or AL-001"]
    )  # fmt: skip
    result = json.loads(capsys.readouterr().out)
    assert result["totals"] == {"PASS": 7}, json.loads((folder / "result.json").read_text())["roles"]
    assert code == 0
    assert run(["verify", str(folder / "bundle.zip")]) == 0
    assert run(["judge", str(folder / "bundle.zip")]) == 0
