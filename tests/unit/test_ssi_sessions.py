"""Sessions and the fold of the audit trail, without a server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from stubs.events import (
    AnyEvent,
    Entry,
    MessageDelivered,
    MessageQueued,
    RequestAnswered,
    RequestReceived,
    RequestRefused,
    ThresholdWarned,
)
from stubs.ssi import Person, SsiSettings, SsiUser, Viewer
from stubs.ssi.audit import AuditTrail
from stubs.ssi.labels import code_meaning, service_name
from stubs.ssi.sessions import Sessions, SignInRefused, persons, session_name

NOW = datetime(2026, 3, 1, tzinfo=UTC)
USER = "A0-B1-C2-D3-E4-01-00-00"
USERS = [SsiUser(USER, "Supplier", ("IS", "GS"))]
NAME, PHRASE = "tester-a0b1c2d3e4010000", "uept rehearsal"


def _sessions(**settings: float) -> Sessions:
    return Sessions(SsiSettings(**settings), b"s" * 32)  # type: ignore[arg-type]


def _open(sessions: Sessions, now: datetime = NOW) -> tuple[str, Viewer]:
    result = sessions.sign_in(USERS, NAME, PHRASE, "IS", now)
    assert not isinstance(result, SignInRefused)
    return result


def test_tokens_are_unlike_each_other_and_follow_from_the_secret() -> None:
    first = _sessions()
    tokens = [_open(first)[0] for _ in range(3)]
    again = _sessions()
    assert tokens == [_open(again)[0] for _ in range(3)]
    assert len(set(tokens)) == 3
    assert _open(Sessions(SsiSettings(), b"t" * 32))[0] not in tokens


def test_the_name_of_a_session_does_not_open_it() -> None:
    sessions = _sessions()
    token, viewer = _open(sessions)
    assert viewer.session == session_name(token)
    assert sessions.viewer(viewer.session, NOW) is None
    assert sessions.viewer(token, NOW) == viewer


def test_use_prolongs_a_session_and_idleness_ends_it() -> None:
    sessions = _sessions(session_minutes=10)
    token, _ = _open(sessions)
    later = NOW + timedelta(minutes=10)
    assert sessions.viewer(token, later) is not None
    assert sessions.viewer(token, later + timedelta(minutes=10, seconds=1)) is None
    assert sessions.viewer(token, later) is None


def test_the_session_unused_for_longest_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stubs.ssi.sessions.MOST_SESSIONS", 2)
    sessions = _sessions()
    tokens = [_open(sessions, NOW + timedelta(seconds=number))[0] for number in range(3)]
    assert [sessions.viewer(token, NOW) is not None for token in tokens] == [False, True, True]


def test_a_form_key_is_good_for_its_own_form_only() -> None:
    sessions = _sessions()
    one, two = sessions.new_form_key(NOW), sessions.new_form_key(NOW)
    assert sessions.csrf_holds(one, sessions.csrf(one))
    assert not sessions.csrf_holds(two, sessions.csrf(one))
    assert not sessions.csrf_holds("", sessions.csrf(""))


@pytest.mark.parametrize("status", ["expired", "disabled"])
def test_only_an_active_credential_is_accepted(status: str) -> None:
    person = Person(name="k", user=USER, pass_phrase="k", status=status)  # type: ignore[arg-type]
    sessions = Sessions(SsiSettings(persons=(person,)), b"s" * 32)
    refused = sessions.sign_in(USERS, "k", "k", "IS", NOW)
    assert isinstance(refused, SignInRefused)
    assert refused.reason == f"credential {status}"


def test_each_user_gets_people_of_three_job_types_and_a_lapsed_one() -> None:
    assert [(item.name, item.status) for item in persons(SsiSettings(), USERS)] == [
        (NAME, "active"),
        ("reader-a0b1c2d3e4010000", "active"),
        ("admin-a0b1c2d3e4010000", "active"),
        ("lapsed-a0b1c2d3e4010000", "expired"),
    ]


def _trail(*events: AnyEvent) -> tuple[AuditTrail, list[AnyEvent]]:
    stored = list(events)

    def entries(after: int = 0, until: int | None = None) -> Iterator[Entry]:
        for seq, event in enumerate(stored, start=1):
            if after < seq <= (until or len(stored)):
                yield Entry(seq=seq, at=NOW + timedelta(seconds=seq), event=event, hash=b"")

    trail = AuditTrail(entries)
    trail.catch_up()
    return trail, stored


def _queued(name: str) -> MessageQueued:
    return MessageQueued(
        message=name, user=USER, message_kind="response", request_id="r", response_id=None, response_code="I0",
        srv=None, alert_code=None, device=None, body=b"m", due=NOW,
    )  # fmt: skip


def test_warnings_are_the_users_own_newest_first_and_are_read_as_the_journal_gains_them() -> None:
    first, others, last = (
        ThresholdWarned(user=user, srv=srv, limit=3, request_id=name)
        for user, srv, name in ((USER, "11.2", "a"), ("another", "*", "b"), (USER, "*", "c"))
    )
    trail, stored = _trail(first, others)
    assert [event for _, event in trail.warnings(USER)] == [first]
    stored.append(last)
    trail.catch_up()
    assert trail.warnings(USER) == [(NOW + timedelta(seconds=3), last), (NOW + timedelta(seconds=1), first)]
    assert trail.warnings("nobody") == []


def test_a_refusal_nobody_can_be_held_to_is_in_nobodys_trail() -> None:
    received = RequestReceived(exchange="x1", service="t", peer="p", content_type="c", body=b"r")
    refused = RequestRefused(exchange="x1", rule="xml", response_code=None, http_status=400, detail="not XML")
    answered = RequestAnswered(exchange="x1", status=400, content_type="text/plain", body=b"a", response_code=None)
    trail, _ = _trail(received, refused, answered)
    assert trail.of(USER) == []
    assert trail.find("", "x1") is None


def test_a_refusal_without_a_code_shows_the_http_status() -> None:
    refused = RequestRefused(exchange="x1", rule="r", response_code=None, http_status=400, detail="d", user=USER)
    answered = RequestAnswered(exchange="x1", status=400, content_type="text/plain", body=b"", response_code=None)
    trail, _ = _trail(refused, answered)
    (record,) = trail.of(USER)
    assert (record.code, record.request, record.answer) == ("HTTP 400", 0, 0)


def test_the_fold_goes_on_where_it_stopped() -> None:
    trail, stored = _trail(_queued("m1"))
    stored += [
        MessageDelivered(message="m1", attempt=3, status=200),
        MessageDelivered(message="m8", attempt=1, status=200),
    ]
    stored.append(_queued("m2"))
    trail.catch_up()
    assert [(record.name, record.state) for record in trail.of(USER)] == [
        ("m2", "Waiting for delivery"),
        ("m1", "Delivered at attempt 3"),
    ]
    record = trail.find(USER, "m2")
    assert record is not None
    assert trail.body(record, "message") == b"m"
    assert trail.body(record, "answer") is None


def test_codes_and_services_are_explained_as_far_as_known() -> None:
    assert "role" in code_meaning("E2").lower()
    assert code_meaning("") == ""
    assert code_meaning("HTTP 400").startswith("Answered")
    assert code_meaning("FFFF").startswith("An alert code")
    assert service_name("4.1.1")
    assert service_name("99.9") == ""
