"""Sequenced requests: order, a predecessor that fails, never came, or takes too long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from stubs.dcc import Reply
from stubs.events import CommandSent
from stubs.settings import DccSettings
from stubs.smki import Pki
from stubs.wire.request_id import RequestId
from tests.dcc_kit import Room, a_pki

LATER = "2026-01-15T18:00:00Z"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return a_pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def room(pki: Pki) -> Iterator[Room]:
    room = Room(pki)
    yield room
    room.valid()


def send(room: Room, device: str, date: str = "", **header: Any) -> tuple[RequestId, Reply]:
    head = room.party.header("4.1.1", device, **header)
    body: dict[str, Any] = {"ExecutionDateTime": date} if date else {}
    return head.request_id, room.post(room.party.request("4.1.1", header=head, **body))


def codes(room: Room) -> list[str]:
    return [message.response_code for message in room.messages("response")]


def test_commands_of_a_chain_leave_in_its_order(room: Room) -> None:
    device = room.build()["esme"]
    first, _ = send(room, device, "2026-01-15T10:10:00Z", first_in_sequence=True)
    second, _ = send(room, device, preceding=first)
    third, _ = send(room, device, preceding=second)
    room.pass_time(900)
    sent = [entry.event.request_id for entry in room.entries if isinstance(entry.event, CommandSent)]
    assert sent == [str(first), str(second), str(third)]
    assert codes(room) == ["I0", "I0", "I0"]


def test_a_chain_fails_from_the_first_failure_on(room: Room) -> None:
    device = room.build()["esme"]
    room.keep(room.dcc.set_device(device, {"reachable": False}, room.now))
    first, _ = send(room, device, first_in_sequence=True)
    second, _ = send(room, device, preceding=first)
    send(room, device, preceding=second)
    room.pass_time(60)
    assert codes(room) == ["E20", "E100", "E100"]
    assert len([entry for entry in room.entries if isinstance(entry.event, CommandSent)]) == 1


def test_a_follower_does_not_wait_for_ever(room: Room) -> None:
    device = room.build()["esme"]
    first, _ = send(room, device, LATER, first_in_sequence=True)
    send(room, device, preceding=first)
    room.pass_time(3700)
    assert codes(room) == ["E100"]
    room.pass_time(8 * 3600)
    assert codes(room) == ["E100", "I0"]


def test_a_predecessor_that_never_came_is_refused_at_once(room: Room) -> None:
    device = room.build()["esme"]
    unknown, _ = send(room, device)
    _, answer = send(room, device, preceding=unknown)
    assert (answer.response_code, room.refused()) == ("E100", "sequence")


def test_a_predecessor_may_come_later_when_settings_say_so(pki: Pki) -> None:
    room = Room(pki, DccSettings(sequence_missing="hold", counter_rule="unique"))
    device = room.build()["esme"]
    first = room.party.header("4.1.1", device, first_in_sequence=True)
    _, answer = send(room, device, preceding=first.request_id)
    assert answer.response_code == "I99"
    room.pass_time(60)
    assert codes(room) == []
    room.post(room.party.request("4.1.1", header=first))
    room.pass_time(60)
    assert codes(room) == ["I0", "I0"]
    room.valid()


@pytest.mark.parametrize("missing", ["refuse", "hold"])
def test_a_request_cannot_precede_itself(pki: Pki, missing: Any) -> None:
    room = Room(pki, DccSettings(sequence_missing=missing))
    device = room.build()["esme"]
    head = room.party.header("4.1.1", device)
    own = room.party.header("4.1.1", device, request_id=head.request_id, preceding=head.request_id)
    assert room.post(room.party.request("4.1.1", header=own)).response_code == "E100"
    assert room.refused() == "sequence"
