"""The query of a receive URL, where tokens are: posted to, kept for a replay, and in nothing that is handed out."""

import stat
from pathlib import Path

import pytest

from stubs.app import background_dcc
from stubs.clock import VirtualClock
from stubs.dcc import Dcc
from stubs.events import Entry
from stubs.gateway.receive_queries import FILE_NAME, kept_queries
from stubs.settings import DccSettings
from stubs.smki import Pki
from stubs.urls import KeptQueries
from stubs.wire.errors import Blocked
from stubs.wire.eui64 import Eui64
from tests.dcc_kit import NOW, SUPPLIER, a_pki

URL = "https://party.example/in?token=hidden&x=1"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return a_pki(tmp_path_factory.mktemp("pki") / "pki")


def test_the_query_is_posted_to_and_not_recorded(pki: Pki, tmp_path: Path) -> None:
    dcc = Dcc(DccSettings(), pki, kept_queries(tmp_path))
    events = dcc.register_user(SUPPLIER, "A", ("IS",), URL, "active", NOW)
    assert "hidden" not in repr(events)
    assert dcc.receive_url(Eui64.parse(SUPPLIER)) == URL
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600
    again = Dcc(DccSettings(), pki, kept_queries(tmp_path))
    again.replay(Entry(seq=seq, at=NOW, event=event, hash=b"") for seq, event in enumerate(events, start=1))
    assert again.receive_url(Eui64.parse(SUPPLIER)) == URL
    (tmp_path / FILE_NAME).write_bytes(b"\xff")
    lost = Dcc(DccSettings(), pki, kept_queries(tmp_path))
    lost.replay(Entry(seq=seq, at=NOW, event=event, hash=b"") for seq, event in enumerate(events, start=1))
    assert lost.receive_url(Eui64.parse(SUPPLIER)) is None


def test_a_url_without_a_query_stands_as_it_is_and_one_query_has_one_mark(tmp_path: Path) -> None:
    kept = kept_queries(tmp_path)
    assert kept.hide("http://a/b") == kept.whole("http://a/b") == "http://a/b"
    assert not (tmp_path / FILE_NAME).exists()
    assert kept.hide("http://a/b?c=d").partition("?")[2] == kept.hide("http://e/f?c=d").partition("?")[2]
    assert kept.whole(kept.hide("http://a/b?g#h")) == "http://a/b?g"
    assert kept.whole("http://a/b?of-an-older-journal") == "http://a/b?of-an-older-journal"
    taken = kept.hide("http://a/b?g")
    assert kept.hide(taken) == taken, "whoever registers again what GET /users says changes nothing"
    other = "http://a/b?kept-outside-the-journal-99"
    assert kept.whole(kept.hide(other)) == other, "one that only looks like a mark is a query like any other"


def test_nothing_refers_to_a_query_that_could_not_be_kept() -> None:
    def full(_: dict[str, str]) -> None:
        raise Blocked("no room")

    kept = KeptQueries(write=full)
    with pytest.raises(Blocked):
        kept.hide(URL)
    assert kept.whole("http://a/?kept-outside-the-journal-1") is None


def test_whoever_registers_at_the_control_api_leaves_no_query_in_the_journal(pki: Pki, tmp_path: Path) -> None:
    settings = DccSettings(port=0, smki_port=0, ssi_port=0, control_port=0, state_dir=str(tmp_path))
    with background_dcc(settings, VirtualClock(NOW, rate=0), pki) as dcc:
        dcc.control.register_user(SUPPLIER, "A", ["IS"], URL)
        assert not [row for row in dcc.journal.rows() if b"hidden" in row.event]
        assert "hidden" not in repr(dcc.control.users())
