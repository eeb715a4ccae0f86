"""Whole scenarios against a party's system in another process, which receives at an endpoint of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.cli import run


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
    assert set(result["totals"]) == {"PASS"}, json.loads((folder / "result.json").read_text())["roles"]
    assert result["totals"]["PASS"] >= 7
    assert code == 0
    assert run(["verify", str(folder / "bundle.zip")]) == 0
    assert run(["judge", str(folder / "bundle.zip")]) == 0
