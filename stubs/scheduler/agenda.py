"""The agenda: items by id, a heap by due time, and an index by key; every step is at most logarithmic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heapify, heappop, heappush
from typing import Any

import msgspec

StoredMembers = dict[str, Any]
"""An item's data as JSON members, as the journal has them: read by ``stored_items.read_item``."""


class Item(msgspec.Struct, frozen=True, gc=False):
    """An item that is due at an instant (UTC): its kind, and the data its handler needs (JSON types only).

    ``key`` groups items that are looked up together, such as the held commands of one service for one device. Data
    kept for long may be given as JSON: a million held commands then take half the memory.
    """

    item: str
    what: str
    due: datetime
    content: StoredMembers | bytes
    key: str = ""

    @property
    def data(self) -> StoredMembers:
        """Return the members that its handler needs; not to be changed."""
        if isinstance(self.content, bytes):
            decoded: StoredMembers = msgspec.json.decode(self.content)
            return decoded
        return self.content

    def packed(self) -> Item:
        """The same item with its data as JSON."""
        if isinstance(self.content, bytes):
            return self
        return msgspec.structs.replace(self, content=msgspec.json.encode(self.content))


@dataclass(slots=True)
class Agenda:
    """Items that wait; equal due times keep the order in which they were added."""

    items: dict[str, Item] = field(default_factory=dict)
    _heap: list[tuple[datetime, int, str]] = field(default_factory=list, compare=False)
    _added: int = field(default=0, compare=False)
    _keys: dict[str, dict[str, None]] = field(default_factory=dict, compare=False)

    def add(self, item: Item) -> None:
        """Fold of ItemScheduled; an item of the same id is replaced."""
        # Taken out first, so that the order of ``items`` is the order in which they were added.
        old = self.items.pop(item.item, None)
        if old is not None:
            self._forget_key(old)
        self.items[item.item] = item
        if item.key:
            self._keys.setdefault(item.key, {})[item.item] = None
        self._added += 1
        heappush(self._heap, (item.due, self._added, item.item))

    def done(self, item: str) -> None:
        """Fold of ItemDone; unknown items are passed over."""
        old = self.items.pop(item, None)
        if old is not None:
            self._forget_key(old)
        if len(self._heap) > 64 + 2 * len(self.items):
            self._heap = [entry for entry in self._heap if self._is_live(entry)]
            heapify(self._heap)

    def _forget_key(self, item: Item) -> None:
        if item.key:
            named = self._keys[item.key]
            named.pop(item.item, None)
            if not named:
                del self._keys[item.key]

    def _is_live(self, entry: tuple[datetime, int, str]) -> bool:
        item = self.items.get(entry[2])
        return item is not None and item.due == entry[0]

    def next_due(self) -> datetime | None:
        """Return when the earliest item is due."""
        while self._heap and not self._is_live(self._heap[0]):
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def first_due(self, now: datetime) -> Item | None:
        """The earliest item that is due at ``now``; it stays until it is done."""
        due = self.next_due()
        return self.items[self._heap[0][2]] if due is not None and due <= now else None

    def named(self, key: str) -> Iterator[Item]:
        """Waiting items with this key, in the order they were added."""
        return (self.items[item] for item in list(self._keys.get(key, ())))

    def count(self, key: str) -> int:
        """Return the number of items that have this key."""
        return len(self._keys.get(key, ()))


def key_of(what: str, data: Mapping[str, object]) -> str:
    """Return the key under which an item is looked up; empty when it is never looked up.

    A command held by the DCC is found by User, service and device (it may be cancelled), a follower by the request it
    waits for, and by its device a schedule, an image on its way, and an outcome that is awaited.
    """
    match what:
        case "command" if data.get("held"):
            return f"held|{data['user']}|{data['srv']}|{data['device']}"
        case "follower":
            return f"after|{data['preceding']}"
        case "schedule" | "firmware" | "outcome":
            return f"{what}|{data['device']}"
        case _:
            return ""
