"""Every rule of the gateway, tripped: the rule named in the journal, the code or status of its row in the answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from schemas.load import Service, gateway_rules
from stubs.dcc.requests import service_rules
from stubs.dcc.requests.device_service_rules import DEVICE_SERVICE_RULES
from stubs.dcc.requests.non_device_services import NON_DEVICE_SERVICES
from stubs.dcc.requests.stages import STAGES
from stubs.events import RequestAccepted, RequestRefused
from stubs.settings import DccSettings
from stubs.smki import Pki
from stubs.wire.duis import Node, ServiceRequest, write_request
from tests.dcc_kit import OTHER_SUPPLIER, DccFixture
from tests.rule_trips import STRICT, TRIPS, device_authorised, device_exists, firmware, replayed_request, signature


@pytest.fixture
def fixture(pki: Pki) -> Iterator[DccFixture]:
    fixture = DccFixture(pki, STRICT)
    yield fixture
    fixture.valid()


@pytest.mark.parametrize("rule", TRIPS)
def test_the_rule_refuses_and_its_row_says_how(fixture: DccFixture, rule: str) -> None:
    reply = TRIPS[rule](fixture)
    assert fixture.refused() == rule
    row = gateway_rules()[rule]
    expected = "E20" if rule == "fault" else row.response_code
    assert reply.status == row.http_status
    assert reply.response_code == (expected or None)
    assert bool(reply.body) == bool(expected)


def test_every_rule_of_the_catalogue_is_tripped_here() -> None:
    assert set(TRIPS) == set(gateway_rules())


def test_the_stages_apply_every_rule_of_the_catalogue_in_its_order() -> None:
    assert [rule for stage in STAGES for rule in stage.rules] == list(gateway_rules())


@pytest.mark.parametrize("rules", [*DEVICE_SERVICE_RULES.values(), *NON_DEVICE_SERVICES.values()])
def test_a_service_applies_its_rules_in_the_order_of_the_catalogue(rules: Any) -> None:
    order = list(gateway_rules())
    assert [order.index(rule) for rule in rules.rules] == sorted(order.index(rule) for rule in rules.rules)


def test_every_rule_of_a_service_belongs_to_one_group() -> None:
    tables = (DEVICE_SERVICE_RULES.values(), NON_DEVICE_SERVICES.values())
    used = {rule for table in tables for service in table for rule in service.rules}
    assert used == {*service_rules.FIRST.rules, *service_rules.LAST.rules}


def test_a_refused_request_changes_nothing_and_its_request_id_stays_free(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    header = fixture.party.header("11.2", device)
    wrong = fixture.post(
        fixture.party.request("11.2", header=msgspec.structs.replace(header, command_variant=4)), Service.TRANSFORM
    )
    assert wrong.response_code == "E12"
    assert fixture.post(fixture.party.request("11.2", header=header)).response_code == "I99"


def test_settings_give_a_rule_another_code(pki: Pki) -> None:
    fixture = DccFixture(pki, DccSettings(rules={"replayed-request": "E65"}))
    assert replayed_request(fixture).response_code == "E65"


def test_settings_give_a_rule_a_bare_status(pki: Pki) -> None:
    fixture = DccFixture(pki, DccSettings(rules={"device-exists": "404"}))
    reply = device_exists(fixture)
    assert (reply.status, reply.body) == (404, b"")


def test_settings_give_a_broken_signature_a_response_code_although_nothing_was_read(pki: Pki) -> None:
    fixture = DccFixture(pki, DccSettings(rules={"signature": "E100"}))
    assert signature(fixture).status == 400


def test_an_expired_certificate_is_let_through_by_default_and_the_journal_says_so(pki: Pki) -> None:
    fixture = DccFixture(pki)
    request = firmware(fixture)
    fixture.now += timedelta(days=365 * 60)
    assert fixture.post(request).response_code == "I99"
    (accepted,) = [entry.event for entry in fixture.entries if isinstance(entry.event, RequestAccepted)]
    assert "outside its validity period" in accepted.notes[0]


def test_the_journal_says_who_was_refused_what(fixture: DccFixture) -> None:
    device_authorised(fixture)
    refused = [entry.event for entry in fixture.entries if isinstance(entry.event, RequestRefused)][-1]
    assert (refused.user, refused.srv, refused.response_code) == (OTHER_SUPPLIER, "11.2", "E4")
    assert "not responsible" in refused.detail


def test_identifiers_are_compared_without_regard_to_case(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    header = fixture.party.header("11.2", device)
    document = write_request(ServiceRequest(header, Node("ReadFirmwareVersion")))
    text = str(header.request_id).encode()
    assert fixture.post(fixture.party.sign(document.replace(text, text.lower()))).response_code == "I99"
