"""Bundles: what was packed comes out, and any altered byte is found."""

import io
import zipfile
import zlib
from datetime import UTC, datetime
from typing import get_args

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.evidence import archive, bundle, manifest
from harness.evidence.messages import CARRIERS
from stubs.clock import VirtualClock
from stubs.events import AnyEvent, RequestReceived, RunFinished, RunStarted
from stubs.journal import Journal, SqliteStore
from stubs.wire.errors import PeerError

KEY = ec.derive_private_key(7, ec.SECP256R1())


REPORT = b"".join(b"<p>scenario %d is a PASS</p>" % number for number in range(100))


def make_evidence() -> bundle.Evidence:
    journal = Journal(SqliteStore(), VirtualClock(datetime(2026, 1, 15, 10, tzinfo=UTC), rate=0))
    journal.record(
        RunStarted(run="r1", facts={"driver": "reference"}),
        RequestReceived(
            exchange="x1",
            service="non-device",
            peer="127.0.0.1",
            content_type="application/xml",
            body=b"<a>\xc3\xa9</a>",
        ),
        RunFinished(run="r1", complete=True),
    )
    evidence = bundle.gather(journal.rows())
    journal.close()
    return evidence


EVIDENCE = make_evidence()
BUNDLE = bundle.seal(EVIDENCE, {"report.html": REPORT, "junit.xml": b"<testsuites/>", "result.json": b"{}"}, KEY)


NO_MESSAGES = {
    "RequestQuarantined",
    "CertificateIssued",
    "CertificateFiled",
    "FileSubmitted",
    "LoadEnded",
    "LoadProcessed",
}
"""Events with octets that the bundle holds in its journal only."""


def test_every_event_with_octets_is_known_to_carry_a_message_or_none() -> None:
    kinds = [kind for kind in get_args(AnyEvent) if any(one.type is bytes for one in msgspec.structs.fields(kind))]
    with_octets = {kind.__name__ for kind in kinds}
    assert with_octets == {kind.__name__ for kind in CARRIERS} | NO_MESSAGES


def test_an_untouched_bundle_verifies() -> None:
    found = bundle.verify(BUNDLE)
    assert found.problems == ()
    assert found.entries == 3
    assert len(found.fingerprint) == 64


def test_the_journal_comes_back_with_its_exact_bodies() -> None:
    entries = bundle.read_journal(BUNDLE)
    assert [entry.seq for entry in entries] == [1, 2, 3]
    received = entries[1].event
    assert isinstance(received, RequestReceived)
    assert received.body == b"<a>\xc3\xa9</a>"
    assert archive.unpack(BUNDLE)["messages/000002-request.xml"] == received.body


@settings(max_examples=300, deadline=None)
@given(position=st.integers(0, len(BUNDLE) - 1), flip=st.integers(1, 255))
def test_any_altered_byte_is_found(position: int, flip: int) -> None:
    altered = bytearray(BUNDLE)
    altered[position] ^= flip
    try:
        found = bundle.verify(bytes(altered))
    except PeerError:
        return
    assert found.problems


@settings(max_examples=100, deadline=None)
@given(cut=st.integers(0, len(BUNDLE) - 1))
def test_a_truncated_bundle_is_found(cut: int) -> None:
    try:
        found = bundle.verify(BUNDLE[:cut])
    except PeerError:
        return
    assert found.problems


@pytest.mark.parametrize("name", ["report.html", "junit.xml", "journal.ndjson", "messages/000002-request.xml"])
def test_an_altered_byte_of_a_file_is_told_with_the_file(name: str) -> None:
    held = archive.streams_of(BUNDLE).get(name) or archive.unpack(BUNDLE)[name]
    altered = bytearray(BUNDLE)
    altered[BUNDLE.index(held) + 3] ^= 1
    assert ("changed", name) in {(problem.state, problem.name) for problem in bundle.verify(bytes(altered)).problems}


def test_large_files_are_deflated_and_any_tool_reads_them() -> None:
    assert set(archive.streams_of(BUNDLE)) == {"report.html", "HOWTO.txt"}
    assert len(archive.streams_of(BUNDLE)["report.html"]) < len(REPORT) // 4
    with zipfile.ZipFile(io.BytesIO(BUNDLE)) as opened:
        assert opened.testzip() is None
        assert opened.read("report.html") == REPORT


def test_bundles_of_stored_files_as_earlier_versions_sealed_them_verify() -> None:
    files = {**EVIDENCE.files, "report.html": REPORT}
    listing = manifest.describe(files).encode()
    assert b"deflated" not in listing
    seal = {
        "manifest.json": listing,
        "manifest.sig": manifest.sign(listing, KEY),
        "manifest.key.pem": manifest.encode_public(KEY.public_key()),
    }
    assert bundle.verify(archive.pack({**files, **seal})).problems == ()


