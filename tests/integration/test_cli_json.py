"""``--json``: one JSON document on standard output, whatever the exit code; errors stay on standard error."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from harness.cli import cli, run
from stubs.smki import init_pki, load_pki
from tests.cli_kit import REQUEST
from tests.dcc_kit import Party

Answer = Callable[..., Any]


@pytest.fixture
def answer(capsys: pytest.CaptureFixture[str]) -> Answer:
    def ask(*arguments: str | Path, code: int = 0) -> Any:
        capsys.readouterr()
        assert run([*map(str, arguments), "--json"]) == code
        shown = capsys.readouterr()
        assert bool(shown.err) is (code > 1), shown.err
        return json.loads(shown.out)

    return ask


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    init_pki(tmp_path / "keys", seed=b"json")
    return tmp_path / "keys"


@pytest.fixture
def request_file(tmp_path: Path) -> Path:
    file = tmp_path / "request.xml"
    file.write_text(REQUEST)
    return file


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    found = []
    with click.Context(group) as context:
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            here = (*path, name)
            found += commands(command, here) if isinstance(command, click.Group) else [(here, command)]
    return found


SPEAKS_JSON_ANYWAY = {("serve",), ("uep", "timeline")}
"""The one prints a JSON line anyway; the other's output is a picture."""


@pytest.mark.parametrize(
    ("path", "command"),
    [pytest.param(path, command, id=" ".join(path)) for path, command in commands(cli)],
)
def test_every_command_has_json_and_says_what_it_prints(path: tuple[str, ...], command: click.Command) -> None:
    if path in SPEAKS_JSON_ANYWAY:
        return
    assert "--json" in {option for parameter in command.params for option in parameter.opts}
    words = command.help or ""
    if path[0] == "catalogue":
        group = cli.get_command(click.Context(cli), "catalogue")
        assert group is not None
        words = group.help or ""
    assert "--json" in words


def test_keys(answer: Answer, keys: Path, tmp_path: Path) -> None:
    for made in (
        answer("pki", "list", keys),
        answer("pki", "import", keys, tmp_path / "b"),
        answer("pki", "init", tmp_path / "c"),
    ):
        assert sorted(made) == ["certificates", "folder", "key_sets"]
        assert sorted(made["certificates"][0]) == sorted(
            ["eui", "has_key", "in_use", "name", "role", "serial", "source_name", "usage", "valid_to"]
        )


def test_documents(answer: Answer, keys: Path, request_file: Path, tmp_path: Path) -> None:
    assert answer("validate", request_file) == [{"file": str(request_file), "valid": True, "errors": []}]
    signed = answer("sign", request_file, "--pki", keys)
    assert sorted(signed) == ["document", "file", "issuer", "serial", "signer"]
    (tmp_path / "signed.xml").write_text(signed["document"])
    (good,) = answer("verify-signature", tmp_path / "signed.xml", "--pki", keys)
    assert (good["good"], good["signer"], good["role"]) == (True, "A0-B1-C2-D3-E4-01-00-00", "87")
    (bad,) = answer("verify-signature", request_file, "--pki", keys, code=1)
    assert (bad["good"], bad["reason"]) == (False, "unsigned")
    written = answer("sign", request_file, "--pki", keys, "--out", tmp_path / "again.xml")
    assert written["out"] == str(tmp_path / "again.xml")


def test_a_file_among_many_that_cannot_be_read_spoils_no_others(answer: Answer, request_file: Path) -> None:
    good, bad = answer("validate", request_file, request_file.parent / "absent.xml", code=2)
    assert (good["valid"], bad["valid"]) == (True, False)
    assert "absent.xml" in bad["errors"][0]["message"]


def test_messages(answer: Answer, tmp_path: Path, keys: Path) -> None:
    request = tmp_path / "read.xml"
    request.write_bytes(Party(load_pki(keys)).request("4.1.1", "DE-51-CE-29-73-A9-8E-CF"))
    (built,) = answer("gbcs", "build", request, "--device-type", "ESME")
    assert sorted(built) == ["file", "group", "message_code", "payload", "use_case"]
    decoded = answer("gbcs", "decode", built["group"])
    assert sorted(decoded) == ["fields", "message", "summary"]
    assert isinstance(answer("gbcs", "decode", built["group"], built["group"]), list)
    nothing = answer("gbcs", "decode", "00", code=2)
    assert "no GBCS message" in nothing["summary"]


@pytest.mark.parametrize("what", ["srv", "codes", "alerts", "roles", "scenarios"])
def test_the_catalogue(answer: Answer, what: str) -> None:
    rows = answer("catalogue", what)
    assert len({tuple(row) for row in rows}) == 1
    assert answer("catalogue", what, "no such word") == []


def test_what_the_machine_has(answer: Answer) -> None:
    assert {tuple(row) for row in answer("doctor")} == {("what", "state", "detail", "mend")}


def test_a_run_and_its_bundle(answer: Answer, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rehearse", "--role", "IS", "--select", "IC-001", "--out", str(tmp_path / "run"), "--json"]) == 0
    shown = capsys.readouterr()
    result = json.loads(shown.out)
    assert list(result) == ["run", "complete", "exit_code", "totals", "roles", "report", "bundle", "fingerprint"]
    assert "IC-001-IS" in shown.err
    checked = answer("verify", result["bundle"])
    assert (checked["good"], checked["fingerprint"], checked["problems"]) == (True, result["fingerprint"], [])
    judged = answer("judge", result["bundle"])
    assert (judged["altered"], judged["differing"], judged["scenarios"][0]["key"]) == ([], [], "IC-001-IS")
    reported = answer("report", tmp_path / "run")
    assert reported["totals"] == result["totals"]
    assert checked["signer"] == judged["signer"] == {"fingerprint": result["fingerprint"], "known": False, "name": ""}
    wrong = answer("verify", reported["bundle"], "--fingerprint", "00", code=1)
    assert wrong["good"] is False
