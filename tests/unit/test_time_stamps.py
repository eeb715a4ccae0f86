"""Time stamps on the chain's head: asked for while a run goes, kept in the journal, checked by whoever reads it."""

import json
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from harness.cli import run as uept
from harness.engine.time_stamping import Stamper
from harness.evidence import archive, bundle, time_stamps
from harness.judging import judge_bundle
from harness.reporting.write import write_reports
from harness.settings import SettingsError, TimeStampSettings, load_settings
from stubs.clock import VirtualClock
from stubs.events import AnyEvent, ChainTimeStamped, RunFinished, RunStarted, TimeStampFailed
from stubs.journal import Journal, SqliteStore
from stubs.wire.errors import InputError, PeerError
from tests.ports import free_port
from tests.time_stamp_server import HAS_OPENSSL, Authority, make_authority, reply, time_stamp_server

pytestmark = pytest.mark.skipif(not HAS_OPENSSL, reason="openssl is absent: apt-get install openssl")

KEY = ec.derive_private_key(7, ec.SECP256R1())
BEGUN, ENDED = RunStarted(run="r1", facts={"driver": "reference"}), RunFinished(run="r1", complete=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with time_stamp_server(tmp_path_factory.mktemp("authority")) as running:
        yield running


@pytest.fixture
def journal() -> Iterator[Journal]:
    journal = Journal(SqliteStore(), VirtualClock(datetime(2026, 1, 15, 10, tzinfo=UTC), rate=0))
    yield journal
    journal.close()


def roots(authority: Authority) -> tuple[x509.Certificate, ...]:
    return time_stamps.authorities(authority.root.read_bytes(), "ca.pem")


def sealed(journal: Journal) -> bytes:
    return bundle.seal(bundle.gather(journal.rows()), {}, KEY)


def stamped(journal: Journal, url: str, *, timeout: float = 60.0) -> list[AnyEvent]:
    """A run of two entries with a stamp after each; what stands in the journal."""
    stamper = Stamper(TimeStampSettings(url=url, timeout=timeout))
    journal.record(BEGUN)
    stamper.stamp(journal)
    journal.record(ENDED)
    stamper.stamp(journal, is_last=True)
    return [entry.event for entry in journal.entries()]


def test_each_stamp_stands_for_the_entries_before_it(journal: Journal, authority: Authority) -> None:
    first, second = [one for one in stamped(journal, authority.url) if isinstance(one, ChainTimeStamped)]
    assert (first.entry, second.entry) == (1, 3)
    assert first.authority == authority.url
    found = bundle.verify(sealed(journal), roots(authority))
    assert found.problems == ()
    assert [(one.seq, one.entry, one.state) for one in found.stamps] == [(2, 1, "trusted"), (4, 3, "trusted")]
    told = time_stamps.stamps_told(found.stamps)
    assert "2 of 2 time stamps by an authority you named" in told
    assert "entries 1 to 3 existed by then" in told


def test_only_the_hash_leaves_the_house(journal: Journal, authority: Authority) -> None:
    authority.asked.clear()
    stamped(journal, authority.url)
    heads = [row.hash for row in journal.rows() if row.seq in {1, 3}]
    for query, head in zip(authority.asked, heads, strict=True):
        assert sha256(head).digest() in query
        assert len(query) < 100


def test_openssl_agrees(journal: Journal, authority: Authority, tmp_path: Path) -> None:
    stamped(journal, authority.url)
    files = archive.unpack(sealed(journal))
    (tmp_path / "stamp.tsr").write_bytes(files["messages/000004-time-stamp.tsr"])
    event = next(entry.event for entry in journal.entries(after=3))
    assert isinstance(event, ChainTimeStamped)
    digest = sha256(bytes.fromhex(event.head)).hexdigest()
    done = subprocess.run(
        ["openssl", "ts", "-verify", "-digest", digest, "-in", tmp_path / "stamp.tsr", "-CAfile", authority.root],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Verification: OK" in done.stdout + done.stderr


def test_an_authority_that_nobody_named_proves_nothing(journal: Journal, authority: Authority, tmp_path: Path) -> None:
    stamped(journal, authority.url)
    data = sealed(journal)
    assert {one.state for one in bundle.verify(data).stamps} == {"unknown"}
    make_authority(tmp_path)
    others = time_stamps.authorities((tmp_path / "ca.pem").read_bytes(), "ca.pem")
    found = bundle.verify(data, others)
    assert found.problems == ()
    assert {one.state for one in found.stamps} == {"unknown"}
    assert "not by an authority you named" in found.stamps[0].problem
    assert "they prove nothing" in time_stamps.stamps_told(found.stamps)
    both = bundle.verify(data, (*others, *roots(authority)))
    assert {one.state for one in both.stamps} == {"trusted"}


def test_an_authority_that_sends_its_chain_in_any_order(journal: Journal, tmp_path: Path) -> None:
    with time_stamp_server(tmp_path, sends_chain=True) as sending:
        events = stamped(journal, sending.url)
    assert not [one for one in events if isinstance(one, TimeStampFailed)]
    known = time_stamps.authorities((tmp_path / "ca.pem").read_bytes() + (tmp_path / "tsa.pem").read_bytes(), "")
    assert {one.state for one in bundle.verify(sealed(journal), known).stamps} == {"trusted"}
    assert {one.state for one in bundle.verify(sealed(journal), known[:1]).stamps} == {"unknown"}


def test_a_bundle_without_stamps_says_so(journal: Journal) -> None:
    journal.record(BEGUN)
    assert "nothing shows when" in time_stamps.stamps_told(bundle.verify(sealed(journal)).stamps)


# --- what is not got ---


def _broken(authority: Authority, answer: bytes | None, status: int) -> None:
    authority.answer, authority.status = answer, status


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (b"", 200, "not a time-stamp response"),
        (b"no stamp", 200, "not a time-stamp response"),
        (b"x" * (time_stamps.LONGEST + 1), 200, "longer answer"),
        (b"", 500, "500"),
        (b"", 302, "302"),
        (bytes.fromhex("3003020102"), 200, ""),
    ],
)
def test_what_is_no_stamp_is_recorded_and_stops_nothing(
    tmp_path: Path, journal: Journal, answer: bytes, status: int, words: str
) -> None:
    with time_stamp_server(tmp_path) as authority:
        _broken(authority, answer, status)
        events = stamped(journal, authority.url)
    failed = [one for one in events if isinstance(one, TimeStampFailed)]
    assert [one.entry for one in failed] == [1, 3]
    assert words in failed[0].reason
    assert bundle.verify(sealed(journal)).problems == ()


