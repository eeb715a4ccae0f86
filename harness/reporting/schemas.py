"""Every DUIS document of a run judged by our schema and by a folder of others, side by side."""

from __future__ import annotations

from collections.abc import Iterable

from harness.evidence.messages import file_name
from harness.reporting.model import SchemaComparison, SchemaDisagreement
from stubs.events import Entry, MessageQueued, RequestAnswered, RequestReceived
from stubs.wire.duis import SchemaFolder, SchemaProblem, schema_problems
from stubs.wire.errors import PeerError
from stubs.wire.xml import parse


def compare(entries: Iterable[Entry], other: SchemaFolder) -> SchemaComparison:
    """Both verdicts on every request, answer and message; what is no XML has no schema verdict and is left out."""
    agree, disagreements = 0, []
    for entry in entries:
        body = _document(entry)
        try:
            document = parse(body) if body else None
        except PeerError:
            document = None
        if document is None:
            continue
        ours, theirs = schema_problems(document), other.problems(document, 1)
        if bool(ours) == bool(theirs):
            agree += 1
        else:
            disagreements.append(
                SchemaDisagreement(entry.seq, file_name(entry) or "", _in_words(ours), _in_words(theirs))
            )
    return SchemaComparison(str(other.entry), agree + len(disagreements), agree, tuple(disagreements))


def _document(entry: Entry) -> bytes:
    match entry.event:
        case RequestReceived(body=body) | RequestAnswered(body=body) | MessageQueued(body=body):
            return body
        case _:
            return b""


def _in_words(problems: tuple[SchemaProblem, ...]) -> str:
    return f"line {problems[0].line}: {problems[0].message}" if problems else "valid"
