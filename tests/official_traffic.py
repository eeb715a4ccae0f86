"""Everything the simulated DCC says in a test, held against the official schema where ``../shared`` has it.

Documents that a fault was asked to break are left out; everything else the DCC answers or sends must be valid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from stubs.events import AnyEvent, Entry, FaultApplied, MessageQueued, RequestAnswered
from stubs.journal import Journal
from tests.official_schema import OFFICIAL, libxml2_schema

BROKEN = frozenset({"malformed"})


@dataclass
class Traffic:
    """Answers and messages by exchange or message id, of one core after another."""

    documents: list[tuple[str, bytes]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)

    def note(self, events: Iterable[AnyEvent]) -> None:
        """Remember what was said in these events."""
        for event in events:
            match event:
                case RequestAnswered(exchange=subject, body=body) | MessageQueued(message=subject, body=body) if body:
                    self.documents.append((subject, body))
                case FaultApplied(effect=effect, subject=subject) if effect in BROKEN:
                    self.broken.add(subject)
                case _:
                    pass

    def problems(self) -> list[str]:
        """What the official schema says against a document; empty when all is well, or the schema is absent."""
        if not OFFICIAL.is_dir():
            return []
        schema = libxml2_schema()
        found = []
        for subject, body in self.documents:
            if subject not in self.broken and not schema.validate(etree.fromstring(body)):
                found.append(f"{subject}: {schema.error_log}: {body[:2000]!r}")
        return found


SAID = Traffic()
"""What is said in the test that runs."""


@contextmanager
def listening() -> Iterator[Traffic]:
    """Remember what is said while the block runs, by cores alone and by whole simulated DCCs."""
    SAID.documents.clear()
    SAID.broken.clear()
    append = Journal.append

    def heard(self: Journal, *events: AnyEvent, **more: Any) -> tuple[Entry, ...]:
        SAID.note(events)
        return append(self, *events, **more)

    Journal.append = heard  # type: ignore[method-assign]
    try:
        yield SAID
    finally:
        Journal.append = append  # type: ignore[method-assign]