def test_a_stamp_over_something_else_is_not_taken(tmp_path: Path, journal: Journal) -> None:
    with time_stamp_server(tmp_path) as authority:
        authority.answer = reply(tmp_path, time_stamps.request(b"x" * 32).as_bytes())
        failed = [one for one in stamped(journal, authority.url) if isinstance(one, TimeStampFailed)]
    assert "something else" in failed[0].reason


def test_an_authority_that_is_away_is_asked_once_and_at_the_end(journal: Journal) -> None:
    url = f"http://127.0.0.1:{free_port()}/?token=hidden"
    stamper = Stamper(TimeStampSettings(url=url))
    for event in (BEGUN, ENDED, ENDED):
        journal.record(event)
        stamper.stamp(journal)
    stamper.stamp(journal, is_last=True)
    failed = [entry.event for entry in journal.entries() if isinstance(entry.event, TimeStampFailed)]
    assert [one.entry for one in failed] == [1, 4]
    assert not [row for row in journal.rows() if b"hidden" in row.event]


def test_nobody_is_asked_where_the_settings_name_nobody(journal: Journal) -> None:
    assert stamped(journal, "") == [BEGUN, ENDED]


def test_the_library_that_is_missing_is_told_before_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_stamps, "is_available", lambda: False)
    with pytest.raises(InputError, match=r"uept-harness\[timestamps\]"):
        Stamper(TimeStampSettings(url="http://127.0.0.1:1/"))
    Stamper(TimeStampSettings())


