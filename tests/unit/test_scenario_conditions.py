"""Words of scenarios about devices: each means something that a simulated device can be, or that can happen to it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from harness.engine.conditions import CONDITIONS, HAPPENINGS, condition_called, happening, money
from harness.engine.homes import device_name
from stubs.devices import PHYSICAL_EVENTS, manufacture
from stubs.devices.account import balance
from stubs.devices.state import seconds
from stubs.wire.errors import Misuse
from stubs.wire.eui64 import Eui64

NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)
METER = Eui64.parse("DE-51-CE-00-00-00-00-E1")


@pytest.mark.parametrize("words", CONDITIONS)
@pytest.mark.parametrize("device_type", ["ESME", "GSME"])
def test_a_meter_can_be_what_the_words_say(words: str, device_type: str) -> None:
    values = condition_called(words)
    meter = manufacture(METER, device_type, "", "seed", NOW, **values)
    for name in values:
        assert getattr(meter, name) is not None


def test_a_meter_has_the_pounds_that_are_left() -> None:
    values = condition_called("in prepayment mode with £1.20 left")
    meter = manufacture(METER, "ESME", "", "seed", NOW, **values)
    assert meter.payment_mode == "prepayment"
    assert balance(meter, seconds(NOW)) == 120_000 == money("1.20")
    assert condition_called("in prepayment mode with £-3 left")["balance"] == -300_000


def test_emergency_credit_is_on_offer_when_little_is_left() -> None:
    values = condition_called("in prepayment mode with £1.20 left and £5 of emergency credit on offer")
    assert values["emergency_credit_limit"] == 500_000
    assert values["balance"] < values["emergency_credit_threshold"]


def test_unknown_words_are_refused_with_those_that_are_known() -> None:
    with pytest.raises(Misuse, match=r"'on fire'; known: .*commissioned.*in credit mode"):
        condition_called("on fire")


@pytest.mark.parametrize("words", HAPPENINGS)
def test_what_happens_is_known_to_simulated_devices(words: str) -> None:
    happened = HAPPENINGS[words]
    assert happened.what in PHYSICAL_EVENTS
    assert happened.detail.keys() <= PHYSICAL_EVENTS[happened.what].details.keys()


def test_a_step_takes_each_happening_whole() -> None:
    pattern = re.compile(f"the (?P<device>{device_name.pattern}) (?P<words>{happening.pattern})")  # type: ignore[attr-defined]
    for words in HAPPENINGS:
        found = pattern.fullmatch(f"the gas meter {words}")
        assert found is not None
        assert (device_name(found["device"]), happening(found["words"])) == ("gas meter", words)
