"""A record of the inventory: identities as values inside, as text in journals, snapshots and the control API."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stubs.control.openapi import openapi
from stubs.control.operations import BY_NAME
from stubs.inventory import InventoryRecord, StoredRecord
from stubs.wire.eui64 import Eui64

DEVICE, OTHER = "DE-51-CE-00-00-00-00-01", "DE-51-CE-00-00-00-00-02"
FIELDS = msgspec.structs.fields(InventoryRecord)
LISTS = {"MPxNs", "JoinedDeviceIDs"}
IDENTITIES = {"AssociatedCHFDeviceID", "AssociatedGPFDeviceID", "PrenotifiedBy"}


def a_value(name: str) -> Any:
    """A value of a field as JSON has it."""
    if name in LISTS:
        return ["1312345678907"] if name == "MPxNs" else [OTHER]
    return OTHER if name in IDENTITIES else "text"


def json_of(value: Any) -> Any:
    """A value as JSON has it."""
    return msgspec.json.decode(msgspec.json.encode(value))


def record_of(stored: dict[str, Any]) -> InventoryRecord:
    """A record from what a snapshot has of it."""
    return InventoryRecord.from_stored(msgspec.convert(stored, StoredRecord))


euis = st.binary(min_size=8, max_size=8).map(lambda octets: str(Eui64(octets)))
values = st.fixed_dictionaries(
    {"DeviceID": euis},
    optional={
        field.encode_name: st.lists(euis, max_size=3)
        if field.encode_name in LISTS
        else st.one_of(st.just(""), euis)
        if field.encode_name in IDENTITIES
        else st.text(max_size=8)
        for field in FIELDS
        if field.name != "device"
    },
)


@given(values)
def test_what_is_stored_is_read_as_it_was(stored: dict[str, Any]) -> None:
    record = record_of(stored)
    octets = msgspec.msgpack.encode(record.stored())
    assert InventoryRecord.from_stored(msgspec.msgpack.decode(octets, type=StoredRecord)) == record
    shown = {"DeviceStatus": "Pending"} | stored
    assert json_of(record.as_dict()) == {name: value for name, value in shown.items() if value}


@given(values)
def test_a_change_by_text_is_the_record_of_that_text(stored: dict[str, Any]) -> None:
    changes = {name: value for name, value in stored.items() if name != "DeviceID"}
    changed = InventoryRecord(device=Eui64.parse(stored["DeviceID"])).changed(changes)
    assert changed == record_of(stored)


@pytest.mark.parametrize("written", [OTHER.lower(), OTHER.replace("-", ""), OTHER.replace("-", ":")])
def test_identities_are_equal_however_they_are_written(written: str) -> None:
    record = InventoryRecord(device=Eui64.parse(DEVICE)).changed({"AssociatedCHFDeviceID": written})
    assert record.hub == Eui64.parse(OTHER)
    assert record.as_dict()["AssociatedCHFDeviceID"] == OTHER


@pytest.mark.parametrize("name", sorted(IDENTITIES))
def test_an_empty_text_takes_an_identity_away(name: str) -> None:
    record = InventoryRecord(device=Eui64.parse(DEVICE)).changed({name: OTHER})
    assert name in record.as_dict()
    assert name not in record.changed({name: ""}).as_dict()


@pytest.mark.parametrize(
    "wrong",
    [{"Surprise": "x"}, {"DeviceModel": 1}, {"AssociatedCHFDeviceID": "no EUI"}, {"JoinedDeviceIDs": ["no EUI"]}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_what_no_field_takes_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="inventory"):
        InventoryRecord(device=Eui64.parse(DEVICE)).changed(wrong)


@pytest.mark.parametrize("name", [field.encode_name for field in FIELDS if field.name != "device"])
def test_every_field_can_be_set_over_the_control_api_as_json_has_it(name: str) -> None:
    operation = BY_NAME["set-inventory"]
    read: Any = operation.read({"device": DEVICE}, {name: a_value(name)})
    assert json_of(read)["values"] == {name: a_value(name)}
    InventoryRecord(device=Eui64.parse(DEVICE)).changed({name: a_value(name)})


def test_the_api_describes_identities_as_text() -> None:
    assert "Eui64" not in openapi()["components"]["schemas"]
