"""Words of scenarios about devices: the state of one before anything is asked, and events at one meanwhile."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from harness.engine.homes import STATUSES, SWITCHES
from stubs.wire.errors import Misuse

_POUND = 100_000
"""Thousandths of a penny."""
IMAGE = "A1" * 32
"""SHA-256 of the firmware image that a device has received, hexadecimal; the test data of 11.3 names it."""
_AMOUNT = r"£(-?\d+(?:\.\d\d)?)"
_ALWAYS = 0xFFFF_FFFF
"""End, in seconds since 2000, of what lasts."""
OF_THE_METER = frozenset({"payment_mode", "balance", "tariff", "emergency_credit_limit", "emergency_credit_threshold"})
"""Fields that a gas proxy shows of its meter and has not of its own: said of the proxy, they are the meter's."""


def money(text: str) -> int:
    """Pounds as thousandths of a penny: ``1.20`` is 120000."""
    return int(Decimal(text) * _POUND)


def _owing(amount: str) -> dict[str, Any]:
    return {"time_debt_1": money(amount), "debt_1": {"amount": _POUND, "period": 86_400}}


def _lent(left: str, offered: str) -> dict[str, Any]:
    credit = money(offered)
    return {
        "payment_mode": "prepayment",
        "balance": money(left),
        "emergency_credit_limit": credit,
        "emergency_credit_threshold": max(money(left), 0) + _POUND,
    }


def _in_blocks() -> dict[str, Any]:
    """Four blocks with limits so low that three days in summer reach the last."""
    blocks = {cell * 8: price for cell, price in enumerate((7_311, 8_422, 9_533, 10_644))}
    return {
        "tariff": {
            "calendar": {
                "seasons": [[0, 1, 1, 1]],
                "weeks": [[1, 1, 1, 1, 1, 1, 1, 1]],
                "days": [[1, [[0, 101]]]],
            },
            "block_prices": [blocks.get(cell, 0) for cell in range(32)],
            "thresholds": [[100, 250, 450]] * 8,
        },
    }


def _switched(on: int) -> dict[str, Any]:
    """Five controllers, of which one, and the fourth at a level of its own, are on until somebody says otherwise."""
    return {"switches": [dict(one, **_level(one["number"], on)) for one in SWITCHES]}


def _level(number: int, on: int) -> dict[str, int]:
    level = {on: 100, 4: 60}.get(number)
    return {} if level is None else {"level": level, "until": _ALWAYS}


CONDITIONS: Mapping[str, tuple[str, Callable[..., dict[str, Any]]]] = MappingProxyType(
    {
        "in prepayment mode with £1.20 left": (
            rf"in prepayment mode with {_AMOUNT} left",
            lambda left: {"payment_mode": "prepayment", "balance": money(left)},
        ),
        "in prepayment mode with £1.20 left and £5 of emergency credit on offer": (
            rf"in prepayment mode with {_AMOUNT} left and {_AMOUNT} of emergency credit on offer",
            _lent,
        ),
        "in prepayment mode": ("in prepayment mode", lambda: {"payment_mode": "prepayment"}),
        "left with £-8.10": (rf"left with {_AMOUNT}", lambda left: {"balance": money(left)}),
        "in credit mode with £0.40 left": (
            rf"in credit mode with {_AMOUNT} left",
            lambda left: {"payment_mode": "credit", "balance": money(left)},
        ),
        "in credit mode": ("in credit mode", lambda: {"payment_mode": "credit"}),
        "in debt with £30": (rf"in debt with {_AMOUNT}", _owing),
        "on a block tariff": ("on a block tariff", _in_blocks),
        "switching its load 1 on": (r"switching its load (\d) on", lambda number: _switched(int(number))),
        "switching loads by its boost button": (
            "switching loads by its boost button",
            lambda: {"settings": {"boost": {f"BoostFunctionControl{one}Value": True for one in range(1, 6)}}},
        ),
        "without supply": ("without supply", lambda: {"supply": "disabled"}),
        "waiting for its supply to be turned on": (
            "waiting for its supply to be turned on",
            lambda: {"supply": "armed"},
        ),
        "running firmware 01020304": (
            r"running firmware ([0-9A-F]{8})",
            lambda version: {"firmware_version": version},
        ),
        "holding a verified firmware image": (
            "holding a verified firmware image",
            lambda: {"image": {"hash": IMAGE, "version": "01020A0B", "is_verified": True}},
        ),
        "holding a firmware image that failed its check": (
            "holding a firmware image that failed its check",
            lambda: {"image": {"hash": IMAGE, "version": "01020A0B", "is_verified": False}},
        ),
        "joined with no other device": ("joined with no other device", lambda: {"joined": []}),
        "out of reach": ("out of reach", lambda: {"reachable": False}),
        "within reach of the SM WAN": ("within reach of the SM WAN", lambda: {"sm_wan": True}),
        "broken": ("broken", lambda: {"hardware_fault": True}),
    }
)
"""States of a device, by an example of the words: their pattern, and the fields of its state that follow."""


