"""Slots of ZigBee commands: a field's value from named values, and back; and use cases that are rows of slots."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from stubs.wire.errors import Misuse
from stubs.wire.gbcs import dlms
from stubs.wire.gbcs.dlms import CANCELLED
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.use_cases.gas_shapes import Sent, Shape
from stubs.wire.gbcs.use_cases.model import CommandContext, Values, given

CANCEL = 0xFFFFFFFF
"""Time with which most ZigBee commands withdraw a future-dated one."""
PUBLISH_CANCEL = 0xFFFFFFFE
"""The same in calendar, price matrix and block threshold commands."""
BEYOND = 0xFFFFFFFE
"""An end date that 32 bits of seconds cannot hold; read as :data:`FAR_AWAY`."""
FAR_AWAY = datetime(3000, 12, 31, tzinfo=UTC)
_LAST_SECOND = dlms.when_seconds(BEYOND - 1)


@dataclass(frozen=True, slots=True)
class Slot:
    """One field: ``write`` gives its raw value, ``read`` the named values that a raw value means."""

    write: Callable[[Values, CommandContext], Any]
    read: Callable[[Any], dict[str, Any]]


def fixed(raw: int | bytes) -> Slot:
    """Always the same."""
    return Slot(lambda _, __: raw, lambda _: {})


EVENT = Slot(lambda _, context: dlms.seconds_since_2000(context.now), lambda _: {})
"""Issuer event id: the DCC's clock."""


def number(name: str) -> Slot:
    """An integer."""
    return Slot(lambda values, _: given(values, name), lambda raw: {name: raw})


def scaled(name: str, factor: int) -> Slot:
    """A decimal, held as an integer ``factor`` times as large."""
    return Slot(lambda values, _: round(given(values, name) * factor), lambda raw: {name: raw / factor})


def moment(name: str) -> Slot:
    """A time in seconds since 2000."""
    return Slot(
        lambda values, _: dlms.seconds_since_2000(given(values, name)), lambda raw: {name: dlms.when_seconds(raw)}
    )


def end_moment(name: str) -> Slot:
    """The end of a period; one beyond the range is written FFFFFFFE."""

    def write(values: Values, _: CommandContext) -> int:
        when = given(values, name)
        return BEYOND if when > _LAST_SECOND else dlms.seconds_since_2000(when)

    return Slot(write, lambda raw: {name: FAR_AWAY if raw == BEYOND else dlms.when_seconds(raw)})


def execution(cancel: int = CANCEL) -> Slot:
    """``ExecutionDateTime``: 0 when absent."""

    def write(values: Values, _: CommandContext) -> int:
        when = values.get("ExecutionDateTime")
        if when is None:
            return 0
        return cancel if when == CANCELLED else dlms.seconds_since_2000(when)

    def read(raw: int) -> dict[str, Any]:
        if not raw:
            return {}
        return {"ExecutionDateTime": CANCELLED if raw == cancel else dlms.when_seconds(raw)}

    return Slot(write, read)


def text(name: str) -> Slot:
    """A text of at most 255 octets."""

    def write(values: Values, _: CommandContext) -> bytes:
        octets: bytes = given(values, name).encode("utf-8")
        if len(octets) > 255:
            raise Misuse(f"{name} is longer than 255 octets")
        return octets

    def read(raw: bytes) -> dict[str, Any]:
        try:
            return {name: raw.decode("utf-8")}
        except UnicodeDecodeError as broken:
            raise GbcsError(f"{name} is not text", broken.start) from broken

    return Slot(write, read)


def choice(name: str, numbers: Mapping[str, int]) -> Slot:
    """One of several words."""
    words = {raw: word for word, raw in numbers.items()}

    def write(values: Values, _: CommandContext) -> int:
        word = given(values, name)
        if word not in numbers:
            raise Misuse(f"{name} is one of {', '.join(numbers)}, got {word}")
        return numbers[word]

    def read(raw: int) -> dict[str, Any]:
        if raw not in words:
            raise GbcsError(f"unknown {name}", 0, expected=str(sorted(words)), got=str(raw))
        return {name: words[raw]}

    return Slot(write, read)


@dataclass(frozen=True, slots=True)
class Row:
    """One component as a row: its shape and a slot per field; ``from_time`` is the stamp before it, if any."""

    shape: Shape
    slots: Mapping[str, Slot]
    from_time: Slot | None = None

    def fill(self, values: Values, context: CommandContext) -> Sent:
        """The component."""
        fields = {name: slot.write(values, context) for name, slot in self.slots.items()}
        return Sent(self.shape, fields, self.from_time.write(values, context) if self.from_time else None)

    def gather(self, sent: Sent) -> dict[str, Any]:
        """The named values of the component. Raises: GbcsError: another shape, or a stamp that is missing."""
        if sent.shape != self.shape or (sent.from_time is None) != (self.from_time is None):
            raise GbcsError("not the component of this use case", 3, clause="GBCS use case")
        found: dict[str, Any] = {}
        for name, slot in self.slots.items():
            found |= slot.read(sent.fields[name])
        return found | (self.from_time.read(sent.from_time) if self.from_time else {})


def fill_rows(rows: tuple[Row, ...]) -> Callable[[Values, CommandContext], tuple[Sent, ...]]:
    """The components of a use case that is always the same rows."""
    return lambda values, context: tuple(row.fill(values, context) for row in rows)


def gather_rows(rows: tuple[Row, ...]) -> Callable[[tuple[Sent, ...]], dict[str, Any]]:
    """The inverse of :func:`fill_rows`."""

    def gather(sent: tuple[Sent, ...]) -> dict[str, Any]:
        if len(sent) != len(rows):
            raise GbcsError("components of a command", 2, expected=str(len(rows)), got=str(len(sent)))
        found: dict[str, Any] = {}
        for row, one in zip(rows, sent, strict=True):
            found |= row.gather(one)
        return found

    return gather
