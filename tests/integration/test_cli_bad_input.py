"""Bad input on the command line: one line that says what, where and how to mend it, and the exit code; nothing lost."""

from __future__ import annotations

import json
import os
import socket
import stat
import sys
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from harness.cli import run
from harness.evidence import archive, bundle, manifest
from harness.evidence import slice as journal_slice
from stubs.clock import VirtualClock
from stubs.events import CheckJudged, RunFinished, RunStarted
from stubs.journal import GENESIS, Journal, Row, SqliteStore, chain_hash
from stubs.smki import init_pki
from tests.cli_kit import REQUEST, Refused, refuser
from tests.dcc_kit import NOW

DOCUMENTS = {
    "empty.xml": b"",
    "words.xml": b"no XML at all",
    "cut.xml": REQUEST.encode()[:300],
    "deep.xml": b"<a>" * 5000 + b"</a>" * 5000,
    "entities.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    "latin.xml": b"<a>\xff\xfe</a>",
    "utf16.xml": REQUEST.encode("utf-16"),
    "nul.xml": b"<a>\0</a>",
    "huge.xml": b"<a>" + b"x" * 17_000_000 + b"</a>",
}

ANY_PORTS = ("--port", "0", "--smki-port", "0", "--ssi-port", "0", "--control-port", "0")
"""For what starts the DCC before it is refused: whoever else listens on the default ports."""


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Refused:
    return refuser(capsys)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys") / "keys"
    init_pki(folder, seed=b"bad input")
    return folder


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("UEPT_")]:
        monkeypatch.delenv(name)


# --- usage and settings ---


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("rehearse", "--role", "XX"), ("--role", "'XX'", "IS, ES, GS")),
        (("rehearse", "--driver", "nosuch"), ("no driver is called 'nosuch'", "reference", "command:")),
        (("rehearse", "--driver", "broken:nosuch"), ("no defect is called 'nosuch'", "reuses-counter")),
        (("rehearse", "--driver", "broken"), ("needs a defect",)),
        (("rehearse", "--driver", "command:"), ("needs a command line",)),
        (("rehearse", "--driver", "command:'open"), ("cannot be read", "Close the quotes")),
        (
            ("rehearse", "--driver", "command:./nosuch", "--receive-url", "http://127.0.0.1:9/", *ANY_PORTS),
            ("./nosuch", "chmod +x"),
        ),
        (("rehearse", "--driver", "http:nonsense"), ("'nonsense' is no web address",)),
        (("rehearse", "--driver", "http:http://127.0.0.1:99999/"), ("no web address",)),
        (("rehearse", "--driver", "python:nosuch:make"), ("No module named 'nosuch'",)),
        (("rehearse", "--driver", ""), ("--driver",)),
        (("rehearse", "--jobs", "0"), ("--jobs", ">= 1")),
        (("rehearse", "--jobs", "many"), ("--jobs", "'many'")),
        (("rehearse", "--select", "SR-* and"), ("--select", "a pattern is missing")),
        (("rehearse", "--select", "(" * 3000), ("--select", "deeper than")),
        (("rehearse", "--select", "XX-*"), ("no scenario is chosen", "Widen")),
        (
            ("rehearse", "--driver", "command:true", "--select", "SR-605-IS"),
            ("receive_url", "no endpoint", "--receive-url"),
        ),
        (("rehearse", "--driver", "observe", "--select", "AL-001-IS"), ("receive_url", "no endpoint", "--receive-url")),
        (("rehearse", "--receive-url", "nonsense"), ("--receive-url", "no web address", "http://host:port/path")),
        (("rehearse", "--port", "70000"), ("--port", "65535")),
        (("rehearse", "--settings", "absent.toml"), ("absent.toml", "No such file", "existing file")),
        (("rehearse", "--settings", "."), ("Is a directory",)),
        (("rehearse", "--signing-key", "absent.pem"), ("absent.pem", "cannot be read")),
        (("rehearse", "--pki", "absent"), ("no PKI at absent", "uept pki init")),
        (("plan", "--role", "GT", "--services", "4.1.1", "--write", "."), ("--write: .: Is a directory", "written")),
        (("rehearse", "--plan", "absent.toml"), ("absent.toml: No such file or directory. Write a plan",)),
        (("rehearse", "--nosuch"), ("--nosuch", "uept rehearse --help")),
        (("serve", "--receive-url", "ftp://x/"), ("--receive-url", "no web address")),
        (("serve", "--pki", "absent"), ("no PKI at absent",)),
        (("serve", "--port", "5000", "--smki-port", "5000"), ("--port", "must differ")),
        (("serve", "surplus"), ("surplus",)),
        (("nosuch",), ("nosuch", "uept --help")),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, tuple) else None,
)
def test_wrong_usage_is_one_line_and_exit_code_2(
    refused: Refused, tmp_path: Path, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    said = refused(*arguments)
    assert [word for word in words if word not in said] == [], said
    assert list(tmp_path.iterdir()) == [], "something is left behind"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"driver = \n", ("uept.toml:1", "not TOML")),
        (b'[dcc]\npki = "C:\\keys"\n', ("uept.toml:2", "not TOML", "write C:/keys, or 'C:\\keys'")),
        (b"drivr = 'reference'\n", ("uept.toml:1: drivr: unknown key", "Did you mean 'driver'?")),
        (b"\njobs = 'x'\n", ("uept.toml:2: jobs: expected `int`, got `str`",)),
        (b"[dcc]\nport = 'x'\n", ("uept.toml:2: dcc.port",)),
        (b"# \xff\xfe\n", ("uept.toml:1: not UTF-8", "Save the file as UTF-8")),
        (bytes(range(256)), ("uept.toml:", "not UTF-8")),
        (b"[dcc.ssi]\nnosuch = 1\n", ("nosuch", "[dcc.ssi]")),
    ],
)
@pytest.mark.parametrize("command", ["rehearse", "serve"])
def test_a_bad_settings_file_is_named_with_line_and_key(
    refused: Refused, tmp_path: Path, command: str, content: bytes, words: tuple[str, ...]
) -> None:
    (tmp_path / "uept.toml").write_bytes(content)
    said = refused(command, "--settings", "uept.toml", *(("--port", "0") if b"dcc.ssi" in content else ()))
    assert [word for word in words if word not in said] == [], said
    assert [path.name for path in tmp_path.iterdir()] == ["uept.toml"]


