"""Contents of commands remembered as templates: the same values make the same content, but for what its context gives.

A content takes from its context the counter, who asks, the recipient and the time at most, and holds each of them as it
stands. So a template is one content without these octets. It is kept if, filled in for a context that differs in all of
them, it is what is built for that context; contents of which that is not true are built each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.dlms import invoke_id, seconds_since_2000
from stubs.wire.gbcs.use_cases.model import CommandContext, Values

Key = tuple[str, bytes]
"""Use case, and the values in msgpack."""
V = TypeVar("V")
Build = Callable[[Values, CommandContext], bytes]
Slot = Callable[[CommandContext], bytes]
"""Gets from a context something that a content may hold, in octets."""
Template = tuple[bytes | Slot, ...]

_KEPT = 512
"""Number of commands whose template is remembered, or that there is none."""
_ONE = CommandContext(0x0102030405060708, Eui64(b"\x11" * 8), Eui64(b"\x12" * 8), datetime(2007, 3, 4, tzinfo=UTC))
_OTHER = CommandContext(
    0xF1E2D3C4B5A69788,
    Eui64(b"\xe1" * 8),
    Eui64(b"\xe2" * 8),
    datetime(2031, 11, 25, 13, 46, 57, tzinfo=UTC),
    Eui64(b"\xe3" * 8),
)
_SLOTS: tuple[Slot, ...] = (
    lambda context: context.counter.to_bytes(8, "big"),
    lambda context: context.asker.octets,
    lambda context: context.recipient.octets,
    lambda context: invoke_id(context.counter).to_bytes(4, "big"),
    lambda context: seconds_since_2000(context.now).to_bytes(4, "little"),
)


class CommandTemplates:
    """Templates by use case and values. A template is made when a content is asked for the second time."""

    def __init__(self) -> None:
        self._known: dict[Key, Template | None] = {}
        self._asked: dict[Key, None] = {}

    def build(self, name: str, values: Values, context: CommandContext, build: Build) -> bytes:
        """Return the content that ``build`` makes. Raises: what ``build`` raises."""
        try:
            key = (name, msgspec.msgpack.encode(values))
        except (TypeError, ValueError, OverflowError):
            return build(values, context)
        if key not in self._known:
            content = build(values, context)
            if key in self._asked:
                _keep(self._known, key, _template(values, build))
            else:
                _keep(self._asked, key, None)
            return content
        template = self._known[key]
        return build(values, context) if template is None else _filled(template, context)


def _template(values: Values, build: Build) -> Template | None:
    template: Template = (build(values, _ONE),)
    for slot in _SLOTS:
        template = tuple(_cut(template, slot))
    return template if _filled(template, _OTHER) == build(values, _OTHER) else None


def _cut(template: Template, slot: Slot) -> Iterator[bytes | Slot]:
    """The template with a slot wherever it holds the octets that the slot has in ``_ONE``."""
    for part in template:
        if not isinstance(part, bytes):
            yield part
            continue
        first, *others = part.split(slot(_ONE))
        yield first
        for other in others:
            yield slot
            yield other


def _filled(template: Template, context: CommandContext) -> bytes:
    return b"".join([part if isinstance(part, bytes) else part(context) for part in template])


def _keep(known: dict[Key, V], key: Key, value: V) -> None:
    if len(known) >= _KEPT:
        del known[next(iter(known))]
    known[key] = value
