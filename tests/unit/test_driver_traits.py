"""Every kind of driver has its traits, and settings follow them."""

from __future__ import annotations

import pytest

from harness.drivers import DriverTraits, driver_names, driver_traits
from harness.drivers.traits import TRAITS
from harness.settings import load_settings
from stubs.wire.errors import InputError


def test_every_driver_has_a_row() -> None:
    assert {name.partition(":")[0] for name in driver_names()} | {"https"} == set(TRAITS)


@pytest.mark.parametrize(
    ("name", "traits"),
    [
        ("reference", DriverTraits(is_built_in=True, follows_clock=True)),
        ("broken:sends-twice", DriverTraits(is_built_in=True, follows_clock=True)),
        ("observe", DriverTraits(is_manual=True, is_exclusive=True, needs_receive_url=True, reports_outcomes=False)),
        ("command:./client --verbose", DriverTraits(needs_receive_url=True)),
        ("https://party.example/act", DriverTraits(is_exclusive=True, needs_receive_url=True)),
        ("something else", DriverTraits(needs_receive_url=True)),
    ],
)
def test_traits_follow_the_kind(name: str, traits: DriverTraits) -> None:
    assert driver_traits(name) == traits


@pytest.mark.parametrize("driver", [name for name, traits in TRAITS.items() if traits.is_exclusive])
def test_a_driver_of_one_system_cannot_be_shared_by_workers(driver: str) -> None:
    with pytest.raises(InputError, match="asks the one system that there is"):
        load_settings(None, {"driver": driver, "jobs": 2, "dcc.port": 0})


@pytest.mark.parametrize("driver", TRAITS)
def test_only_persons_have_minutes(driver: str) -> None:
    is_long = load_settings(None, {"driver": driver}).deadline > 60
    assert is_long == TRAITS[driver].is_manual