def test_the_settings_file_may_be_named_in_the_environment(
    refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "uept.toml").write_text("nosuch = 1\n")
    monkeypatch.setenv("UEPT_SETTINGS", "uept.toml")
    assert "uept.toml:1: nosuch: unknown key" in refused("rehearse")


def test_a_group_without_a_command_shows_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    for group in (["gbcs"], ["pki"], ["catalogue"]):
        assert run(group) == 2
        assert "Commands:" in capsys.readouterr().err


# --- keys ---


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no JSON", ("keystore.json is not JSON", "npm package")),
        (b"[1, 2", ("keystore.json is not JSON",)),
        (b"\xff\xfe", ("keystore.json is not JSON",)),
        (b"[" * 100_000, ("keystore.json is not JSON",)),
        (b'{"a": 1}', ("no certificate could be read from keystore.json",)),
        (b'{"a": {"b": {"c": {"certificate": "zz"}}}}', ("no certificate could be read", "a/b/c")),
    ],
)
def test_a_keystore_that_is_none_is_refused(
    refused: Refused, tmp_path: Path, content: bytes, words: tuple[str, ...]
) -> None:
    (tmp_path / "keystore.json").write_bytes(content)
    for command in (("pki", "list"), ("pki", "import"), ("serve", "--port", "0", "--pki"), ("rehearse", "--pki")):
        more = ("imported",) if "import" in command else ()
        said = refused(*command, "keystore.json", *more)
        assert [word for word in words if word not in said] == [], said
    assert [path.name for path in tmp_path.iterdir()] == ["keystore.json"]


