"""A rehearsal whose settings hold a marked secret wherever one may stand: nothing it writes holds the mark."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.cli import run
from tests.unit.test_redaction import MARK, encodings

SETTINGS = """
roles = ["IS"]
select = "IC-001"
receive_url = "http://127.0.0.1:9/in?token={mark}"
[dcc]
receive_url = "http://127.0.0.1:9/in?{mark}"
pki = "{folder}/keys"
control_token = "{mark}"
[dcc.ssi]
test_pass_phrase = "{mark}"
[[dcc.ssi.persons]]
name = "alice"
user = "A0-B1-C2-D3-E4-01-00-00"
pass_phrase = "{mark}"
"""
KEYS = {"pki", "keys", "authorities", "receive-queries.json"}
"""What holds secrets because that is what it is for: none of it goes into bundle or report."""


def test_nothing_that_a_run_writes_holds_a_secret_of_its_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / MARK
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert run(["pki", "init", "keys"]) == 0
    Path("uept.toml").write_text(SETTINGS.format(folder=folder, mark=MARK))
    run(["rehearse", "--settings", "uept.toml", "--out", "run"])
    said = capsys.readouterr()
    assert "IC-001" in said.out + said.err
    written = [file for file in (folder / "run").rglob("*") if file.is_file()]
    assert {"run.json", "report.html"} <= {file.name for file in written}
    found = [
        str(file.relative_to(folder))
        for file in written
        for encoded in encodings(MARK)
        if encoded in file.read_bytes() and not KEYS & set(file.parts)
    ]
    assert found == []