@given(
    level=st.integers(0, 9),
    strategy=st.sampled_from([zlib.Z_DEFAULT_STRATEGY, zlib.Z_FILTERED, zlib.Z_HUFFMAN_ONLY, zlib.Z_FIXED]),
)
def test_another_stream_of_the_same_content_is_found(level: int, strategy: int) -> None:
    streams = archive.streams_of(BUNDLE)
    compressor = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS, 8, strategy)
    other = compressor.compress(REPORT) + compressor.flush()
    found = bundle.verify(archive.pack(archive.unpack(BUNDLE), {"report.html": other}))
    assert bool(found.problems) == (other != streams["report.html"])


def test_what_another_compressor_sealed_verifies() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archive, "_LEVEL", 1)
        sealed = bundle.seal(EVIDENCE, {"report.html": REPORT}, KEY)
    assert sealed != bundle.seal(EVIDENCE, {"report.html": REPORT}, KEY)
    assert bundle.verify(sealed).problems == ()


def test_a_bundle_too_large_to_be_inflated_is_sealed_with_stored_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_INFLATED", len(REPORT))
    sealed = bundle.seal(EVIDENCE, {"report.html": REPORT}, KEY)
    assert archive.streams_of(sealed) == {}
    assert bundle.verify(sealed).problems == ()
    assert archive.unpack(sealed)["report.html"] == REPORT


def test_a_file_of_an_archive_is_inflated_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    inflated: list[int] = []
    original = archive._inflated

    def counted(stream: bytes, size: int) -> bytes:
        inflated.append(size)
        return original(stream, size)

    monkeypatch.setattr(archive, "_inflated", counted)
    files = archive.Archive(BUNDLE)
    assert "report.html" in files
    assert len(files) == len(archive.unpack(BUNDLE))
    inflated.clear()
    assert files["report.html"] == REPORT
    assert inflated == [len(REPORT)]


def test_appended_bytes_are_found() -> None:
    problems = bundle.verify(BUNDLE + b"\x00").problems
    assert [problem.state for problem in problems] == ["container"]


def repacked(change: dict[str, bytes | None]) -> bytes:
    files = archive.unpack(BUNDLE)
    for name, body in change.items():
        if body is None:
            del files[name]
        else:
            files[name] = body
    return archive.pack(files)


@pytest.mark.parametrize(
    ("change", "state", "name"),
    [
        ({"report.html": b"<html>PASS</html>"}, "changed", "report.html"),
        ({"report.html": None}, "missing", "report.html"),
        ({"note.txt": b"x"}, "extra", "note.txt"),
        ({"manifest.json": b"{}"}, "signature", "manifest.sig"),
        ({"manifest.sig": b"no"}, "signature", "manifest.sig"),
    ],
)
def test_the_problem_names_the_file(change: dict[str, bytes | None], state: str, name: str) -> None:
    found = bundle.verify(repacked(change)).problems
    assert (state, name) in {(problem.state, problem.name) for problem in found}


def test_a_journal_with_an_entry_left_out_is_a_broken_chain() -> None:
    lines = archive.unpack(BUNDLE)["journal.ndjson"].splitlines(keepends=True)
    found = bundle.verify(repacked({"journal.ndjson": lines[0] + lines[2]})).problems
    assert "chain" in {problem.state for problem in found}


def test_a_message_that_differs_from_the_journal_is_found_even_when_signed_again() -> None:
    files = archive.unpack(BUNDLE)
    evidence = {name: body for name, body in files.items() if name == "journal.ndjson" or name.startswith("messages/")}
    evidence["messages/000002-request.xml"] = b"<forged/>"
    listing = manifest.describe(evidence).encode()
    forged = bundle.seal(bundle.Evidence((), {**evidence, "evidence.json": listing}, "", ""), {}, KEY)
    assert ("changed", "messages/000002-request.xml") in {
        (problem.state, problem.name) for problem in bundle.verify(forged).problems
    }


@pytest.mark.parametrize("name", ["../evil", "/etc/passwd"])
def test_names_that_leave_the_archive_are_refused(name: str) -> None:
    with pytest.raises(PeerError, match="leaves the archive"):
        archive.unpack(archive.pack({name: b""}))


def test_a_zip_that_is_no_bundle_is_refused() -> None:
    with pytest.raises(PeerError, match="not a bundle"):
        bundle.verify(archive.pack({"a.txt": b""}))