def condition_called(words: str) -> dict[str, Any]:
    """Fields of a device's state that the words mean. Raises: Misuse: unknown words."""
    for pattern, values in CONDITIONS.values():
        found = re.fullmatch(pattern, words)
        if found:
            return values(*found.groups())
    known = ", ".join((*STATUSES, *CONDITIONS))
    raise Misuse(f"no device status or condition is called {words!r}; known: {known}")


@dataclass(frozen=True, slots=True)
class Happening:
    """An event at a device: its name for the control API, and its parameters."""

    what: str
    detail: Mapping[str, Any] = field(default_factory=dict)


HAPPENINGS: Mapping[str, Happening] = MappingProxyType(
    {
        "has its cover opened": Happening("cover removed"),
        "has its terminal cover opened": Happening("terminal cover removed"),
        "has a magnet held to it": Happening("magnet"),
        "is tampered with": Happening("tamper"),
        "has its covers closed": Happening("covers closed"),
        "loses its power": Happening("power lost"),
        "has its power back": Happening("power restored"),
        "finds its own power failing": Happening("gas power lost"),
        "finds its battery low": Happening("battery low"),
        "is supplied with 260 V": Happening("voltage", {"voltage": 2600}),
        "is supplied with 200 V": Happening("voltage", {"voltage": 2000}),
        "is supplied with 240 V": Happening("voltage", {"voltage": 2400}),
        "cannot be reached by a message of its home": Happening("message not delivered"),
        "gives its consumer emergency credit": Happening("emergency credit taken"),
        "has its supply turned on by its consumer": Happening("supply turned on"),
    }
)
"""Physical events by the words of a scenario; names as in the control API (``stubs.devices.PHYSICAL_EVENTS``)."""


BENT: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "without a signature": ("unsigned", ""),
        "signed with the party's own key": ("wrong-signer", "user"),
        "with altered content": ("altered-content", ""),
        "with a wrong digest": ("wrong-digest", ""),
        "with a wrong MAC": ("wrong-mac", ""),
        "with the message of another meter": ("wrong-originator", "second electricity meter"),
        "with a message for another party": ("wrong-recipient", "another party"),
        "with the answer to an earlier command": ("wrong-counter", ""),
        "with a wrong signature of the device": ("wrong-device-signature", ""),
    }
)
"""Effect of each fault and the device or party it names, by the words of a scenario."""


def bent(text: str) -> str:
    """Read the words of a step that say how messages are altered; refuse others."""
    return text


bent.pattern = "|".join(map(re.escape, BENT))  # type: ignore[attr-defined]  # how the parse library finds it


def happening(text: str) -> str:
    """Converter of steps: words for something that happens, and nothing else."""
    return text


happening.pattern = "|".join(map(re.escape, HAPPENINGS))  # type: ignore[attr-defined]  # how the parse library finds it
