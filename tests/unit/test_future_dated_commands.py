"""Commands that a device holds until their date: Pre-Command, acceptance, and the outcome of every setting on the day."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from schemas.load import Srv, service_requests
from stubs.dcc.requests.simulated_services import device_types_of
from stubs.events import CommandSent
from stubs.smki import Pki
from stubs.wire.duis import FutureDatedDeviceAlert, ServiceRequest, ServiceResponse, example, write_request
from tests.dcc_kit import OTHER_SUPPLIER, response_of
from tests.every_request import (
    DEVICES,
    VALUES,
    Course,
    Home,
    converse,
    fitted,
    header_of,
    home_for,
    texts_for,
    user_for,
)

IN_AN_HOUR = "2026-01-15T11:00:00.00Z"
NEVER = "3000-12-31T00:00:00.00Z"
CRITICAL = ("PreCommand", "I99", "GBCSPayload")
NON_CRITICAL = ("I99", "GBCSPayload")
TWIN = frozenset({"1.1.2", "1.2.2"})
HELD = [
    (srv, kind)
    for srv, row in service_requests().items()
    if "Device" in row.future_dated_pattern
    for kind in DEVICES
    if kind in device_types_of()[srv]
]


HELD_BY_DCC = [
    (srv, kind)
    for srv, row in service_requests().items()
    if row.future_dated_pattern == "DSP" and not row.is_non_device
    for kind in DEVICES
    if kind in device_types_of()[srv]
]


def accepted(srv: str) -> tuple[str, ...]:
    return CRITICAL if service_requests()[Srv(srv)].is_critical else NON_CRITICAL


class Outcome(NamedTuple):
    """What the User is told of one setting of a command that fell due."""

    code: str
    number: int
    total: int
    request_id: str


def a_home(pki: Pki, srv: str, kind: str) -> Home:
    variant = "twin" if srv in TWIN else ""
    return home_for(pki, srv, kind, user_for(srv, kind), variant=variant, **VALUES.get(srv, {}))


def sent(home: Home, date: str) -> tuple[Course, str]:
    """A future-dated request carried to the device's acceptance; its RequestID."""
    variant = min(service_requests()[Srv(home.srv)].command_variants)
    body = example(home.srv, full=True, device_type=home.kind)
    header = header_of(home.srv, variant, home)
    texts = texts_for(home, body) | {"ExecutionDateTime": date}
    return converse(home, ServiceRequest(header, fitted(body, texts))), str(header.request_id)


def outcomes(home: Home) -> list[Outcome]:
    found = []
    for message in home.fixture.messages("response"):
        response = response_of(message.body)
        assert isinstance(response.body, ServiceResponse)
        result = response.body.result
        if isinstance(result, FutureDatedDeviceAlert):
            assert response.body.srv == home.srv
            found.append(Outcome(result.code, result.instruction, result.total, str(response.header.request_id)))
    return found


def sent_commands(home: Home) -> list[CommandSent]:
    return [entry.event for entry in home.fixture.entries if isinstance(entry.event, CommandSent)]


def dcc_alerts_of(home: Home) -> list[str | None]:
    return [message.alert_code for message in home.fixture.messages("dcc-alert")]


def test_there_are_services_that_devices_hold() -> None:
    assert {
        "1.1.1",
        "1.1.2",
        "1.2.1",
        "1.2.2",
        "1.6",
        "2.1",
        "6.4.1",
        "6.14.2",
        "6.14.3",
        "6.15.1",
        "6.23",
        "11.3",
    } == {srv for srv, _ in HELD}


@pytest.mark.parametrize(("srv", "kind"), HELD)
def test_every_setting_of_a_held_command_is_told_of_on_its_date(pki: Pki, srv: str, kind: str) -> None:
    home = a_home(pki, srv, kind)
    course, request_id = sent(home, IN_AN_HOUR)
    assert (course.steps, course.detail) == (accepted(srv), "")
    home.fixture.pass_time(3500)
    assert outcomes(home) == []
    home.fixture.pass_time(3600)
    told = outcomes(home)
    assert told
    total = len(told)
    assert told == [Outcome("8F66", number, total, request_id) for number in range(1, total + 1)]
    home.fixture.valid()


