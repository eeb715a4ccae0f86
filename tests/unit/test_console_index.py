"""The live page's index of a journal: rows in order, filters, pages, and entries that were withdrawn."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from harness.console.index import JournalIndex
from harness.init import NewProject, new_project
from stubs.clock import VirtualClock
from stubs.events import (
    AnyEvent,
    CommandSent,
    DeviceAnswered,
    MessageDelivered,
    MessageQueued,
    RequestAccepted,
    RequestAnswered,
    RequestReceived,
    RequestRefused,
)
from stubs.journal import Journal, SqliteStore

NOW = datetime(2026, 1, 15, 10, 0, tzinfo=UTC)
USER, OTHER, METER = "A0-B1-C2-D3-E4-01-00-00", "A0-B1-C2-D3-E4-03-00-00", "DE-51-CE-00-00-00-00-01"


def exchange(number: int, user: str = USER, srv: str = "4.1.1", code: str = "I99") -> tuple[AnyEvent, ...]:
    name = f"x{number}"
    return (
        RequestReceived(exchange=name, service="transform", peer="p", content_type="application/xml", body=b"<a/>"),
        RequestAccepted(
            exchange=name, request_id=f"{user}:{METER}:{number}", user=user, role="IS", srv=srv, command_variant=1,
            device=METER, signed_by="1",
        ),
        RequestAnswered(exchange=name, status=200, content_type="application/xml", body=b"", response_code=code),
    )  # fmt: skip


@pytest.fixture
def journal() -> Iterator[Journal]:
    made = Journal(SqliteStore(), VirtualClock(NOW, rate=0))
    yield made
    made.close()


def found(index: JournalIndex, before: int | None = None, count: int = 50, **wanted: str) -> list[int]:
    return [row.seq for row in index.newest(wanted, before, count)[0]]


def test_what_is_known_later_is_told_of_the_message_before(journal: Journal) -> None:
    journal.record(*exchange(1), *exchange(2, OTHER, "8.2", "E4"))
    index = JournalIndex(journal)
    assert index.catch_up() == 6
    assert found(index) == [6, 4, 3, 1]
    assert found(index, user=OTHER) == [6, 4]
    assert found(index, service="4") == [3, 1]
    assert found(index, service="4.1.1", kind="request") == [1]
    assert found(index, code="E4", kind="answer") == [6]
    assert found(index, device=METER, first="4") == [6, 4]
    assert found(index, last="3") == [3, 1]


def test_a_service_is_found_by_its_beginning_and_not_by_its_digits(journal: Journal) -> None:
    journal.record(*exchange(1, srv="4.1.1"), *exchange(2, srv="4.10"), *exchange(3, srv="4.1"))
    index = JournalIndex(journal)
    index.catch_up()
    assert found(index, service="4.1", kind="request") == [7, 1]


def test_refused_unread_failed_and_silent_messages_are_found_as_refused(journal: Journal) -> None:
    journal.record(
        RequestRefused(exchange="none", rule="no-http", response_code=None, http_status=400, detail="no HTTP"),
        *exchange(1),
    )
    index = JournalIndex(journal)
    index.catch_up()
    assert found(index, kind="refused") == [1]


def test_deliveries_and_device_answers_know_what_they_belong_to(journal: Journal) -> None:
    journal.record(
        CommandSent(command="c1", request_id=None, srv="4.1.1", device=METER, use_case="ECS17b", message_code="0027", payload=b""),
        DeviceAnswered(command="c1", request_id=None, device=METER, payload=b""),
        MessageQueued(
            message="m1", user=USER, message_kind="response", request_id=None, response_id=None, response_code="I0",
            srv="4.1.1", alert_code=None, device=METER, body=b"<r/>", due=NOW,
        ),
        MessageDelivered(message="m1", attempt=1, status=204),
    )  # fmt: skip
    index = JournalIndex(journal)
    index.catch_up()
    rows = {seq: index.row(seq) for seq in found(index)}
    assert [rows[4].related, rows[2].related] == [(3,), (1,)]  # type: ignore[union-attr]
    assert (rows[4].user, rows[4].code) == (USER, "I0")  # type: ignore[union-attr]


def test_pages_hold_every_row_once(journal: Journal) -> None:
    for number in range(100):
        journal.append(*exchange(number))
    index = JournalIndex(journal)
    index.catch_up()
    before, seen = None, list[int]()
    while rows := found(index, before, 7):
        seen += rows
        before = rows[-1]
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 200


def test_entries_that_were_withdrawn_are_forgotten(journal: Journal) -> None:
    journal.record(*exchange(1))
    journal.append(*exchange(2))
    index = JournalIndex(journal)
    index.catch_up()
    journal.withdraw()
    index.catch_up()
    assert found(index) == [3, 1]


def test_a_new_folder_with_the_driver_browser_has_a_script_that_can_be_read() -> None:
    files = {file.path: file.text for file in new_project(NewProject("IS", USER, "browser"))}
    assert 'driver = "browser:pages.py"' in files["uept.toml"]
    names: dict[str, object] = {}
    exec(compile(files["pages.py"], "pages.py", "exec"), names)
    assert names["OTHER_DRIVER"] == "command:python3 client.py"
    assert callable(names["sign_in_ssi"])


def test_the_live_page_of_a_simulated_dcc_loads_neither_checks_nor_the_terminal() -> None:
    """`uept serve` shows it, and begins to answer the sooner."""
    told = subprocess.run(
        [sys.executable, "-c", "import sys, harness.console; print(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert {"harness.checks", "harness.engine.plugin", "rich"}.isdisjoint(told.stdout.split())
