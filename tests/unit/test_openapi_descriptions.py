"""The control API's document tells type, unit and meaning of every member, of nested records too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from stubs.control.described import Schema
from stubs.control.openapi import openapi
from stubs.devices import DeviceView, view
from tests.busy_dcc import BUSY, make_busy
from tests.dcc_kit import DccFixture, a_pki

UNIT = re.compile(
    r"\b(seconds?|minutes?|hours?|days?|weeks?|months?|year|kWh|Wh|litres?|W|volts?|per cent|octets|bits|"
    r"thousandths of a penny|register units|HTTP status)\b"
)
WITHOUT_UNIT = {
    "Anchor": {"role", "cell_usage"},
    "ArmedFault": {"matched", "applied"},
    "BackedUp": {"entries"},
    "Calendar": {"otherwise"},
    "ClockProgress": {"worked"},
    "Dated": {"number"},
    "DeviceValues": {"own_counter", "counters", "token_counters", "load_limited"},
    "FaultRule": {"nth", "times"},
    "Health": {
        *("last_seq", "users", "devices", "inventory", "agenda", "outbox", "held", "faults", "quarantine"),
    },
    "Joined": {"device_type", "method"},
    "KeptSchedule": {"schedule"},
    "NewestRefusals": {"limit"},
    "OwnKey": {"in_use", "newest"},
    "Past": {"terms"},
    "Pending": {"message_code", "counter"},
    "RaiseIncident": {"category"},
    "ShownRefusal": {"seq"},
    "Switch": {"number"},
    "Unsent": {"instruction", "total", "counter"},
    "WaitingMessage": {"attempts"},
}
"""Numbers that count, order or name something: by record."""
WITHOUT_UNIT["DeviceView"] = WITHOUT_UNIT["DeviceValues"]
OF_DUIS = "CoverageValues"
"""Elements of DUIS, in whatever type a tester writes them."""


def members() -> Iterator[tuple[str, str, Schema]]:
    """Every member of every record: record, name, schema; those of a record that is an array by their titles."""
    for name, record in openapi()["components"]["schemas"].items():
        for member, schema in record.get("properties", {}).items():
            yield name, member, schema
        for place in record.get("prefixItems", ()):
            yield name, place["title"], place


def parts(schema: Schema) -> Iterator[Schema]:
    """A schema and those it is put together from."""
    yield schema
    inner = [*schema.get("anyOf", ()), *schema.get("allOf", ()), *schema.get("prefixItems", ())]
    inner += [schema[name] for name in ("items", "additionalProperties") if isinstance(schema.get(name), dict)]
    for one in inner:
        yield from parts(one)


def said(schema: Schema) -> str:
    return " ".join(part["description"] for part in parts(schema) if part.get("description"))


def test_every_member_of_every_record_has_a_meaning() -> None:
    assert [(record, name) for record, name, schema in members() if not said(schema)] == []


def test_every_member_of_every_record_has_a_type() -> None:
    told = {"type", "$ref", "enum", "const"}
    anything = [
        (record, name) for record, name, schema in members() if not any(told & part.keys() for part in parts(schema))
    ]
    assert anything == [], "a member that may be anything says so in its type"


def test_every_number_has_a_unit_or_is_known_to_have_none() -> None:
    bare = {
        (record, name)
        for record, name, schema in members()
        if record != OF_DUIS
        and any(part.get("type") in {"integer", "number"} for part in parts(schema))
        and not UNIT.search(said(schema))
    }
    assert bare == {(record, name) for record, names in WITHOUT_UNIT.items() for name in names}


def test_every_operation_says_what_it_answers() -> None:
    silent = [
        operation["operationId"]
        for path in openapi()["paths"].values()
        for operation in path.values()
        if "json" in str(operation["responses"]) and not _schema_of(operation)
    ]
    assert silent == []


def test_a_device_is_shown_as_the_document_says(tmp_path: Path) -> None:
    fixture = DccFixture(a_pki(tmp_path), BUSY)
    make_busy(fixture)
    devices = fixture.dcc.state.devices
    assert any(devices[eui].pending for eui in devices)
    kind: Any = DeviceView
    for eui in devices:
        shown = view(devices[eui], fixture.now)
        assert msgspec.convert(shown, kind).keys() == shown.keys()


def _schema_of(operation: Schema) -> Schema:
    found: Schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    return found
