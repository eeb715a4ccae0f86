"""Identities are values inside the simulated DCC, and the text that they always were in snapshots and the control API."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stubs.access.ledger import CounterRule, Issued
from stubs.dcc.state.dcc_state import DccState, new_state
from stubs.dcc.state.snapshot import snapshot_of, state_from
from stubs.devices.state import DeviceState, highest, raised
from stubs.inventory import StoredMeterPoint
from stubs.scheduler import QueuedMessage, StoredMessage
from stubs.settings import DccSettings
from stubs.wire.eui64 import Eui64
from stubs.wire.request_id import RequestId

NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)
USER, DEVICE = Eui64.parse("A0-B1-C2-D3-E4-01-00-00"), Eui64.parse("DE-51-CE-00-00-00-00-01")
ASKED = RequestId(USER, DEVICE, 7)

CORES = ("stubs.access", "stubs.dcc", "stubs.inventory", "stubs.scheduler", "stubs.alerts")
IDENTITIES = frozenset(
    {
        *("user", "sender", "recipient", "requester", "originator", "acb", "agent"),
        *("supplier", "gas_supplier", "former_supplier", "network_operator"),
        *("device", "hub", "proxy", "joined", "eui"),
        *("request_id", "response_id", "preceding"),
    }
)
"""Names of fields that hold an identity, or some, wherever a record has them."""
AT_THE_EDGE = {
    "MadePremises": "an answer of the control API",
    "PremisesDevice": "premises as a tester writes them",
    "PremisesSpec": "premises as a tester writes them",
    "MeterPointSpec": "premises as a tester writes them",
    "StoredMeterPoint": "a snapshot and an answer of the control API",
    "StoredTerm": "a snapshot and an answer of the control API",
    "StoredRecord": "a snapshot",
    "StoredMessage": "a snapshot",
    "AtHand": "texts for the elements of a made-up DCC alert",
}
"""Records in which identities are text, and what they are for."""


def records() -> Iterator[type]:
    """Every record of the cores."""
    for core in CORES:
        for found in pkgutil.walk_packages(importlib.import_module(core).__path__, f"{core}."):
            module = importlib.import_module(found.name)
            for one in vars(module).values():
                is_record = isinstance(one, type) and (dataclasses.is_dataclass(one) or issubclass(one, msgspec.Struct))
                if is_record and one.__module__ == found.name:
                    yield one


def test_identities_are_text_in_records_of_the_edge_alone() -> None:
    as_text = {
        one.__name__
        for one in records()
        for name, kind in getattr(one, "__annotations__", {}).items()
        if name in IDENTITIES and "str" in str(kind)
    }
    assert as_text == AT_THE_EDGE.keys()


texts = st.binary(min_size=8, max_size=8).map(lambda octets: str(Eui64(octets)))
parties = st.one_of(st.just(""), texts)
instants = st.integers(0, 10**6).map(lambda seconds: (NOW + timedelta(seconds=seconds)).isoformat())
terms = st.fixed_dictionaries(
    {"since": instants, "supplier": st.one_of(st.none(), parties), "network_operator": st.one_of(st.none(), parties)}
)
points = st.fixed_dictionaries(
    {"mpxn": st.just("1312345678907"), "fuel": st.sampled_from(["electricity", "gas"])},
    optional={
        "supplier": parties,
        "network_operator": parties,
        "agent": parties,
        "postcode": st.just("SW1A 1AA"),
        "since": instants,
        "coming": st.lists(terms, max_size=3),
        "tenancies": st.lists(instants, max_size=3),
    },
)


@given(points)
def test_a_meter_point_is_stored_as_the_text_it_was_read_from(stored: dict[str, Any]) -> None:
    written = msgspec.convert(stored, StoredMeterPoint, strict=False)
    assert StoredMeterPoint.of(written.meter_point()) == written


@given(points, instants)
def test_a_party_that_a_later_term_leaves_out_stays(stored: dict[str, Any], at: str) -> None:
    point = msgspec.convert(stored | {"coming": []}, StoredMeterPoint, strict=False).meter_point()
    changed = point.changed(NOW, msgspec.UNSET, None, is_new_tenancy=False).at(NOW)
    assert (changed.supplier, changed.network_operator) == (point.supplier, None)
    assert point.changed(NOW, msgspec.UNSET, msgspec.UNSET, is_new_tenancy=True).coming == ()


def test_a_message_is_stored_with_its_user_as_text() -> None:
    waiting = QueuedMessage("m1", USER, b"<x/>", NOW, NOW, 2, is_behind_next=True, seq=9)
    octets = msgspec.msgpack.encode(StoredMessage.of(waiting))
    assert msgspec.msgpack.decode(octets)["user"] == str(USER)
    assert msgspec.msgpack.decode(octets, type=StoredMessage).queued_message() == waiting
    assert [field.name for field in dataclasses.fields(StoredMessage)] == [
        field.name for field in dataclasses.fields(QueuedMessage)
    ]


def lived(rule: CounterRule) -> tuple[DccSettings, DccState]:
    """A state with something in each part that has identities for keys."""
    settings = DccSettings(counter_rule=rule, thresholds={"7.2": 5}, dcc_thresholds={"*": 9})
    state = new_state(settings)
    state.ledger.accept(ASKED)
    state.ledger.issue(ASKED, Issued("7.2", "ECS43", "0050", b""))
    state.sequences[ASKED] = "pending"
    state.thresholds.set_own(USER, "4.1.1", 3)
    state.thresholds.set_own(USER, "8.2", 3, is_warning=True)
    state.thresholds.count(USER, "7.2", NOW)
    for message in ("m1", "m2"):
        state.outbox.queue(QueuedMessage(message, USER, b"<x/>", NOW, NOW))
    state.outbox.failed("m1", None)
    state.outbox.hold_back("m2")
    return settings, state


@pytest.mark.parametrize(
    ("rule", "highest", "used"),
    [
        ("increasing", {str(USER): 7}, []),
        ("increasing-per-target", {f"{USER}:{DEVICE}": 7}, []),
        ("unique", {}, [str(ASKED)]),
    ],
)
def test_a_snapshot_has_the_texts_that_it_had_before(
    rule: CounterRule, highest: dict[str, int], used: list[str]
) -> None:
    settings, state = lived(rule)
    octets = snapshot_of(state)
    stored = msgspec.msgpack.decode(octets)
    assert (stored["ledger"]["highest"], stored["ledger"]["used"]) == (highest, used)
    assert (list(stored["ledger"]["issued"]), stored["sequences"]) == ([str(ASKED)], {str(ASKED): "pending"})
    assert (stored["limits"]["own"], stored["limits"]["warnings"]) == (
        {str(USER): {"4.1.1": 3}},
        {str(USER): {"8.2": 3}},
    )
    assert [(who, name) for who, name, _ in stored["limits"]["seen"]] == [(str(USER), "7.2"), ("", "*")]
    assert (list(stored["mail"]["waiting"]), list(stored["mail"]["held"])) == ([str(USER)], [str(USER)])
    assert stored["mail"]["behind"] == [str(USER)]
    again = state_from(settings, octets)
    assert (again.ledger, again.thresholds, again.sequences) == (state.ledger, state.thresholds, state.sequences)
    assert again.outbox == state.outbox


def test_a_device_gives_the_parties_of_its_cells_as_identities() -> None:
    device = DeviceState(eui=str(DEVICE), device_type="ESME", supplier=str(USER).lower(), hub=str(DEVICE))
    assert (device.id, device.hub_id, device.party_in("supplier")) == (DEVICE, DEVICE, USER)
    assert (device.party_in("acb"), device.party_in("no cell"), device.parties) == (None, None, frozenset({USER}))
    counters = raised(raised((), USER, 3), DEVICE, 4)
    assert (highest(counters, USER), highest(raised(counters, USER, 9), USER)) == (3, 9)
    assert highest((), USER) == -1
