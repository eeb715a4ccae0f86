"""Habits of correct clients: ways to write, post, answer and report that differ from ours and mean the same.

A rule that fails one of them is wrong. ``combined`` makes a client of any number of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from types import MappingProxyType
from typing import Any

import msgspec
from lxml import etree

from harness.drivers.action import Action, Outcome
from harness.drivers.defective.client import DefectiveDriver, Edits, Memory
from harness.drivers.driver import Driver
from harness.drivers.reference.policy import CORRECT
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64

EditDocument = Callable[[etree._Element], etree._Element]  # noqa: SLF001 - the only name that lxml has for it
EditOutcome = Callable[[Outcome], Outcome]

_LINE = 64
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_OCTETS = frozenset({"GBCSPayload", "PreCommand", "SignedPreCommand", "Payload"})


@dataclass(frozen=True, slots=True)
class Habit:
    """One habit. ``group`` names what it is a choice of: of one group a client has one habit at most."""

    name: str
    group: str
    document: EditDocument | None = None
    """On the document's tree before it is signed."""
    text: Callable[[bytes], bytes] | None = None
    """On its octets before it is signed."""
    policy: Mapping[str, Any] = field(default_factory=dict)
    http: Mapping[str, Any] = field(default_factory=dict)
    outcome: EditOutcome | None = None


# --- how a document is written ------------------------------------------------------------------------------------


def _prefixed(prefix: str) -> EditDocument:
    def edit(root: etree._Element) -> etree._Element:
        made = etree.Element(root.tag, nsmap={prefix: str(etree.QName(root).namespace)})
        made.attrib.update(root.attrib)
        made.text, made.tail = root.text, root.tail
        made.extend(list(root))
        etree.cleanup_namespaces(made, keep_ns_prefixes=[prefix])
        return made

    return edit


def _indented(space: str) -> EditDocument:
    def edit(root: etree._Element) -> etree._Element:
        etree.indent(root, space=space)
        return root

    return edit


def _each_leaf(edit_text: Callable[[str, str], str]) -> EditDocument:
    """Texts of elements without children: (name, text) to text."""

    def edit(root: etree._Element) -> etree._Element:
        for one in root.iter(etree.Element):
            if len(one) == 0 and one.text:
                one.text = edit_text(etree.QName(one).localname, one.text)
        return root

    return edit