def test_a_folder_without_keys_is_refused(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "no certificate could be read from empty" in refused("pki", "list", "empty")
    assert "pki.json is not a PKI index" in _with_index(refused, tmp_path, {"version": 99})
    assert "lacks parties" in _with_index(refused, tmp_path, {"version": 1})
    assert "unknown roles" in _with_index(
        refused, tmp_path, {"version": 1, "provenance": {}, "parties": [{"eui": "x", "roles": ["XX"]}]}
    )


def _with_index(refused: Refused, tmp_path: Path, index: object) -> str:
    folder = tmp_path / "damaged"
    if not folder.exists():
        init_pki(folder, seed=b"damaged")
    (folder / "pki.json").write_text(json.dumps(index))
    return refused("pki", "list", folder)


def test_keys_that_are_missing_or_unreadable_are_named(refused: Refused, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    init_pki(folder, seed=b"incomplete")
    for key in (folder / "organisations").glob("*xmlsign.key"):
        key.write_text("-----BEGIN PRIVATE KEY-----\nzz\n-----END PRIVATE KEY-----\n")
    (tmp_path / "request.xml").write_text(REQUEST)
    assert "holds no xmlSign key of A0-B1-C2-D3-E4-01-00-00" in refused("sign", "request.xml", "--pki", folder)
    said = refused("rehearse", "--pki", folder, "--select", "IC-001", code=3)
    assert "a0b1c2d3e4010000-xmlsign.key is no private key" in said
    assert "uept pki" in said
    assert not (tmp_path / "uept-runs").exists()


def test_a_pki_is_never_overwritten(refused: Refused, keys: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in keys.rglob("*") if path.is_file()}
    assert "holds a PKI already" in refused("pki", "init", keys)
    assert "they would be overwritten" in refused("pki", "init", _without_index(keys, tmp_path))
    (tmp_path / "file").touch()
    assert "cannot be made" in refused("pki", "init", "file")
    assert "no PKI at nosuch" in refused("pki", "import", "nosuch", "imported")
    assert {path: path.read_bytes() for path in keys.rglob("*") if path.is_file()} == before


def _without_index(keys: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "copy"
    for path in keys.rglob("*.key"):
        target = copy / path.relative_to(keys)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    return copy


def test_an_import_may_be_repeated(keys: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listings = []
    for _ in range(2):
        assert run(["pki", "import", str(keys), str(tmp_path / "imported"), "--json"]) == 0
        listings.append(json.loads(capsys.readouterr().out))
    assert listings[0] == listings[1]


# --- documents ---


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_bad_document_is_named_by_every_command(
    refused: Refused, keys: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (tmp_path / name).write_bytes(DOCUMENTS[name])
    assert name in refused("sign", name, "--pki", keys)
    assert name in refused("gbcs", "build", name, "--device-type", "ESME")
    assert name in refused("gbcs", "decode", name)
    capsys.readouterr()
    assert run(["validate", name]) == 1
    assert capsys.readouterr().out.startswith(name)
    assert run(["verify-signature", name, "--pki", str(keys)]) == 1
    assert capsys.readouterr().out.startswith(f"{name}: bad: ")


@pytest.mark.parametrize("arguments", [
    ("validate",), ("verify",), ("judge",), ("gbcs", "decode"), ("gbcs", "mmc"), ("gbcs", "build", "--device-type", "ESME"),
    ("sign", "--pki", "{keys}"), ("verify-signature", "--pki", "{keys}"),
])  # fmt: skip
def test_a_file_that_cannot_be_read_is_named(
    refused: Refused, keys: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    filled = [argument.format(keys=keys) for argument in arguments]
    for path, why in ((tmp_path / "absent", "No such file"), (tmp_path, "Is a directory")):
        said = refused(*filled, path)
        assert str(path) in said
        assert why in said


def test_signing_says_what_it_cannot_sign(refused: Refused, keys: Path, tmp_path: Path) -> None:
    (tmp_path / "response.xml").write_text(
        REQUEST.replace("sr:Request ", "sr:Response ").replace("/sr:Request>", "/sr:Response>")
    )
    (tmp_path / "request.xml").write_text(REQUEST)
    (tmp_path / "stranger.xml").write_text(REQUEST.replace("A0-B1-C2-D3-E4-01", "A0-B1-C2-D3-E4-99"))
    assert "expected Request" in refused("sign", "response.xml", "--pki", keys)
    assert "A0-B1-C2-D3-E4-99-00-00" in refused("sign", "stranger.xml", "--pki", keys)
    assert "--user: not an EUI-64" in refused("sign", "request.xml", "--pki", keys, "--user", "me")
    assert "--pki" in refused("sign", "request.xml")
    assert "absent/x.xml cannot be written: No such file" in refused(
        "sign", "request.xml", "--pki", keys, "-o", "absent/x.xml"
    )
    assert "/dev/full cannot be written: No space" in refused("sign", "request.xml", "--pki", keys, "-o", "/dev/full")


def test_a_request_that_becomes_no_command_is_told_from_one_that_is_none(
    refused: Refused, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "request.xml").write_text(REQUEST)
    assert "no command for 8.2" in refused("gbcs", "build", "request.xml", "--device-type", "ESME", code=1)
    capsys.readouterr()
    assert run(["gbcs", "build", "request.xml", "absent.xml", "--device-type", "ESME", "--json"]) == 2
    shown = capsys.readouterr()
    assert [sorted(row) for row in json.loads(shown.out)] == [["error", "file"], ["error", "file"]]
    assert len(shown.err.splitlines()) == 1


@pytest.mark.parametrize("message", ["00", "DD", "DD00", "AB" * 5000, "zz", "binary"])
def test_what_is_no_gbcs_message_is_said(refused: Refused, tmp_path: Path, message: str) -> None:
    (tmp_path / "binary").write_bytes(bytes(range(1, 200)))
    said = refused("gbcs", "decode", message)
    assert "expected" in said or "cannot be read" in said


def test_standard_input_that_is_closed_is_said(refused: Refused, keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert "standard input is closed" in refused("sign", "-", "--pki", keys)


# --- bundles and runs ---


def a_journal(*more: bytes) -> list[Row]:
    journal = Journal(SqliteStore(), VirtualClock(NOW, rate=0))
    journal.record(RunStarted(run="r1", facts={}), RunFinished(run="r1", complete=True))
    rows = list(journal.rows())
    journal.close()
    for event in more:
        rows.append(Row(len(rows) + 1, NOW.isoformat(), event, b""))
    return rechained(rows)


def rechained(rows: list[Row]) -> list[Row]:
    previous, chained = GENESIS, []
    for number, row in enumerate(rows, start=1):
        previous = chain_hash(previous, number, row.at, row.event)
        chained.append(Row(number, row.at, row.event, previous))
    return chained


def sealed(rows: list[Row]) -> bytes:
    """A bundle of rows as they are, without the checks that ours are made with."""
    files = {bundle.JOURNAL: journal_slice.to_lines(rows)}
    listing = manifest.describe(files).encode()
    evidence = bundle.Evidence((), {**files, bundle.EVIDENCE: listing}, "", "")
    return bundle.seal(evidence, {"report.html": b"<p>all is well</p>"}, ec.derive_private_key(7, ec.SECP256R1()))


@pytest.mark.parametrize("command", ["verify", "judge"])
@pytest.mark.parametrize(
    "content", [b"", b"no ZIP", b"PK\x03\x04 not really", archive.pack({"a": b"b"}), archive.pack({"../a": b"b"})]
)
def test_what_is_no_bundle_is_named(refused: Refused, tmp_path: Path, command: str, content: bytes) -> None:
    (tmp_path / "bundle.zip").write_bytes(content)
    assert refused(command, "bundle.zip").startswith("bundle.zip: ")
    assert refused(command, "bundle.zip", "--json").startswith("bundle.zip: ")


def test_an_altered_byte_is_found_with_its_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = sealed(a_journal())
    (tmp_path / "bundle.zip").write_bytes(whole)
    assert run(["verify", "bundle.zip"]) == 0
    capsys.readouterr()
    (tmp_path / "bundle.zip").write_bytes(whole.replace(b"<p>all is well</p>", b"<p>all is hell</p>"))
    assert run(["verify", "bundle.zip"]) == 1
    assert "changed: report.html" in capsys.readouterr().out
    assert run(["verify", "bundle.zip", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["good"] is False


JUDGED = CheckJudged(
    check="request-accepted", scenario="X", role="IS", verdict="PASS", expected="", got="", rule="", references=(),
    first=1, last=2, parameters={},
)  # fmt: skip


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (b'{"kind":"FromTheFuture"}', ("entry 3", "an event this version does not know", "FromTheFuture")),
        (b'{"kind":"RunStarted"}', ("entry 3", "run")),
        ({"check": "nosuch"}, ("entry 3", "a check this version does not know", "nosuch")),
        ({"check": "alert-acknowledged"}, ("entry 3", "cannot be judged as it stands")),
    ],
)
def test_a_journal_of_another_version_is_not_judged(
    refused: Refused, tmp_path: Path, event: bytes | dict[str, object], words: tuple[str, ...]
) -> None:
    if isinstance(event, dict):
        event = msgspec.json.encode(msgspec.structs.replace(JUDGED, **event))
    (tmp_path / "bundle.zip").write_bytes(sealed(a_journal(event)))
    said = refused("judge", "bundle.zip")
    assert [word for word in words if word not in said] == [], said


def test_a_bundle_without_a_run_is_not_judged(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "bundle.zip").write_bytes(sealed([]))
    assert "tells of no run" in refused("judge", "bundle.zip")


def test_a_folder_without_a_run_is_not_reported(refused: Refused, tmp_path: Path) -> None:
    assert "holds no state/journal.db" in refused("report", tmp_path)
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "journal.db").write_bytes(b"garbage" * 1000)
    assert "cannot use the journal" in refused("report", tmp_path, code=3)


def test_the_parts_of_a_run_of_several_workers_are_named(refused: Refused, tmp_path: Path) -> None:
    for number in "12":
        state = tmp_path / "run" / "state" / "workers" / number / "state"
        state.mkdir(parents=True)
        (state / "journal.db").touch()
    assert "run/state/workers/1 run/state/workers/2" in refused("report", "run")
    assert "holds a run already" in refused("rehearse", "--out", "run")


def test_reports_that_cannot_be_written_are_named(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    journal = Journal(SqliteStore(tmp_path / "state" / "journal.db"), VirtualClock(NOW, rate=0))
    journal.record(RunStarted(run="r1", facts={}))
    journal.close()
    (tmp_path / "file").touch()
    said = refused("report", tmp_path, "--out", tmp_path / "file", code=3)
    assert "result.json cannot be written" in said
    assert "uept report" in said
    assert run(["report", str(tmp_path), "--out", str(tmp_path / "elsewhere")]) == 0
    assert (tmp_path / "elsewhere" / "report.html").is_file()


# --- surroundings ---


def test_a_port_in_use_is_said_with_its_setting(refused: Refused, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = refused("serve", "--port", "0", "--smki-port", port, "--ssi-port", "0", "--control-port", "0")
        assert f"127.0.0.1:{port}" in said
        assert "set smki_port (--smki-port) to another" in said
        assert str(port) in refused("rehearse", "--port", port, "--select", "IC-001")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_said(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "file cannot be made: Not a directory" in refused("rehearse", "--out", "file")
    assert "cannot make the state folder file" in refused("serve", "--port", "0", "--state", "file")


def test_a_run_is_never_written_over(refused: Refused, tmp_path: Path) -> None:
    for trace in ("run.json", "state/journal.db"):
        folder = tmp_path / trace.partition("/")[0].replace(".", "-")
        (folder / trace).parent.mkdir(parents=True)
        (folder / trace).write_bytes(b"kept")
        assert "holds a run already" in refused("rehearse", "--out", folder)
        assert (folder / trace).read_bytes() == b"kept"


def test_a_program_that_is_not_executable_is_said(refused: Refused, tmp_path: Path) -> None:
    program = tmp_path / "client.sh"
    program.write_text("#!/bin/sh\n")
    program.chmod(stat.S_IRUSR)
    said = refused("rehearse", "--driver", f"command:{program}", "--receive-url", "http://127.0.0.1:9/", *ANY_PORTS)
    assert "is not executable" in said
    assert [path.name for path in tmp_path.iterdir()] == ["client.sh"]
