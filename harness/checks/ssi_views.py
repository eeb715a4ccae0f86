"""Pages served on the Self-Service Interface for an action, and the party's report of them: read by the checks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from harness.checks.comparing import identity
from harness.checks.evidence import ActionRecord, Evidence
from harness.checks.requests import missing, without_claim
from harness.checks.verdict import Finding
from schemas.ssi_tables import ssi_actions
from stubs.events import Event, PageViewed

E = TypeVar("E", bound=Event)

USUAL = "tester"
"""Beginning of the name of a person that the simulated DCC made up; others are named by the action."""


def during(evidence: Evidence, action: ActionRecord, kind: type[E]) -> list[tuple[int, E]]:
    """Events of a kind from when an action was asked until the next one is."""
    later = (other.seq for other in evidence.actions if other.seq > action.seq)
    end = next(later, None)
    return [(seq, event) for seq, event in evidence.of(kind) if seq > action.seq and (end is None or seq < end)]


def pages_of(evidence: Evidence, action: ActionRecord) -> list[tuple[int, PageViewed]]:
    """Pages served to a person of the party for an action, the named person where one is named."""
    person = str(action.asked.get("parameters", {}).get("person", "")).casefold()
    return [
        (seq, event)
        for seq, event in during(evidence, action, PageViewed)
        if event.user == evidence.user and person in {"", event.person.casefold()}
    ]


def own_pages(evidence: Evidence, action: ActionRecord) -> list[tuple[int, PageViewed]]:
    """Those of ``pages_of`` that belong to the action: at the path of its kind, or below."""
    row = ssi_actions().get(str(action.asked.get("kind", "")))
    path = row.path.removesuffix("/new") if row is not None else "/"
    return [(seq, event) for seq, event in pages_of(evidence, action) if event.path.startswith(path)]


def told(outcome: dict[str, Any]) -> str:
    """Everything the party says it saw, as one text in lower case; empty: it said nothing."""
    values = outcome.get("values") or {}
    return "\n".join(_texts(values)).casefold() if values else ""


def _texts(value: Any) -> Iterator[str]:
    match value:
        case dict():
            for name, inner in value.items():
                yield from _texts(name)
                yield from _texts(inner)
        case list() | tuple():
            for inner in value:
                yield from _texts(inner)
        case str():
            yield value
        case bool():
            yield json.dumps(value)
        case _:
            yield str(value)


def untold(outcome: dict[str, Any], wanted: Iterable[str]) -> list[str]:
    """Those texts that the party does not tell; a code, number or identity as a whole, not as a part of another."""
    said = told(outcome)
    return [text for text in wanted if not _stands_in(text.casefold(), said)]


def _stands_in(text: str, said: str) -> bool:
    if not any(sign.isdigit() for sign in text):
        return text in said
    return re.search(rf"(?<!\w){re.escape(text)}(?!\w)", said) is not None


def rows_of(outcome: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Rows of a table that the party tells, by column; empty: it tells none, or writes them otherwise."""
    rows = (outcome.get("values") or {}).get("rows")
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def seen_of(outcome: Mapping[str, Any]) -> list[str] | None:
    """Identities that the party says it saw: a list, or a text with one or several; None: it does not say."""
    values = outcome.get("values") or {}
    seen = values.get("seen")
    if seen is None:
        return None
    named = seen.replace(",", " ").split() if isinstance(seen, str) else [str(one) for one in seen]
    return [identity(one) for one in named]


def said_of(action: ActionRecord, expected: str, *references: int) -> Finding | None:
    """The finding while the party says nothing of what it saw; None when there is something to compare."""
    values = action.outcome.get("values")
    return without_claim(action, expected, "what it saw", values, *references)


def unserved(evidence: Evidence, action: ActionRecord, expected: str, what: str) -> Finding:
    """Nothing fitting was served: waits while the party is at work."""
    pages = pages_of(evidence, action)
    seen = f"{len(pages)} pages, {what}" if pages else f"no page was served to a person of the party; {what}"
    return missing(action, expected, seen, *(seq for seq, _ in pages))
