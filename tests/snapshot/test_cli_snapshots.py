"""Texts that people see: the help of every command and the main messages, word for word."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from syrupy.assertion import SnapshotAssertion

from harness.cli import cli, run


def every_command(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [path]
    with click.Context(group) as context:
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            here = (*path, name)
            found += every_command(command, here) if isinstance(command, click.Group) else [here]
    return found


@pytest.fixture(autouse=True)
def _plain_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERMINAL_WIDTH", "80")


@pytest.mark.parametrize("path", every_command(cli), ids=lambda path: " ".join(("uept", *path)))
def test_help(path: tuple[str, ...], capsys: pytest.CaptureFixture[str], snapshot: SnapshotAssertion) -> None:
    assert run([*path, "--help"]) == 0
    assert capsys.readouterr().out == snapshot


MESSAGES = (
    ("nosuch",),
    ("validate",),
    ("validate", "absent.xml"),
    ("sign", "absent.xml", "--pki", "keys"),
    ("sign", "words.xml", "--pki", "keys"),
    ("verify", "absent.zip"),
    ("verify", "words.xml"),
    ("judge", "words.xml"),
    ("report", "absent"),
    ("gbcs", "decode", "words.xml"),
    ("gbcs", "decode", "00"),
    ("gbcs", "build", "words.xml", "--device-type", "ESME"),
    ("pki", "list", "absent"),
    ("pki", "list", "words.xml"),
    ("catalogue", "srv", "no such service"),
    ("rehearse", "--role", "XX"),
    ("rehearse", "--driver", "nosuch"),
    ("rehearse", "--driver", "http:nonsense"),
    ("rehearse", "--jobs", "0"),
    ("rehearse", "--select", "and"),
    ("rehearse", "--select", "XX-*"),
    ("rehearse", "--settings", "absent.toml"),
    ("rehearse", "--settings", "words.xml"),
    ("rehearse", "--settings", "typo.toml"),
    ("rehearse", "--receive-url", "nonsense"),
    ("serve", "--pki", "absent"),
    ("serve", "--port", "5000", "--smki-port", "5000"),
)


@pytest.mark.parametrize("arguments", MESSAGES, ids=" ".join)
def test_message(
    arguments: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str], snapshot: SnapshotAssertion
) -> None:
    (tmp_path / "words.xml").write_text("no XML at all")
    (tmp_path / "typo.toml").write_text("[dcc]\nprot = 8079\n")
    code = run([*arguments])
    shown = capsys.readouterr()
    assert f"exit code {code}\n{shown.out}{shown.err}" == snapshot
