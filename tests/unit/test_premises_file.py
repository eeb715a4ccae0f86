"""Premises as a tester gives them: identities and numbers of their own, any status, whole sets from a file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from schemas.load import device_statuses, resource
from stubs.dcc.simulation.premises_spec import READY_MADE, json_schema, read_file
from stubs.smki import Pki
from stubs.wire.errors import InputError
from stubs.wire.eui64 import Eui64
from stubs.wire.identifiers import INWARD_LETTERS, mpan_of, mprn_of, read_mpxn, read_postcode, read_uprn
from tests.dcc_kit import SUPPLIER, DccFixture

GIVEN = {
    "name": "given",
    "supplier": "a0b1c2d3e4010000",
    "network_operator": "A0:B1:C2:D3:E4:02:00:00",
    "mpan": "13 1234 5678 333",
    "secondary_mpan": "1312345678222",
    "export_mpan": "1312345678111",
    "mprn": "0012345678",
    "postcode": "m220rr",
    "address": "Threapwood Road",
    "uprn": "031508416322",
    "devices": [
        {"name": "chf", "type": "CHF", "eui": "00db1234567890a2", "inventory": {"CSPRegion": "4G North"}},
        {"name": "esme", "type": "ESME", "variant": "twin", "eui": "00:db:12:34:56:78:90:a0", "firmware": "0a0b0c0d",
         "manufacturer": "M", "model": "m-1"},
    ],
}  # fmt: skip


@pytest.fixture
def fixture(pki: Pki) -> DccFixture:
    return DccFixture(pki)


def make(fixture: DccFixture, spec: dict[str, Any]) -> dict[str, Any]:
    made, events = fixture.dcc.add_premises(spec, fixture.now)
    fixture.keep(events)
    found: dict[str, Any] = msgspec.to_builtins(made)
    return found


def test_premises_take_what_is_given_and_tell_it_in_its_one_form(fixture: DccFixture) -> None:
    made = make(fixture, GIVEN)
    assert made["devices"] == {"chf": "00-DB-12-34-56-78-90-A2", "esme": "00-DB-12-34-56-78-90-A0"}
    expected = {"mpan": "1312345678333", "secondary_mpan": "1312345678222", "export_mpan": "1312345678111",
                "mprn": "12345678", "postcode": "M22 0RR", "address": "Threapwood Road", "uprn": "31508416322",
                "supplier": SUPPLIER}  # fmt: skip
    assert {name: made[name] for name in expected} == expected
    record = fixture.dcc.state.inventory.get(Eui64.parse("00-DB-12-34-56-78-90-A0"))
    assert record is not None
    assert (record.firmware_version, record.manufacturer, record.model) == ("0A0B0C0D", "M", "m-1")
    assert fixture.dcc.device("00-DB-12-34-56-78-90-A0", fixture.now)["firmware_version"] == "0A0B0C0D"
    hub = fixture.dcc.state.inventory.get(Eui64.parse("00-DB-12-34-56-78-90-A2"))
    assert hub is not None
    assert hub.csp_region == "4G North"


@pytest.mark.parametrize(
    "search",
    [{"UPRN": "31508416322"}, {"UPRN": "031508416322"}, {"MPxN": "1312345678333"}, {"MPxN": "0012345678"},
     {"MPxN": "12345678"}, {"PropertyFilter": {"PostCode": "m22 0rr", "AddressIdentifier": "threapwood road"}},
     {"PropertyFilter": {"PostCode": "M220RR", "AddressIdentifier": "THREAPWOODROAD"}},
     {"DeviceID": "00-db-12-34-56-78-90-a0"}],
)  # fmt: skip
def test_a_search_finds_them_however_it_writes_the_identifier(fixture: DccFixture, search: dict[str, Any]) -> None:
    make(fixture, GIVEN)
    reply = fixture.post(fixture.party.request("8.2", **search))
    assert reply.response_code == "I0", fixture.refused()
    assert b"00-DB-12-34-56-78-90-A0" in reply.body


def test_coverage_is_that_of_the_place_however_it_is_written(fixture: DccFixture) -> None:
    answers = {fixture.post(fixture.party.request("12.1", UPRN=text)).body.split(b"DSPWANMatrixResponse")[1]
               for text in ("31508416322", "031508416322")}  # fmt: skip
    assert len(answers) == 1


@pytest.mark.parametrize("status", [*device_statuses(), "not there", "absent"])
def test_a_device_takes_every_status_and_not_there(fixture: DccFixture, status: str) -> None:
    devices = fixture.build({"name": "chf", "type": "CHF"}, {"name": "esme", "type": "ESME", "status": status})
    is_known = status in device_statuses()
    assert fixture.status(devices["esme"]) == (status if is_known else "")
    assert fixture.dcc.device(devices["esme"], fixture.now)["device_type"] == "ESME"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"uprn": "0"}, "premises.uprn: not a UPRN; expected a positive number"),
        ({"mpan": "12"}, "premises.mpan: not a meter point number; expected an MPAN of 13 digits"),
        ({"postcode": "SW1A"}, "premises.postcode: not a full post code; expected such as SW1A 1AA"),
        ({"supplier": "A"}, "premises.supplier: not an EUI-64; expected eight hexadecimal pairs"),
        ({"devices": [{"name": "a", "type": "ESME", "eui": "00-DB"}]}, r"premises.devices\[0\].eui: not an EUI-64"),
        ({"devices": [{"name": "a", "type": "ESME", "status": "Gone"}]}, r"devices\[0\].status: 'Gone' is not one of"),
        ({"devices": [{"name": "a", "type": "ESME", "firmware": "1"}]}, r"devices\[0\].firmware: '1' is not eight"),
        ({"devices": [{"name": "a", "type": "CHF", "eui": "00db1234567890a2"}] * 2}, "two devices have the same name"),
        ({"devices": [{"name": n, "type": "CHF", "eui": "00db1234567890a2"} for n in "ab"]}, "the same eui"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place_and_form(
    fixture: DccFixture, change: dict[str, Any], says: str
) -> None:
    before = len(fixture.dcc.state.devices)
    with pytest.raises(ValueError, match=says):
        fixture.dcc.add_premises({**GIVEN, **change}, fixture.now)
    assert len(fixture.dcc.state.devices) == before


def test_an_identity_that_is_there_is_not_made_again(fixture: DccFixture) -> None:
    make(fixture, GIVEN)
    with pytest.raises(ValueError, match="00-DB-12-34-56-78-90-A2 is there already"):
        fixture.dcc.add_premises({**GIVEN, "name": "again"}, fixture.now)


def test_made_up_numbers_and_post_codes_obey_their_rules(fixture: DccFixture) -> None:
    for number in range(60):
        made = make(fixture, {"name": f"home {number}", "export_supplier": SUPPLIER})
        assert made["mpan"] == mpan_of(made["mpan"][:12])
        assert made["export_mpan"] == mpan_of(made["export_mpan"][:12])
        assert made["mprn"] == mprn_of(made["mprn"][:8])
        assert [read_mpxn(made["mprn"]), read_uprn(made["uprn"])] == [made["mprn"], made["uprn"]]
        assert read_postcode(made["postcode"]) == made["postcode"]
        assert re.fullmatch(rf"[A-Z]{{1,2}}[1-9] [0-9][{INWARD_LETTERS}]{{2}}", made["postcode"])


def test_a_file_of_premises_is_json_or_toml(tmp_path: Path) -> None:
    (tmp_path / "homes.json").write_text(json.dumps({"premises": [GIVEN], "meter_points": [{"mpxn": "1312345678111"}]}))
    (tmp_path / "homes.TOML").write_text('[[premises]]\nname = "x"\nuprn = "0012"\n')
    read = read_file(str(tmp_path / "homes.json"))
    assert read.premises[0].mprn == "12345678"
    assert read.meter_points[0].mpxn == "1312345678111"
    assert read_file(str(tmp_path / "homes.TOML")).premises[0].uprn == "12"


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.json", "{", "a.json: Expecting"),
        ("a.toml", "[", "a.toml: "),
        ("a.json", '{"premisses": []}', "unknown field `premisses`"),
        ("a.json", '{"premises": [{"name": "x", "uprn": "-"}]}', r"premises\[0\].uprn: not a UPRN"),
    ],
)
def test_a_file_that_cannot_be_says_where_and_why(tmp_path: Path, name: str, text: str, says: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=says):
        read_file(str(tmp_path / name))


def test_no_file_is_told() -> None:
    with pytest.raises(InputError, match=r"nowhere\.toml cannot be read"):
        read_file("nowhere.toml")


@pytest.mark.parametrize("name", READY_MADE)
def test_a_ready_made_set_can_be_made(fixture: DccFixture, name: str) -> None:
    wanted: list[str] = []
    for spec in read_file(name).premises:
        made = make(fixture, {**{f: getattr(spec, f) for f in ("name", "mpan", "mprn", "seed")}, "devices": [
            {"name": d.name, "type": d.type, "variant": d.variant, "eui": d.eui, "status": d.status}
            for d in spec.devices]})  # fmt: skip
        wanted += made["devices"].values()
    assert {f"00-DB-12-34-56-78-90-A{number}" for number in range(7)} <= set(wanted)


def test_the_published_schema_is_the_one_in_force() -> None:
    published = json.loads(resource("run", "premises.schema.json").read_text(encoding="utf-8"))
    assert published == json_schema()
    jsonschema.Draft202012Validator(published).validate({"premises": [GIVEN]})
    assert not jsonschema.Draft202012Validator(published).is_valid({"premises": [{"nam": "x"}]})
