"""The sealer of a bundle and its countersigners: only a key that the reader named stands for anybody."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from harness.cli import run
from harness.evidence import archive, bundle, countersignature, manifest
from stubs.clock import VirtualClock
from stubs.events import RunFinished, RunStarted
from stubs.journal import Journal, SqliteStore
from tests.cli_kit import Refused, refuser

PARTY, REVIEWER, STRANGER = (ec.derive_private_key(number, ec.SECP256R1()) for number in (7, 8, 9))
OWN = manifest.fingerprint(PARTY.public_key())
OTHER = manifest.fingerprint(REVIEWER.public_key())
UNKNOWN = "sealed by an unknown key: only proof that nothing changed since sealing"

Said = Callable[..., str]


def a_bundle(key: ec.EllipticCurvePrivateKey = PARTY, name: str = "r1") -> bytes:
    journal = Journal(SqliteStore(), VirtualClock(datetime(2026, 1, 15, 10, tzinfo=UTC), rate=0))
    journal.record(RunStarted(run=name, facts={"driver": "reference"}), RunFinished(run=name, complete=True))
    sealed = bundle.seal(bundle.gather(journal.rows()), {"report.html": b"<html></html>"}, key)
    journal.close()
    return sealed


def private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("UEPT_KNOWN_KEYS", raising=False)
    (tmp_path / "bundle.zip").write_bytes(a_bundle())
    (tmp_path / "party.pem").write_bytes(manifest.encode_public(PARTY.public_key()))
    (tmp_path / "stranger.pem").write_bytes(manifest.encode_public(STRANGER.public_key()))
    (tmp_path / "reviewer-key.pem").write_bytes(private(REVIEWER))


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    def say(*arguments: str, code: int = 0) -> str:
        capsys.readouterr()
        found = run(list(arguments))
        shown = capsys.readouterr()
        assert found == code, shown
        return shown.out

    return say


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Refused:
    return refuser(capsys)


@pytest.mark.parametrize(("command", "good"), [("verify", 0), ("judge", 3)])
class TestTheSeal:
    """``judge`` ends with 3 here: the small run names no scenario set."""

    def test_by_an_unknown_key_proves_only_that_nothing_changed(self, said: Said, command: str, good: int) -> None:
        assert f"{UNKNOWN}; key {OWN}" in said(command, "bundle.zip", code=good)
        told = json.loads(said(command, "bundle.zip", "--json", code=good))
        assert told["signer"] == {"fingerprint": OWN, "known": False, "name": ""}

    @pytest.mark.parametrize("named", [("--fingerprint", OWN.upper()), ("--trusted-key", "party.pem")])
    def test_by_a_key_named_here(self, said: Said, command: str, good: int, named: tuple[str, str]) -> None:
        assert "sealed by the key of" in said(command, "bundle.zip", *named, code=good)
        assert json.loads(said(command, "bundle.zip", *named, "--json", code=good))["signer"]["known"] is True

    @pytest.mark.parametrize("named", [("--fingerprint", "00" * 32), ("--trusted-key", "stranger.pem")])
    def test_by_another_key_than_the_one_named_is_a_problem(
        self, said: Said, command: str, good: int, named: tuple[str, str]
    ) -> None:
        assert good in {0, 3}
        assert f"sealed by {OWN}, not by" in said(command, "bundle.zip", *named, code=1)

    def test_by_a_key_of_the_readers_own_list(
        self, said: Said, command: str, good: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        listed = tmp_path / "config" / "uept" / "known-keys"
        listed.parent.mkdir(parents=True)
        listed.write_text(f"# who seals\n\n{OWN} Example Energy, test lead # since May\n", encoding="utf-8")
        assert f"sealed by Example Energy, test lead, key {OWN}" in said(command, "bundle.zip", code=good)
        elsewhere = tmp_path / "other-list"
        elsewhere.write_text("", encoding="utf-8")
        monkeypatch.setenv("UEPT_KNOWN_KEYS", str(elsewhere))
        assert UNKNOWN in said(command, "bundle.zip", code=good)

    def test_sealed_again_by_a_stranger_is_told(self, said: Said, command: str, good: int, tmp_path: Path) -> None:
        (tmp_path / "bundle.zip").write_bytes(a_bundle(STRANGER))
        assert UNKNOWN in said(command, "bundle.zip", code=good)
        assert "not by" in said(command, "bundle.zip", "--trusted-key", "party.pem", code=1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--fingerprint", "no digits"), ("not a fingerprint", "SHA-256")),
        (("--trusted-key", "absent.pem"), ("absent.pem", "cannot be read")),
        (("--trusted-key", "bundle.zip"), ("bundle.zip", "no key or certificate")),
    ],
)
def test_a_key_that_is_none_is_one_line(refused: Refused, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    for command in ("verify", "judge"):
        told = refused(command, "bundle.zip", *arguments)
        assert all(word in told for word in words), told


def test_a_list_with_a_line_that_is_none_is_one_line(
    refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "list").write_bytes(f"{OWN} us\nabc them\n".encode())
    monkeypatch.setenv("UEPT_KNOWN_KEYS", str(tmp_path / "list"))
    assert "line 2" in refused("verify", "bundle.zip")
    (tmp_path / "list").write_bytes(b"\xff\xfe")
    assert "not UTF-8" in refused("verify", "bundle.zip")


# --- the second signature ---


def countersign(*more: str) -> list[str]:
    return ["countersign", "bundle.zip", "--key", "reviewer-key.pem", "--name", "A. Reviewer", *more]


def test_a_reviewer_signs_below_the_seal(said: Said, tmp_path: Path) -> None:
    sealed = archive.unpack((tmp_path / "bundle.zip").read_bytes())
    assert "judged again: what had to be judged cannot be decided" in said(*countersign("--note", "seen on paper"))
    files = archive.unpack((tmp_path / "bundle.zip").read_bytes())
    assert {name: files[name] for name in sealed} == sealed
    assert "countersigned by an unknown key, which calls itself 'A. Reviewer'" in said("verify", "bundle.zip")
    told = json.loads(said("verify", "bundle.zip", "--json"))
    assert told["good"]
    (one,) = told["countersignatures"]
    assert (one["fingerprint"], one["known"], one["note"]) == (OTHER, False, "seen on paper")
    known = said("judge", "bundle.zip", "--trusted-key", "party.pem", "--trusted-key", "reviewer-key.pem", code=3)
    assert f"countersigned by the key of reviewer-key.pem, key {OTHER}" in known


def test_nobody_signs_twice_and_nobody_signs_what_is_altered(said: Said, refused: Refused, tmp_path: Path) -> None:
    said(*countersign())
    assert "already" in refused(*countersign())
    data = a_bundle()
    (tmp_path / "bundle.zip").write_bytes(data.replace(b"<html></html>", b"<html>!</html"))
    assert "not countersigned: changed: report.html" in refused(*countersign())
    (tmp_path / "bundle.zip").write_bytes(data)
    assert "not countersigned: sealed by" in refused(*countersign("--trusted-key", "stranger.pem"))
    assert (tmp_path / "bundle.zip").read_bytes() == data
    assert not list(tmp_path.glob("*.partial"))


def bent(edit: Callable[[dict[str, bytes]], Any]) -> list[bundle.Problem]:
    """What is found in a countersigned bundle after ``edit`` of its files."""
    sealed = a_bundle()
    found = bundle.verify(sealed)
    statement = countersignature.Statement(
        manifest=manifest.digest(archive.unpack(sealed)[bundle.MANIFEST]), sealed_by=found.fingerprint,
        head=found.head, key=OTHER, name="A", at="2026-01-15T10:00:00+00:00", judged="the same",
    )  # fmt: skip
    files = archive.unpack(countersignature.add(sealed, statement, REVIEWER))
    edit(files)
    return [one for one in bundle.verify(archive.pack(files)).problems if one.state == "countersignature"]


PLACE = f"{countersignature.FOLDER}{OTHER[:16]}/"


def _moved(files: dict[str, bytes]) -> None:
    """The signature of one bundle under another."""
    added = {name: body for name, body in files.items() if name.startswith(PLACE)}
    files.clear()
    files.update(archive.unpack(a_bundle(name="r2")))
    files.update(added)


@pytest.mark.parametrize(
    "edit",
    [
        lambda files: files.update({PLACE + "statement.json": files[PLACE + "statement.json"].replace(b'"A"', b'"B"')}),
        lambda files: files.pop(PLACE + "key.pem"),
        lambda files: files.update({PLACE + "more.txt": b"hello"}),
        lambda files: files.update({countersignature.FOLDER + "x": b"hello"}),
        lambda files: files.update({PLACE + "key.pem": manifest.encode_public(STRANGER.public_key())}),
        _moved,
    ],
)
def test_a_bent_countersignature_is_found(edit: Callable[[dict[str, bytes]], Any]) -> None:
    assert bent(edit)
    assert bent(lambda _: None) == []


def test_a_statement_in_anothers_place_is_found() -> None:
    def edit(files: dict[str, bytes]) -> None:
        for part in ("statement.json", "statement.sig", "key.pem"):
            files[f"{countersignature.FOLDER}0000000000000000/{part}"] = files[PLACE + part]

    (problem,) = bent(edit)
    assert "another key" in problem.detail