def _broken_lines(name: str, text: str) -> str:
    if name not in _OCTETS:
        return text
    lines = [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
    return "\n" + "\n".join(lines) + "\n"


def _lower_identities(name: str, text: str) -> str:
    del name
    try:
        Eui64.parse(text)
    except PeerError:
        return text
    return text.lower()


def _commented(root: etree._Element) -> etree._Element:
    root.insert(0, etree.Comment(" made by an unusual client "))
    return root


def _declared(root: bytes) -> bytes:
    """With an XML declaration in single quotes, and lines between."""
    plain = root.partition(b"?>")[2].lstrip() if root.startswith(b"<?xml") else root
    return b"<?xml version='1.0' encoding='UTF-8'?>\n\n" + plain


def _undeclared(root: bytes) -> bytes:
    return root.partition(b"?>")[2].lstrip() if root.startswith(b"<?xml") else root


# --- how an outcome is reported -----------------------------------------------------------------------------------


def _deep(value: Any, edit: Callable[[Any], Any], name: Callable[[str], str] = str) -> Any:
    if isinstance(value, Mapping):
        return {name(str(key)): _deep(one, edit, name) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_deep(one, edit, name) for one in value]
    return edit(value)


def _values(edit: Callable[[Any], Any], name: Callable[[str], str] = str) -> EditOutcome:
    return lambda told: msgspec.structs.replace(told, values=_deep(told.values, edit, name))


def _snake_case(name: str) -> str:
    """``ActiveImportRegister`` as ``active_import_register``."""
    found = ""
    for sign, before in zip(name, " " + name, strict=False):
        found += "_" + sign if sign.isupper() and before.islower() else sign
    return found.lower()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _identities(spell: Callable[[str], str]) -> EditOutcome:
    def edit(value: Any) -> Any:
        try:
            return spell(str(Eui64.parse(value))) if isinstance(value, str) else value
        except PeerError:
            return value

    def told(outcome: Outcome) -> Outcome:
        parts = [edit(part) for part in outcome.request_id.split(":")]
        alerts = tuple({**alert, "device": edit(alert.get("device", ""))} for alert in outcome.alerts)
        return msgspec.structs.replace(
            outcome, values=_deep(outcome.values, edit), request_id=":".join(parts), alerts=list(alerts)
        )

    return told


def _times(zone: timezone) -> EditOutcome:
    def edit(value: Any) -> Any:
        if not isinstance(value, str) or not value.endswith("Z"):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return value
        return moment.astimezone(zone).isoformat()

    return _values(edit)


def _codes(spell: Callable[[str], str]) -> EditOutcome:
    def told(outcome: Outcome) -> Outcome:
        alerts = [{**alert, "code": str(alert.get("code", "")).lower()} for alert in outcome.alerts]
        return msgspec.structs.replace(outcome, response_code=spell(outcome.response_code), alerts=alerts)

    return told


def _padded(code: str) -> str:
    return f"{code[0]}0{code[1:]}" if len(code) > 1 else code


def _reversed_lists(outcome: Outcome) -> Outcome:
    turned = {
        name: value[::-1] if isinstance(value, list) and all(isinstance(one, Mapping) for one in value) else value
        for name, value in outcome.values.items()
    }
    return msgspec.structs.replace(outcome, values=turned)


def _with_notes(outcome: Outcome) -> Outcome:
    notes = {"note": "read by the night shift", "_read_by": "head end 3", "Unit": "as told"} if outcome.values else {}
    return msgspec.structs.replace(outcome, values={**notes, **outcome.values}, detail="done by an unusual client")


def _basic(value: Any) -> Any:
    """``2026-01-15T10:00:00Z`` as ``20260115T100000Z``; anything else as it is."""
    is_instant = isinstance(value, str) and _INSTANT.fullmatch(value)
    return value.replace("-", "").replace(":", "") if is_instant else value


def _with_nulls(outcome: Outcome) -> Outcome:
    nulls = {"ReactiveImportRegister": None, "Meter": None}
    values = {**nulls, **outcome.values} if outcome.values else {}
    return msgspec.structs.replace(outcome, values=values)


_ALL = (
    Habit("prefix", "prefix", document=_prefixed("sr")),
    Habit("another prefix", "prefix", document=_prefixed("ns0")),
    Habit("indented", "white space", document=_indented("  ")),
    Habit("indented by tabs", "white space", document=_indented("\t")),
    Habit("broken lines in octets", "octets", document=_each_leaf(_broken_lines)),
    Habit("identities in lower case", "letters", document=_each_leaf(_lower_identities)),
    Habit("comment", "comment", document=_commented),
    Habit("declaration in single quotes", "declaration", text=_declared),
    Habit("no declaration", "declaration", text=_undeclared),
    Habit("media type with charset", "media type", http={"content_type": "application/xml; charset=utf-8"}),
    Habit("media type in capitals", "media type", http={"content_type": 'Application/XML;charset="UTF-8"'}),
    Habit("chunked", "length", http={"is_chunked": True}),
    Habit("compressed", "encoding", http={"is_compressed": True}),
    Habit("connections kept", "connections", http={"keeps_connections": True}),
    Habit("answers 200", "answers", policy={"response_status": 200, "alert_status": 200, "first_response_status": 200}),
    Habit("answers 202", "answers", policy={"response_status": 202, "alert_status": 202, "first_response_status": 202}),
    Habit("slow answers", "pace", policy={"answers_after": 0.05}),
    Habit("handles responses later", "order of handling", policy={"responses_handled_after": 0.05}),
    Habit("signs repetitions anew", "repetitions", policy={"signs_anew": True}),
    Habit("instants in basic format", "times", outcome=_values(_basic)),
    Habit("numbers with their unit", "numbers", outcome=_values(lambda one: f"{one} Wh" if _is_number(one) else one)),
    Habit("nulls for nothing", "nulls", outcome=_with_nulls),
    Habit("names in snake case", "names", outcome=_values(lambda value: value, _snake_case)),
    Habit("names in small letters", "names", outcome=_values(lambda value: value, str.lower)),
    Habit("numbers as text", "numbers", outcome=_values(lambda value: str(value) if _is_number(value) else value)),
    Habit("numbers with a point", "numbers", outcome=_values(lambda one: float(one) if _is_number(one) else one)),
    Habit("identities with colons left out", "identities", outcome=_identities(lambda text: text.replace("-", ""))),
    Habit("identities in small letters", "identities", outcome=_identities(str.lower)),
    Habit("times of summer", "times", outcome=_times(timezone(timedelta(hours=1)))),
    Habit("times with an offset", "times", outcome=_times(UTC)),
    Habit("codes in small letters", "codes", outcome=_codes(str.lower)),
    Habit("codes with zeros", "codes", outcome=_codes(_padded)),
    Habit("lists the other way round", "lists", outcome=_reversed_lists),
    Habit("notes of its own", "notes", outcome=_with_notes),
)  # fmt: skip

HABITS: Mapping[str, Habit] = MappingProxyType({one.name: one for one in _ALL})
"""Every habit by name."""


def chosen(chance: Random) -> tuple[str, ...]:
    """Names of habits that go together: of each group one, or none."""
    groups: dict[str, list[str]] = {}
    for one in _ALL:
        groups.setdefault(one.group, []).append(one.name)
    found = (chance.choice(["", *names]) for names in groups.values())
    return tuple(name for name in found if name)


def combined(names: Sequence[str]) -> Driver:
    """A client with these habits.

    Raises: KeyError: no habit has one of the names.
    """
    habits = [HABITS[name] for name in names]
    policy: dict[str, Any] = {}
    http: dict[str, Any] = {}
    for one in habits:
        policy |= one.policy
        http |= one.http
    written = [one for one in habits if one.document or one.text]
    client = replace(
        CORRECT,
        **policy,
        http=replace(CORRECT.http, **http),
        edit_document=_writer(written) if written else None,
    )
    return DefectiveDriver(Edits(outcome=_reporter(habits)), client, "habits: " + (", ".join(names) or "none"))


def _writer(habits: Iterable[Habit]) -> Callable[[bytes], bytes]:
    def write(document: bytes) -> bytes:
        root = etree.fromstring(document)
        for one in habits:
            root = one.document(root) if one.document else root
        written = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
        for one in habits:
            written = one.text(written) if one.text else written
        return written

    return write


def _reporter(habits: Iterable[Habit]) -> Callable[[Action, Outcome, Memory], Outcome]:
    def report(_action: Action, outcome: Outcome, _memory: Memory) -> Outcome:
        for one in habits:
            outcome = one.outcome(outcome) if one.outcome else outcome
        return outcome

    return report
