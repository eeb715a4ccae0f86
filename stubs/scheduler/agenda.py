"""The agenda: items by id and a heap by due time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heapify, heappop, heappush
from typing import Any


@dataclass(frozen=True, slots=True)
class Item:
    """Something due at an instant (UTC): what kind, and the data its handler needs (JSON types only)."""

    item: str
    what: str
    due: datetime
    data: dict[str, Any]


@dataclass(slots=True)
class Agenda:
    """Items that wait; equal due times keep the order in which they were added."""

    items: dict[str, Item] = field(default_factory=dict)
    _heap: list[tuple[datetime, int, str]] = field(default_factory=list, compare=False)
    _added: int = field(default=0, compare=False)

    def add(self, item: Item) -> None:
        """Fold of ItemScheduled; an item of the same id is replaced."""
        self.items[item.item] = item
        self._added += 1
        heappush(self._heap, (item.due, self._added, item.item))

    def done(self, item: str) -> None:
        """Fold of ItemDone; unknown items are passed over."""
        self.items.pop(item, None)
        if len(self._heap) > 64 + 2 * len(self.items):
            self._heap = [entry for entry in self._heap if self._is_live(entry)]
            heapify(self._heap)

    def _is_live(self, entry: tuple[datetime, int, str]) -> bool:
        item = self.items.get(entry[2])
        return item is not None and item.due == entry[0]

    def next_due(self) -> datetime | None:
        """When the earliest item is due."""
        while self._heap and not self._is_live(self._heap[0]):
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def first_due(self, now: datetime) -> Item | None:
        """The earliest item that is due at ``now``; it stays until it is done."""
        due = self.next_due()
        return self.items[self._heap[0][2]] if due is not None and due <= now else None

    def of(self, what: str) -> Iterator[Item]:
        """Waiting items of one kind, in the order they were added."""
        return (item for item in list(self.items.values()) if item.what == what)