def test_without_the_library_stamps_are_not_checked(
    journal: Journal, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamped(journal, authority.url)
    monkeypatch.setattr(time_stamps, "is_available", lambda: False)
    found = bundle.verify(sealed(journal), roots(authority))
    assert (found.problems, {one.state for one in found.stamps}) == ((), {"unchecked"})
    assert "not checked" in time_stamps.stamps_told(found.stamps)


def test_an_address_that_is_none_is_one_line() -> None:
    with pytest.raises(SettingsError, match="UEPT_TIME_STAMPS_URL"):
        load_settings(None, {}, {"UEPT_TIME_STAMPS_URL": "nonsense"})
    with pytest.raises(PeerError):
        time_stamps.authorities(b"no certificate", "x.pem")


# --- what is bent ---


def chained_again(events: list[AnyEvent]) -> bytes:
    """The events in a journal of their own, sealed."""
    journal = Journal(SqliteStore(), VirtualClock(datetime(2026, 1, 15, 10, tzinfo=UTC), rate=0))
    journal.record(*events)
    try:
        return sealed(journal)
    finally:
        journal.close()


def _other_run(events: list[AnyEvent]) -> None:
    events[0] = RunStarted(run="r1", facts={"driver": "another"})


def _about_itself(events: list[AnyEvent]) -> None:
    event = events[1]
    assert isinstance(event, ChainTimeStamped)
    events[1] = ChainTimeStamped(
        entry=2, head=event.head, authority=event.authority, response=event.response, stated=event.stated
    )


def _swapped(events: list[AnyEvent]) -> None:
    first, second = events[1], events[3]
    assert isinstance(first, ChainTimeStamped)
    assert isinstance(second, ChainTimeStamped)
    events[1] = ChainTimeStamped(
        entry=first.entry, head=first.head, authority="", response=second.response, stated=first.stated
    )


def _no_response(events: list[AnyEvent]) -> None:
    event = events[1]
    assert isinstance(event, ChainTimeStamped)
    events[1] = ChainTimeStamped(entry=event.entry, head=event.head, authority="", response=b"\x30", stated="")


@pytest.mark.parametrize("bend", [_other_run, _about_itself, _swapped, _no_response])
def test_a_journal_bent_below_its_stamps_is_found_though_chained_and_sealed_again(
    journal: Journal, authority: Authority, bend: Callable[[list[Any]], None]
) -> None:
    events = stamped(journal, authority.url)
    assert bundle.verify(chained_again(events), roots(authority)).problems == ()
    bend(events)
    assert "time stamp" in {one.state for one in bundle.verify(chained_again(events), roots(authority)).problems}


def test_any_altered_byte_of_a_response_loses_its_trust(journal: Journal, authority: Authority) -> None:
    stamped(journal, authority.url)
    rows = list(journal.rows())
    (event,) = [entry.event for entry in journal.entries(after=1, until=2)]
    assert isinstance(event, ChainTimeStamped)
    trusted = []
    for position in range(0, len(event.response), 7):
        bent = bytearray(event.response)
        bent[position] ^= 0x55
        altered = ChainTimeStamped(entry=1, head=event.head, authority="", response=bytes(bent), stated=event.stated)
        stamp = time_stamps._read(2, altered, {1: rows[0].hash}, roots(authority))
        trusted += [position] if stamp.state == "trusted" else []
    # Octets that no signature covers: certificates that are merely sent along.
    assert len(trusted) < len(event.response) / 7 / 2
    assert time_stamps._read(2, event, {1: rows[0].hash}, roots(authority)).state == "trusted"


# --- a run, the commands and the report ---


def test_a_run_is_stamped_at_its_start_after_each_scenario_and_at_its_end(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UEPT_TIME_STAMPS_URL", authority.url)
    assert uept(["rehearse", "--role", "IS", "--select", "IC-001", "--out", str(tmp_path / "run")]) == 0
    data = (tmp_path / "run" / "bundle.zip").read_bytes()
    found = bundle.verify(data, roots(authority))
    assert [one.state for one in found.stamps] == ["trusted"] * 3
    kinds = {entry.seq: type(entry.event) for entry in bundle.read_journal(data)}
    assert kinds[found.stamps[-1].entry] is RunFinished
    assert judge_bundle(data).problems == ()


def test_commands_and_report_say_which_stamps_there_are(
    journal: Journal, authority: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stamped(journal, authority.url)
    written = write_reports(tmp_path, journal.rows(), KEY)
    page = written.report.read_text(encoding="utf-8")
    assert f"Time stamps by an outsider: 2 by {authority.url}" in page
    assert uept(["verify", str(written.bundle), "--timestamp-ca", str(authority.root)]) == 0
    assert "entries 1 to 3 existed by then" in capsys.readouterr().out
    assert uept(["judge", str(written.bundle), "--timestamp-ca", str(authority.root), "--json"]) in {0, 1, 3}
    told = json.loads(capsys.readouterr().out)
    assert [one["state"] for one in told["time_stamps"]] == ["trusted", "trusted"]
    assert not [one for one in told["problems"] if one["kind"] == "report"]
    assert uept(["verify", str(written.bundle), "--timestamp-ca", str(tmp_path / "result.json")]) == 2