@pytest.mark.parametrize(("srv", "kind"), HELD)
def test_a_held_command_is_cancelled_by_the_same_one_dated_to_the_year_3000(pki: Pki, srv: str, kind: str) -> None:
    home = a_home(pki, srv, kind)
    sent(home, IN_AN_HOUR)
    course, _ = sent(home, NEVER)
    assert (course.steps, course.detail) == (accepted(srv), "")
    home.fixture.pass_time(7200)
    assert outcomes(home) == []
    assert home.fixture.dcc.device(home.target, home.fixture.now)["pending"] == []


def test_a_later_command_takes_the_place_of_an_earlier_one(pki: Pki) -> None:
    home = a_home(pki, "1.6", "ESME")
    sent(home, IN_AN_HOUR)
    _, second = sent(home, "2026-01-15T12:00:00.00Z")
    home.fixture.pass_time(3 * 3600)
    assert [told.request_id for told in outcomes(home)] == [second]


def test_a_device_with_a_fault_tells_of_every_setting_that_failed(pki: Pki) -> None:
    home = a_home(pki, "1.2.1", "ESME")
    sent(home, IN_AN_HOUR)
    home.fixture.keep(home.fixture.dcc.set_device(home.target, {"hardware_fault": True}, home.fixture.now))
    home.fixture.pass_time(7200)
    assert [told.code for told in outcomes(home)] == ["8F67", "8F67"]


@pytest.mark.parametrize(("srv", "kind"), HELD_BY_DCC)
def test_what_the_catalogue_has_the_dcc_hold_reaches_no_device_before_its_date(pki: Pki, srv: str, kind: str) -> None:
    home = a_home(pki, srv, kind)
    body = example(srv, full=True, device_type=kind)
    texts = texts_for(home, body) | {"ExecutionDateTime": IN_AN_HOUR}
    request = ServiceRequest(header_of(srv, 1, home), fitted(body, texts))
    assert home.fixture.post(home.party.sign(write_request(request))).response_code == "I99", home.fixture.refused()
    home.fixture.pass_time(3500)
    assert home.fixture.dcc.device(home.target, home.fixture.now)["pending"] == []
    assert (outcomes(home), sent_commands(home)) == ([], [])
    home.fixture.pass_time(3600)
    assert [command.srv for command in sent_commands(home)] == [srv]
    assert outcomes(home) == []


def test_a_held_change_of_supplier_changes_who_is_trusted_on_its_date_and_not_before(pki: Pki) -> None:
    home = a_home(pki, "6.23", "ESME")
    new = str(home.party.eui)
    home.fixture.keep(home.fixture.dcc.set_device(home.target, {"supplier": OTHER_SUPPLIER}, home.fixture.now))
    sent(home, IN_AN_HOUR)
    assert home.fixture.dcc.device(home.target, home.fixture.now)["supplier"] == OTHER_SUPPLIER
    assert dcc_alerts_of(home) == []
    home.fixture.pass_time(7200)
    assert home.fixture.dcc.device(home.target, home.fixture.now)["supplier"] == new
    assert "N27" in dcc_alerts_of(home)
    home.fixture.valid()


def test_a_change_of_supplier_that_fails_on_its_date_is_told_of_as_such(pki: Pki) -> None:
    home = a_home(pki, "6.23", "ESME")
    sent(home, IN_AN_HOUR)
    home.fixture.keep(home.fixture.dcc.set_device(home.target, {"hardware_fault": True}, home.fixture.now))
    home.fixture.pass_time(7200)
    assert [told.code for told in outcomes(home)] == ["8F67"]
    assert dcc_alerts_of(home) == ["N26"]


def test_a_change_of_supplier_whose_outcome_never_comes_ends_in_a_time_out(pki: Pki) -> None:
    home = a_home(pki, "6.23", "ESME")
    sent(home, IN_AN_HOUR)
    home.fixture.keep(home.fixture.dcc.set_device(home.target, {"reachable": False}, home.fixture.now))
    home.fixture.pass_time(10 * 86_400)
    assert outcomes(home) == []
    assert "E30" in [message.response_code for message in home.fixture.messages("response")]
