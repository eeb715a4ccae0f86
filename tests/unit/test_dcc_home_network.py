"""A prepayment display passes top-ups and emergency credit on to the gas meter it has joined."""

from __future__ import annotations

import pytest

from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.utrn import ValueClass, generate
from tests.dcc_kit import DccFixture

PREPAID = {"payment_mode": "prepayment", "balance": 0, "price": 0, "standing_charge": 0}
HUB, METER, DISPLAY = (
    {"name": "chf", "type": "CHF"},
    {"name": "gsme", "type": "GSME", "values": PREPAID},
    {"name": "ppmid", "type": "PPMID"},
)


def happens(fixture: DccFixture, device: str, what: str, **detail: str) -> None:
    fixture.keep(
        fixture.dcc.perform(
            lambda tester, transaction: tester.let_happen(transaction, Eui64.parse(device), what, detail), fixture.now
        )[1]
    )


def token(fixture: DccFixture, meter: str, pounds: int, counter: int = 1 << 32) -> str:
    state = fixture.dcc.state.devices[Eui64.parse(meter)]
    supplier = Eui64.parse(state.supplier)
    key = fixture.pki.prepayment_key(supplier) or fixture.pki.key_pair(supplier, "KA")
    assert key is not None
    public = fixture.pki.device(state.id).ka.certificate.public_key
    return generate(supplier, state.id, counter, pounds, ValueClass.POUNDS, key.private_key, public)


def told(fixture: DccFixture) -> list[str | None]:
    """What the supplier was told, warnings of low credit left out."""
    codes = [message.alert_code for message in fixture.messages("device-alert")]
    return [code for code in codes if code not in {"810D", "8119"}]


def test_a_top_up_at_the_display_reaches_the_gas_meter_it_was_made_with(fixture: DccFixture) -> None:
    home = fixture.build(HUB, METER, DISPLAY)
    happens(fixture, home["ppmid"], "top-up entered", utrn=token(fixture, home["gsme"], 5))
    assert fixture.dcc.state.devices[Eui64.parse(home["gsme"])].balance == 500_000
    assert told(fixture) == ["810E"]
    happens(fixture, home["ppmid"], "top-up entered", utrn=token(fixture, home["gsme"], 5))
    assert fixture.dcc.state.devices[Eui64.parse(home["gsme"])].balance == 500_000, "the same token again"
    assert fixture.dcc.state.devices[Eui64.parse(home["ppmid"])].own_counter == 2


def test_emergency_credit_may_be_asked_for_at_the_display(fixture: DccFixture) -> None:
    home = fixture.build(HUB, METER, DISPLAY)
    happens(fixture, home["ppmid"], "emergency credit asked for")
    assert fixture.dcc.state.devices[Eui64.parse(home["gsme"])].is_emergency


def test_a_display_that_the_dcc_joined_needs_nothing_more(fixture: DccFixture) -> None:
    home = fixture.build(HUB, METER, DISPLAY)
    for device in ("gsme", "ppmid"):
        fixture.keep(fixture.dcc.set_device(home[device], {"joined": []}, fixture.now))
    with pytest.raises(PeerError, match="has joined no gas meter"):
        happens(fixture, home["ppmid"], "emergency credit asked for")
    assert (
        fixture.post(fixture.party.request("8.7.2", home["ppmid"], OtherDeviceID=home["gsme"])).response_code == "I99"
    )
    fixture.pass_time(1)
    with pytest.raises(PeerError, match="does not answer"):
        happens(fixture, home["ppmid"], "emergency credit asked for")
    assert fixture.critical("8.7.1", home["gsme"], OtherDeviceID=home["ppmid"]).response_code == "I99"
    fixture.pass_time(1)
    for device, other in (("gsme", "ppmid"), ("ppmid", "gsme")):
        (joined,) = fixture.dcc.state.devices[Eui64.parse(home[device])].joined
        assert joined.certificate == fixture.pki.device(Eui64.parse(home[other])).ka.certificate.der
    happens(fixture, home["ppmid"], "top-up entered", utrn=token(fixture, home["gsme"], 7))
    assert fixture.dcc.state.devices[Eui64.parse(home["gsme"])].balance == 700_000


@pytest.mark.parametrize("missing", ["hub's power", "display", "meter"])
def test_nothing_is_passed_on_where_the_network_is_not_there(fixture: DccFixture, missing: str) -> None:
    home = fixture.build(HUB, METER, DISPLAY)
    if missing == "hub's power":
        happens(fixture, home["chf"], "power lost")
    else:
        device = home["ppmid" if missing == "display" else "gsme"]
        fixture.keep(fixture.dcc.set_device(device, {"reachable": False}, fixture.now))
    before = fixture.dcc.state.devices[Eui64.parse(home["ppmid"])]
    with pytest.raises(PeerError):
        happens(fixture, home["ppmid"], "emergency credit asked for")
    assert fixture.dcc.state.devices[Eui64.parse(home["ppmid"])] == before


def test_a_hub_out_of_reach_of_the_dcc_does_not_keep_a_display_from_its_meter(fixture: DccFixture) -> None:
    home = fixture.build(HUB, METER, DISPLAY)
    fixture.keep(fixture.dcc.set_device(home["chf"], {"reachable": False}, fixture.now))
    happens(fixture, home["ppmid"], "top-up entered", utrn=token(fixture, home["gsme"], 5))
    assert fixture.dcc.state.devices[Eui64.parse(home["gsme"])].balance == 500_000
    assert told(fixture) == []
    fixture.keep(fixture.dcc.set_device(home["chf"], {"reachable": True}, fixture.now))
    assert told(fixture) == ["810E"]


def test_what_is_no_token_is_refused_by_the_meter(fixture: DccFixture) -> None:
    home = fixture.build(HUB, METER, DISPLAY)
    happens(fixture, home["ppmid"], "top-up entered", utrn="0" * 20)
    assert fixture.dcc.state.devices[Eui64.parse(home["gsme"])].balance == 0
    assert told(fixture) == ["8F63"]
