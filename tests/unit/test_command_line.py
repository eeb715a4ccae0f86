"""The command line's promises: exit codes, one line for an error, JSON for machines."""

import json
from pathlib import Path

import pytest

from harness import cli
from harness.cli import _COMMANDS, _GROUPS, run


@pytest.mark.parametrize("name", sorted(_COMMANDS))
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([name, "--help"]) == 0
    assert "Usage: uept" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nosuch"], 2, "nosuch"),
        (["validate"], 2, "Missing argument"),
        (["validate", "/nonexistent/file.xml"], 2, ""),
        (["gbcs", "decode", "zz"], 2, "zz"),
        (["gbcs", "build", "x.xml", "--device-type", "TOASTER"], 2, "TOASTER"),
        (["verify", "/nonexistent/bundle.zip"], 2, "cannot be read"),
        (["judge", "/nonexistent/bundle.zip"], 2, "cannot be read"),
        (["report", "/nonexistent"], 2, "journal.db"),
        (["catalogue", "srv", "no such service"], 2, "nothing in the catalogue"),
    ],
)
def test_bad_input_is_one_line_and_an_exit_code(
    arguments: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == code
    shown = capsys.readouterr()
    assert "Traceback" not in shown.err + shown.out
    assert len(shown.err.splitlines()) <= 1
    assert words in shown.err + shown.out


def test_something_that_is_no_bundle_is_refused_with_what_was_expected(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bundle.zip"
    file.write_bytes(b"PK not really")
    assert run(["verify", str(file)]) == 2
    assert "not a bundle" in capsys.readouterr().err


def test_an_error_of_ours_is_said_to_be_ours(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def explode(**_: object) -> int:
        raise RuntimeError("boom")

    monkeypatch.setattr(cli.cli, "main", explode)
    assert run(["doctor"]) == 3
    assert "an error of the harness itself" in capsys.readouterr().err


def test_the_catalogue_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["catalogue", "srv", "4.1.1", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["request_element"] == "ReadInstantaneousImportRegisters"


def test_validate_says_line_path_and_rule(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "request.xml"
    file.write_text(
        '<sr:Request xmlns:sr="http://www.dccinterface.co.uk/ServiceUserGateway" schemaVersion="5.4">\n<sr:Header/>\n'
        "</sr:Request>"
    )
    assert run(["validate", str(file), "--json"]) == 1
    (result,) = json.loads(capsys.readouterr().out)
    assert result["valid"] is False
    assert result["errors"][0]["line"] == 2


def test_validate_refuses_entities(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bomb.xml"
    file.write_text('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    assert run(["validate", str(file)]) == 1
    assert "Traceback" not in capsys.readouterr().out


def test_uept_alone_names_the_next_step_for_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run([]) == 0
    assert "uept init ours" in capsys.readouterr().out
    (tmp_path / "uept.toml").touch()
    run([])
    assert "uept rehearse --settings uept.toml" in capsys.readouterr().out
    for name in ("1", "2"):
        (tmp_path / "uept-runs" / name).mkdir(parents=True)
        (tmp_path / "uept-runs" / name / "result.json").touch()
    run([])
    assert "uept diff uept-runs/1 uept-runs/2" in capsys.readouterr().out


def test_every_command_of_a_group_is_shown_once() -> None:
    shown = [name for names in _GROUPS.values() for name in names]
    assert len(shown) == len(set(shown))


def test_the_version_names_program_schemas_catalogue_and_scenarios(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    first, second, third, fourth = capsys.readouterr().out.splitlines()
    assert first.startswith("uept 0.")
    assert "5.4" in second
    assert len(third.removeprefix("catalogue ")) == 16
    assert len(fourth.removeprefix("scenario set ")) == 16
