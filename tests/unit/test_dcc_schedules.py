"""Schedules the DCC keeps: created, told, deleted, run on the clock, ended."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from stubs.events import ItemDone, MessageQueued
from stubs.scheduler import Recurrence, day_of, time_of
from stubs.settings import DccSettings
from stubs.smki import Pki
from stubs.wire.duis import DccAlert, Node, OtherResult, ServiceResponse
from stubs.wire.gbcs.envelope import Message
from tests.dcc_kit import NETWORK_OPERATOR, NOW, OTHER_USER, SUPPLIER, DccFixture, Party, response_of
from tests.service_trips import create

DAY = 86400.0
LOG = {
    "ScheduleFrequency": "Weekly",
    "ScheduleStartDate": "2026-01-16Z",
    "ScheduleExecutionStartTime": "02:00:00Z",
    "DSPScheduledServiceReference": "4.6",
    "DSPScheduledServiceReferenceVariant": "4.6.1",
}
OFFSETS = {"StartDateOffset": -1, "StartTime": "00:00:00Z", "EndDateOffset": 0, "EndTime": "00:00:00Z"}


def result_of(body: bytes) -> Node:
    response = response_of(body).body
    assert isinstance(response, ServiceResponse)
    assert isinstance(response.result, OtherResult), response
    return response.result.node


def daily(fixture: DccFixture) -> tuple[str, int]:
    device = fixture.build()["esme"]
    answer = create(fixture, device)
    assert answer.response_code == "I0"
    return device, int(result_of(answer.body).text)


def test_a_schedule_has_a_number_and_is_told_again(fixture: DccFixture) -> None:
    device, number = daily(fixture)
    told = result_of(fixture.post(fixture.party.request("5.2", DSPScheduleID=number)).body)
    assert told.get("DSPSchedules/DSPScheduleID") == str(number)
    assert told.get("DSPSchedules/DSPScheduleDetails/DeviceID") == device
    assert create(fixture, device).response_code == "I0"
    of_device = result_of(fixture.post(fixture.party.request("5.2", DeviceID=device)).body)
    assert [each.get("DSPScheduleID") for each in of_device.all("DSPSchedules")] == ["1", "2"]


def test_each_run_gives_one_message_with_the_read_and_the_number(fixture: DccFixture) -> None:
    device, number = daily(fixture)
    fixture.pass_time(3 * DAY)
    messages = fixture.messages("response")
    assert len(messages) == 3
    for message in messages:
        response = response_of(message.body)
        assert isinstance(response.body, ServiceResponse)
        assert response.body.srv == "4.16"
        assert response.header.request_id is None
        assert str(response.header.response_id).startswith(f"{device}:{SUPPLIER}:")
        node = result_of(message.body)
        assert (node.name, node.get("DSPScheduleID")) == ("DSPScheduledMessage", str(number))
    assert len({message.response_id for message in messages}) == 3


def test_the_device_is_asked_by_the_broker_for_the_user(fixture: DccFixture) -> None:
    daily(fixture)
    fixture.pass_time(DAY)
    node = result_of(fixture.messages("response")[-1].body)
    group = Message.from_bytes(base64.b64decode(node.get("GBCSPayload") or "")).group
    assert group.recipient == fixture.pki.acb
    assert str(group.other.party) == SUPPLIER


def test_a_log_is_read_for_the_days_before_each_run(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    body: dict[str, Any] = {**LOG, "DeviceID": device, "DSPRetrieveImportDailyReadLog": OFFSETS}
    assert fixture.post(fixture.party.request("5.1", **body)).response_code == "I0"
    fixture.pass_time(15 * DAY)
    assert [message.srv for message in fixture.messages("response")] == ["4.6.1", "4.6.1", "4.6.1"]
    assert [message.response_code for message in fixture.messages("response")] == ["I0", "I0", "I0"]


def test_results_quote_the_creating_request_when_settings_say_so(pki: Pki) -> None:
    fixture = DccFixture(pki, DccSettings(scheduled_request_id=True))
    daily(fixture)
    fixture.pass_time(DAY)
    assert str(response_of(fixture.messages("response")[-1].body).header.request_id).split(":")[1] == str(pki.acb)


def test_a_deleted_schedule_runs_no_more(fixture: DccFixture) -> None:
    _, number = daily(fixture)
    assert fixture.post(fixture.party.request("5.3", DSPScheduleID=number)).response_code == "I99"
    fixture.pass_time(3 * DAY)
    assert fixture.messages() == []
    refused = fixture.post(fixture.party.request("5.3", DSPScheduleID=number))
    assert (refused.response_code, fixture.refused()) == ("E050301", "schedule-unknown")


def test_deleting_by_device_ends_all_of_them(fixture: DccFixture) -> None:
    device, _ = daily(fixture)
    create(fixture, device)
    assert fixture.post(fixture.party.request("5.3", DeviceID=device)).response_code == "I99"
    assert fixture.dcc.state.agenda.count(f"schedule|{device}") == 0


def test_a_schedule_ends_after_its_last_day(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    body: dict[str, Any] = {
        "ScheduleFrequency": "Daily",
        "ScheduleStartDate": "2026-01-16Z",
        "ScheduleEndDate": "2026-01-17Z",
    }
    tail: dict[str, Any] = {
        "DSPScheduledServiceReference": "4.16",
        "DSPScheduledServiceReferenceVariant": "4.16",
        "DeviceID": device,
    }
    assert (
        fixture.post(fixture.party.request("5.1", **body, **tail, DSPReadActivePowerImport=None)).response_code == "I0"
    )
    fixture.pass_time(10 * DAY)
    assert len(fixture.messages("response")) == 2
    done = [entry.event for entry in fixture.entries if isinstance(entry.event, ItemDone)]
    assert "ran for the last time" in [event.outcome for event in done]


def test_a_run_that_gives_nothing_is_a_command_failure(fixture: DccFixture) -> None:
    device, number = daily(fixture)
    fixture.keep(fixture.dcc.set_device(device, {"reachable": False}, fixture.now))
    fixture.pass_time(DAY)
    (message,) = fixture.messages()
    alert = response_of(message.body).body
    assert isinstance(alert, DccAlert)
    assert alert.content.name == "CommandFailure"
    assert alert.content.get("DSPScheduleID") == str(number)


def test_the_schedules_of_a_decommissioned_device_are_removed_and_their_users_told(fixture: DccFixture) -> None:
    device, number = daily(fixture)
    fixture.post(fixture.party.request("8.3", DeviceID=device))
    mine = [message for message in fixture.messages("dcc-alert") if message.user == SUPPLIER]
    alert = response_of(mine[0].body).body
    assert isinstance(alert, DccAlert)
    assert (alert.content.name, alert.content.get("DSPScheduleID")) == ("DSPScheduleRemoval", str(number))
    assert fixture.dcc.state.agenda.count(f"schedule|{device}") == 0


def test_other_users_schedules_end_with_the_tenancy(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    body: dict[str, Any] = {
        **LOG,
        "DSPScheduledServiceReference": "4.8",
        "DSPScheduledServiceReferenceVariant": "4.8.1",
        "DeviceID": device,
        "DSPReadActiveImportProfileData": OFFSETS,
    }
    for user in (OTHER_USER, NETWORK_OPERATOR):
        assert fixture.post(Party(fixture.pki, user).request("5.1", **body)).response_code == "I0"
    change: dict[str, Any] = {"since": NOW + timedelta(days=1), "supplier": None, "network_operator": None}
    mpan = fixture.premises["mpan"]
    fixture.keep(
        fixture.dcc.perform(
            lambda tester, transaction: tester.change_registration(transaction, mpan, **change, is_new_tenancy=True),
            fixture.now,
        )[1]
    )
    fixture.pass_time(2 * DAY)
    left = [item.data["user"] for item in fixture.dcc.state.agenda.named(f"schedule|{device}")]
    assert left == [NETWORK_OPERATOR]


# --- recurrence ---


@pytest.mark.parametrize(
    ("frequency", "start", "after", "expected"),
    [
        ("Daily", date(2026, 2, 1), NOW, datetime(2026, 2, 1, 2, tzinfo=UTC)),
        ("Daily", date(2020, 1, 1), NOW, datetime(2026, 1, 16, 2, tzinfo=UTC)),
        ("Daily", date(2020, 1, 1), datetime(2026, 1, 15, 1, tzinfo=UTC), datetime(2026, 1, 15, 2, tzinfo=UTC)),
        ("Weekly", date(2026, 1, 1), NOW, datetime(2026, 1, 22, 2, tzinfo=UTC)),
        ("Monthly", date(2026, 1, 31), NOW, datetime(2026, 1, 31, 2, tzinfo=UTC)),
        ("Monthly", date(2025, 12, 31), datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 2, 28, 2, tzinfo=UTC)),
        ("Quarterly", date(2025, 11, 30), NOW, datetime(2026, 2, 28, 2, tzinfo=UTC)),
        ("Half-Yearly", date(2025, 7, 15), NOW, datetime(2026, 7, 15, 2, tzinfo=UTC)),
        ("Yearly", date(2024, 2, 29), NOW, datetime(2026, 2, 28, 2, tzinfo=UTC)),
        ("Yearly", date(9990, 1, 1), datetime(9999, 6, 1, tzinfo=UTC), None),
    ],
)
def test_the_next_run(frequency: str, start: date, after: datetime, expected: datetime | None) -> None:
    assert Recurrence(frequency, start, time(2, tzinfo=UTC)).after(after) == expected


def test_runs_follow_one_another_without_a_gap() -> None:
    recurrence = Recurrence("Monthly", date(2026, 1, 31), time(2, tzinfo=UTC))
    instant, days = NOW, []
    for _ in range(4):
        run = recurrence.after(instant)
        assert run is not None
        instant = run
        days.append((run.month, run.day))
    assert days == [(1, 31), (2, 28), (3, 31), (4, 30)]


def test_dates_and_times_have_zones() -> None:
    assert day_of("2026-02-01Z") == day_of(" 2026-02-01+01:00 ") == date(2026, 2, 1)
    assert time_of("02:00:00") == time(2, tzinfo=UTC)
    assert time_of("24:00:00Z") == time(0, tzinfo=UTC)
    local = time_of("02:00:00.5-01:30").utcoffset()
    assert local == timedelta(hours=-1, minutes=-30)
    for read, wrong in ((day_of, "65535-01-01"), (day_of, "x"), (time_of, "2:00")):
        with pytest.raises(ValueError, match="expected"):
            read(wrong)


def test_two_runs_at_once_have_different_response_ids(fixture: DccFixture) -> None:
    device, _ = daily(fixture)
    create(fixture, device)
    fixture.pass_time(DAY)
    first, second = [entry.event for entry in fixture.entries if isinstance(entry.event, MessageQueued)]
    assert first.response_id != second.response_id
