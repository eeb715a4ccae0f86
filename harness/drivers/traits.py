"""Traits of each kind of driver: one row a kind, which settings, engine and plan ask; nobody compares names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DriverTraits:
    """Traits of a driver that settings, engine and plan need before it is made and while it runs."""

    is_built_in: bool = False
    """Our own client: it is told the addresses with each action, so the simulated DCC may choose free ports."""
    is_manual: bool = False
    """A person acts: an action has minutes, not seconds."""
    is_exclusive: bool = False
    """It asks one system that exists already, with one endpoint: several workers would disturb one another."""
    needs_receive_url: bool = False
    """The DCC delivers to an endpoint of the party's system, whose address the settings have to name."""
    follows_clock: bool = False
    """Its system takes time and addresses from each action, so a scenario may move the clock."""
    reports_outcomes: bool = True
    """It reports the outcome of an action; False: only the wire shows it."""


TRAITS: Mapping[str, DriverTraits] = {
    "reference": DriverTraits(is_built_in=True, follows_clock=True),
    "broken": DriverTraits(is_built_in=True, follows_clock=True),
    "manual": DriverTraits(is_manual=True, is_exclusive=True, needs_receive_url=True),
    "observe": DriverTraits(is_manual=True, is_exclusive=True, needs_receive_url=True, reports_outcomes=False),
    "browser": DriverTraits(is_built_in=True),
    "command": DriverTraits(needs_receive_url=True),
    "http": DriverTraits(is_exclusive=True, needs_receive_url=True),
    "https": DriverTraits(is_exclusive=True, needs_receive_url=True),
    "python": DriverTraits(),
}
"""By the word before the first colon of a driver's name."""


def driver_traits(text: str) -> DriverTraits:
    """Traits of the driver that ``text`` names, without loading it; those of ``command`` for an unknown one."""
    return TRAITS.get(text.partition(":")[0], TRAITS["command"])
