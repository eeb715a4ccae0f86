"""Contents of commands that are the same whenever the same is asked, remembered as templates.

What a content takes from its envelope and the clock it holds as it stands: counter, identities, seconds. So whatever
two contexts that differ in all of them have in common does not depend on them, and a template is made by trying two.
The invoke id of a DLMS command, the low three octets of the counter, is filled in.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.dlms import invoke_id
from stubs.wire.gbcs.use_cases.model import CommandContext, Values

Key = tuple[str, bytes]
"""Use case, and the values in msgpack."""
V = TypeVar("V")
Build = Callable[[Values, CommandContext], bytes]

_KEPT = 512
"""Number of commands of which it is remembered whether their content is static."""
_ACCESS_REQUEST = 0xD9
_INVOKE = slice(1, 5)
_ONE = CommandContext(0x0102030405060708, Eui64(b"\x11" * 8), Eui64(b"\x12" * 8), datetime(2007, 3, 4, tzinfo=UTC))
_OTHER = CommandContext(
    0xF1E2D3C4B5A69788,
    Eui64(b"\xe1" * 8),
    Eui64(b"\xe2" * 8),
    datetime(2031, 11, 25, 13, 46, 57, tzinfo=UTC),
    Eui64(b"\xe3" * 8),
)


class StaticCommands:
    """Templates by use case and values. A content is looked into when it is asked for the second time."""

    def __init__(self) -> None:
        self._known: dict[Key, bytes | None] = {}
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


def _template(values: Values, build: Build) -> bytes | None:
    one, other = (_masked(build(values, context)) for context in (_ONE, _OTHER))
    return one if one == other else None


def _masked(content: bytes) -> bytes:
    return content[: _INVOKE.start] + bytes(4) + content[_INVOKE.stop :] if content[0] == _ACCESS_REQUEST else content


def _filled(template: bytes, context: CommandContext) -> bytes:
    if template[0] != _ACCESS_REQUEST:
        return template
    invoke = invoke_id(context.counter).to_bytes(4, "big")
    return template[: _INVOKE.start] + invoke + template[_INVOKE.stop :]


def _keep(known: dict[Key, V], key: Key, value: V) -> None:
    if len(known) >= _KEPT:
        del known[next(iter(known))]
    known[key] = value
