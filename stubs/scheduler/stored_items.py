"""Agenda items as the journal and the snapshot hold them: a kind (``what``) and JSON members (``data``), and back.

A field is stored under its name, an identity as text, octets and groups as hexadecimal digits; a field that has its
default is left out. Members that are not known are passed over, so that later versions may add some.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from types import MappingProxyType, UnionType
from typing import Any, NamedTuple, get_args, get_type_hints

import msgspec

from schemas.load import UserRole
from stubs.events import DeviceAnswered
from stubs.scheduler import items
from stubs.scheduler.agenda import StoredMembers
from stubs.scheduler.items import AgendaItem, AwaitedOutcome, DueCommand, PendingCommand, WaitingFollower
from stubs.wire.duis import Node
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.envelope import Group
from stubs.wire.request_id import RequestId

_FLAT = (DueCommand, WaitingFollower, AwaitedOutcome)
"""Kinds whose members are those of their command."""

Convert = Callable[[Any], Any]


def tree_of(node: Node) -> list[Any]:
    """An element as ``[name, text, [children…]]``; attributes do not occur in requests."""
    return [node.name, node.text, [tree_of(child) for child in node.children]]


def node_from_tree(tree: list[Any]) -> Node:
    """The inverse of ``tree_of``."""
    name, text, children = tree
    return Node(str(name), str(text), tuple(node_from_tree(child) for child in children))


def _as_is(value: Any) -> Any:
    return value


def _read_answer(value: Any) -> DeviceAnswered:
    return msgspec.convert(value, DeviceAnswered)


_NEWEST_GROUPS: dict[str, Group] = {}
"""Groups by their hexadecimal digits, the newest ``_MOST_GROUPS``: most commands fall due soon after they are placed,
and then need not be parsed again. What is remembered equals what would be parsed (a property of the codec)."""
_MOST_GROUPS = 256


def _store_group(group: Group) -> str:
    digits = group.to_bytes().hex()
    if len(_NEWEST_GROUPS) >= _MOST_GROUPS:
        _NEWEST_GROUPS.pop(next(iter(_NEWEST_GROUPS)), None)
    _NEWEST_GROUPS[digits] = group
    return digits


def _read_group(digits: str) -> Group:
    return _NEWEST_GROUPS.get(digits) or Group.from_bytes(bytes.fromhex(digits))


def stored_command(command: PendingCommand) -> StoredMembers:
    """A command as JSON members."""
    return _members(command)


def read_command_data(data: StoredMembers) -> PendingCommand:
    """The inverse of ``stored_command``. Raises: ValueError, PeerError, KeyError: members that make no command."""
    return PendingCommand(**_values(PendingCommand, data))


_CONVERT: Mapping[Any, tuple[Convert, Convert]] = MappingProxyType(
    {
        str: (_as_is, _as_is),
        bool: (_as_is, bool),
        int: (_as_is, int),
        dict[str, str]: (_as_is, _as_is),
        bytes: (bytes.hex, bytes.fromhex),
        datetime: (datetime.isoformat, datetime.fromisoformat),
        UserRole: (str, UserRole),
        Eui64: (str, Eui64.parse),
        RequestId: (str, RequestId.parse),
        Group: (_store_group, _read_group),
        Node: (tree_of, node_from_tree),
        DeviceAnswered: (msgspec.to_builtins, _read_answer),
        PendingCommand: (stored_command, read_command_data),
    }
)
"""By type of a field: to JSON, and back."""


class _Field(NamedTuple):
    attribute: str
    member: str
    store: Convert | None
    """None: it is stored as it is."""
    read: Convert
    is_required: bool
    default: Any
    """Not stored when it has this value, unless it is required."""


@cache
def _fields(kind: type[msgspec.Struct]) -> tuple[_Field, ...]:
    hints = get_type_hints(kind)
    found = []
    for field in msgspec.structs.fields(kind):
        hint = hints[field.name]
        if isinstance(hint, UnionType):
            (hint,) = (one for one in get_args(hint) if one is not type(None))
        store, read = _CONVERT[hint]
        default = {} if field.default_factory is dict else field.default
        required = default is msgspec.NODEFAULT
        found.append(_Field(field.name, field.encode_name, None if store is _as_is else store, read, required, default))
    return tuple(found)


def _members(record: msgspec.Struct) -> StoredMembers:
    fields = zip(_fields(type(record)), msgspec.structs.astuple(record), strict=True)
    return {
        member: value if store is None else store(value)
        for (_, member, store, _, is_required, default), value in fields
        if is_required or value != default
    }


def _values(kind: type[msgspec.Struct], data: StoredMembers) -> dict[str, Any]:
    return {field.attribute: field.read(data[field.member]) for field in _fields(kind) if field.member in data}


_KINDS: Mapping[str, type[Any]] = MappingProxyType(
    {str(kind.__struct_config__.tag): kind for kind in get_args(items.AgendaItem)}
)


def stored_item(item: AgendaItem) -> tuple[str, StoredMembers]:
    """``what`` and ``data`` of an item."""
    what = str(item.__struct_config__.tag)
    return what, stored_command(item.command) if isinstance(item, _FLAT) else _members(item)


def read_item(what: str, data: StoredMembers) -> AgendaItem:
    """The inverse of ``stored_item``. Raises: ValueError, PeerError, LookupError, TypeError: no such item."""
    kind = _KINDS[what]
    item: AgendaItem
    item = kind(read_command_data(data)) if kind in _FLAT else kind(**_values(kind, data))
    return item
