"""The reference data set's commands, given to simulated devices: their responses have the reference's structure.

Origin: Reference Test Data Set (RTDS) 4.5.0, read from ``../shared/rtds``; see its README for licence. Nothing of it is
copied here. The commands are protected again with test keys, since no device key is published. Contents are
compared by structure (types, result codes, components), headers and protection octet by octet.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from stubs.devices import DeviceState, Surroundings, manufacture, raise_alert
from stubs.devices.effects import EFFECTS
from stubs.devices.records import Image, Joined, Snapshot, Switch
from stubs.devices.state import CELL_ROLES, LogEntry, apply, seconds
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import der
from stubs.wire.gbcs.dlms import AccessResponse, Data, DataNotification, Tag
from stubs.wire.gbcs.envelope import Group, Message
from stubs.wire.gbcs.gbz import GbzMessage
from stubs.wire.gbcs.use_cases import CommandContext, build_command, read_command, use_case
from stubs.wire.gbcs.use_cases.alerts import read_alert
from stubs.wire.utrn import ValueClass, generate
from tests.device_bench import DeviceBench, make_device_bench
from tests.reference_data import ABSENT, IS_THERE, gbcs_file, gbcs_files, octets_of

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not IS_THERE, reason=ABSENT),
]

NOW = datetime(2015, 1, 1, tzinfo=UTC)
SUPPLIER, ACB = Eui64.parse("90-B3-D5-1F-30-01-00-00"), Eui64.parse("90-B3-D5-1F-30-00-00-02")
NETWORK_OPERATOR, OTHER = Eui64.parse("90-B3-D5-1F-30-02-00-00"), Eui64.parse("90-B3-D5-1F-30-03-00-00")
TYPES = {0xA0: "ESME", 0xA1: "GSME", 0xA2: "CHF", 0xA3: "GPF", 0xA4: "PPMID", 0xA5: "HCALCS", 0xA6: "SAPC"}
PARTIES = {
    "root": "90-B3-D5-1F-30-00-00-00",
    "recovery": "90-B3-D5-1F-30-00-00-01",
    "transitional_cos": "90-B3-D5-1F-30-00-00-04",
    "wan_provider": "90-B3-D5-1F-30-00-00-07",
    "load_controller": "90-B3-D5-1F-30-01-00-08",
}
PPMID = "00-DB-12-34-56-78-90-A4"
METER = "00-DB-12-34-56-78-90-A1"
DAY = timedelta(days=1)
_CREDIT = {"at": seconds(NOW) - 5 * 86_400, "amount": 1000, "source": "payment"}
_TOKEN = _CREDIT | {"source": "7" * 20}
_SWITCHES = tuple(Switch(number, "APC") for number in range(1, 6))
_JOINED = (Joined("00-DB-12-34-56-78-90-A3", 3, 0), Joined(PPMID, 5, 3), Joined(METER, 0, 0))
NOTHING: dict[str, Any] = {"DayProfiles": [], "WeekProfiles": [], "Seasons": [], "SpecialDays": None}
LATER = {"GCS15c": NOW + 200 * DAY}
"""Reads of a period that the reference meter had yet to live through."""
OTHER_ROW = {"ECS46d_6.14.3_IMMEDIATE_ALCS_ERROR", "ECS47a_7.13_ALCS_DEACTIVATE_ERROR"}
"""The reference meter failed at the first row here, at the second in the error beside it."""
OCCASIONS: dict[str, dict[str, Any]] = {
    "GCS18": {"data_log_since": seconds(NOW) - 14_760},
    "GCS15c": {"billing": [seconds(NOW) - 40 * 86_400, 0, 30]},
    "GCS15b": {"snapshots": [Snapshot(seconds(NOW) - at * 86_400, "tariff", 9, 9, 9, (9,), (9,)) for at in (20, 10)]},
    "GCS15e": {"credits": [list(_TOKEN.values())]},
    "CCS02": {"device_log": [{"device": "00-DB-12-34-56-78-90-A0", "install_code": "00" * 16, "joined": True}]},
    "ECS47a": {"switches": _SWITCHES},
    "GCS15d": {"credits": [list(_CREDIT.values())]},
    "ECS20a": {"credits": [list(_CREDIT.values())]},
    "ECS20d": {"credits": [list(_TOKEN.values())]},
    "ECS61c": {"boost": [[seconds(NOW) - 86_400, seconds(NOW) - 80_000]]},
    "ECS47e": {"switches": _SWITCHES},
    "ECS47Activate": {"switches": _SWITCHES},
    "ECS47Deactivate": {"switches": _SWITCHES},
    "ECS47Reset": {"switches": _SWITCHES},
    "PCS01": {"joined": _JOINED},
    "PCS02": {"joined": _JOINED, "payment_mode": "prepayment", "balance": 0, "price": 0, "standing_charge": 0},
    "ECS09": {"payment_mode": "prepayment", "balance": 0, "price": 0, "standing_charge": 0},
    "GCS06": {"payment_mode": "prepayment", "balance": 0, "price": 0, "standing_charge": 0},
    "CS07": {"joined": _JOINED},
    "CS04ACCritical": {"joined": _JOINED},
    "CS04ACNonCritical": {"joined": _JOINED},
    "CS04B": {"joined": _JOINED},
    **{
        name: {"device_log": [{"device": METER, "install_code": "00" * 16, "joined": True}]}
        for name in ("CCS05CCS04", "CCS06", "CCS07")
    },
}
"""What a device must have lived through for a read to find what the reference device had."""
EXACT = frozenset(
    [
        "CCS01",
        "CCS02",
        "ECS70",
        "GCS28",
        "ECS52",
        "GCS38",
        "CS08",
        "ECS17b",
        "GCS13a",
        "ECS19",
        "GCS14",
        "ECS04a",
        "ECS04b",
        "GCS40a",
        "GCS40c",
        "ECS03",
        "GCS03",
        "CS01a",
        "ECS10",
        "ECS35a",
        "ECS35d",
        "ECS35e",
        "CS10a",
        "CS10b",
        "ECS42",
        "ECS43",
        "GCS32",
        "GCS13c",
        "GCS60",
        "GCS60a",
        "ECS82",
        "ECS17d",
        "ECS17e",
        "ECS25r1",
    ]
)
"""Use cases whose lists and texts have the reference's lengths; elsewhere those are data of the device."""
FEWEST = 250
"""Pairs the visible part held when this was written."""


def _name_of(path: Path) -> str:
    return path.name.removesuffix("_COMMAND_GBCS.HEX")


def _pairs() -> list[Path]:
    found = []
    for command in gbcs_files("*/*_COMMAND_GBCS.HEX"):
        name = command.name.split("_")[0]
        if name.removesuffix("Commission") in EFFECTS and _response_of(command).exists():
            found.append(command)
    return found


def _response_of(command: Path) -> Path:
    return command.with_name(command.name.replace("_COMMAND_", "_RESPONSE_"))


def _bench() -> DeviceBench:
    bench = make_device_bench(SUPPLIER, NETWORK_OPERATOR, OTHER, ACB, NOW)
    for cell, party in PARTIES.items():
        bench.add_party(Eui64.parse(party), f"{CELL_ROLES[cell]:02X}")
    bench.certificates.add(bench.credentials(PPMID).ka.certificate)
    return bench


def _device(bench: DeviceBench, eui: Eui64, file: str) -> DeviceState:
    device_type = TYPES[eui.octets[7]]
    cells: dict[str, Any] = {"acb": str(bench.acb), "clock_status": "reliable", **PARTIES}
    if device_type in {"ESME", "GSME", "GPF", "SAPC", "HCALCS"}:
        cells |= {"supplier": str(bench.supplier), "network_operator": str(bench.network_operator)}
    if "UNRELIABLE" in file or "RELIABLE_GSME" in file:
        cells["clock_status"] = "unreliable"
    if "UNRELIABLE" in file:
        cells["clock_offset"] = 9 * 3600  # the reference device's clock shows nine in the morning
    if device_type == "GPF":
        cells["mirrors"] = METER
    if "_ERROR_" in file:
        cells["hardware_fault"] = True
    if "NOT_FOUND" not in file:
        at = seconds(NOW) - 20 * 3600
        cells["event_log"] = tuple(LogEntry(log, at, 0x8F32) for log in ("event", "security", "power"))
    is_twin = "TWIN" in file or file.split("_")[1] in {"1.1.2", "1.2.2", "4.11.2", "4.16"}
    variant = ("twin" if is_twin else "single") if device_type == "ESME" else ""
    if "NOT_FOUND" in file:
        cells |= {"settings": dict.fromkeys(("gas tariff", "gas prepayment"), NOTHING), "price": 0}
    else:
        cells |= OCCASIONS.get(file.split("_", maxsplit=1)[0], {})
    return manufacture(eui, device_type, variant, "rtds", NOW - 400 * DAY, **cells)


def _with_our_token(bench: DeviceBench, group: Group) -> Group:
    """A top-up command with a token our keys make: the reference token's MAC belongs to keys nobody has."""
    utrn = generate(
        SUPPLIER,
        group.recipient,
        group.counter,
        10,
        ValueClass.POUNDS,
        bench.keys[SUPPLIER, "PP"].private_key,
        bench.credentials(group.recipient).ka.certificate.public_key,
    )
    context = CommandContext(group.counter, group.originator, group.recipient, NOW)
    return replace(group, content=build_command("CS01a", {"UTRN": utrn}, context))


def _shape(data: Data) -> Any:
    if data.tag is Tag.COMPACT_ARRAY:
        return "COMPACT_ARRAY", [item.tag.name for item in data.items[0].items] if data.items else []
    if data.tag in {Tag.ARRAY, Tag.STRUCTURE}:
        return data.tag.name, [_shape(item) for item in data.items]
    if data.tag is Tag.OCTET_STRING:
        return data.tag.name, len(data.octets)
    return data.tag.name


def _header(group: Group) -> tuple[Any, ...]:
    return group.cra, group.counter, group.originator, group.recipient, group.date_time


def _tags(value: der.Tlv) -> Any:
    return value.tag, [_tags(member) for member in value.members]


def _structure(content: bytes, *, is_log: bool) -> Any:
    """What must agree: DLMS types and results, GBZ components, DER tags; the rows of logs differ in number."""
    if content[0] == 0xDA:
        answer = AccessResponse.from_bytes(content)
        return answer.invoke, [_shape(item) for item in answer.data], answer.results
    if content[:2] == b"\x01\x09":
        return [
            (
                component.cluster,
                component.frame_control,
                component.sequence,
                component.command,
                component.is_encrypted,
                None if is_log else len(component.payload),
            )
            for component in GbzMessage.from_bytes(content).components
        ]
    return _tags(der.decode(content))


def _kind(data: Data) -> Any:
    """The type without lengths; a list is its first element's type."""
    if data.tag is Tag.COMPACT_ARRAY:
        return "COMPACT_ARRAY"
    if data.tag is Tag.ARRAY:
        return data.tag.name
    if data.tag is Tag.STRUCTURE:
        return data.tag.name, [_kind(item) for item in data.items]
    return data.tag.name


def _kinds(content: bytes) -> Any:
    """As ``_structure``, but lists and texts of any length."""
    if content[0] == 0xDA:
        answer = AccessResponse.from_bytes(content)
        return answer.invoke, [_kind(item) for item in answer.data], answer.results
    if content[:2] == b"\x01\x09":
        components = GbzMessage.from_bytes(content).components
        return {(one.cluster, one.frame_control, one.command, one.is_encrypted) for one in components}
    decoded = der.decode(content)
    return decoded.tag, [member.tag for member in decoded.members]


@pytest.mark.parametrize("path", _pairs(), ids=lambda path: path.name.removesuffix("_COMMAND_GBCS.HEX"))
def test_our_response_has_the_structure_of_the_references(path: Path) -> None:
    bench = _bench()
    group = Message.from_bytes(octets_of(path)).group
    name = path.name.split("_")[0].removesuffix("Commission")
    state = _device(bench, group.recipient, path.name)
    if name == "CS01a" and "SUCCESS" in path.name:
        group = _with_our_token(bench, group)
    if name == "CS06" and "SUCCESS" in path.name:
        wanted = read_command(group.other.message_code, group.content)["FirmwareHash"]
        state = apply(state, {"image": Image(wanted, "0123ABCF")})
    is_signed = bool(group.signature)
    is_maced = Message.from_bytes(octets_of(path)).mac is not None
    command = bench.protect(replace(group, signature=b""), is_critical=is_signed, is_maced=is_maced)
    meter = bench.device("GSME", clock_status="reliable")
    around = Surroundings({Eui64.parse(METER): meter} if "RELIABLE_GSME" in path.name else {})
    execution = bench.execute(state, command, LATER.get(name, NOW), surroundings=around)
    assert execution.refused is None, execution.details
    assert execution.response is not None
    ours, theirs = Message.from_bytes(execution.response), Message.from_bytes(octets_of(_response_of(path)))
    assert (ours.mac is None) == (theirs.mac is None)
    assert len(ours.group.signature or b"") == len(theirs.group.signature or b"")
    assert _header(ours.group) == _header(theirs.group)
    mine, other = ours.group.other, theirs.group.other
    assert (mine.message_code, mine.party, mine.counter) == (other.message_code, other.party, other.counter)
    assert (mine.originator_counter is None) == (other.originator_counter is None)
    is_log = "6.13" in path.name
    if name not in EXACT:
        mine_is_theirs = _kinds(ours.group.content) == _kinds(theirs.group.content)
        assert mine_is_theirs or _name_of(path) in OTHER_ROW
        return
    assert _structure(ours.group.content, is_log=is_log) == _structure(theirs.group.content, is_log=is_log)


@pytest.mark.parametrize(
    ("path", "values"),
    [
        (
            "NA_CS14/CS14_NA_8F12_ALERT_GBCS.HEX",
            {"device_log": [{"device": METER, "install_code": "00" * 16}, {"device": METER, "install_code": "01"}]},
        ),
        ("NA_GCS62/GCS62_NA_8071_ALERT_GBCS.HEX", {"mirrors": METER}),
    ],
)
def test_alerts_about_device_lists_have_the_references_structure(path: str, values: dict[str, Any]) -> None:
    bench, theirs = _bench(), Message.from_bytes(octets_of(gbcs_file(path)))
    device_type = TYPES[theirs.group.originator.octets[7]]
    state = manufacture(theirs.group.originator, device_type, "", "rtds", NOW, acb=str(ACB), **values)
    code = path.split("_")[3]
    raised = raise_alert(state, code, NOW, bench.device_keys(state.eui))
    ours = Message.from_bytes(raised.alerts[0].payload)
    assert (ours.mac is None, ours.group.other, ours.group.recipient) == (False, theirs.group.other, ACB)
    if device_type == "CHF":
        mine, other = (_shape(DataNotification.from_bytes(m.group.content).body) for m in (ours, theirs))
        assert mine == other
    else:
        mine, other = (der.decode(m.group.content) for m in (ours, theirs))
        assert _tags(mine)[1][:2] == _tags(other)[1][:2]
        assert mine[0].number == other[0].number == 0x8071
        assert _tags(mine[2][0]) == _tags(other[2][0])


ALERTS = (
    "6.28_DBCH04/DBCH04_6.28_NA_SUCCESS_ALERT_DBCH09_GBCS.HEX",
    "NA_CCS08/CCS08_NA_NA_ALERT_GBCS.HEX",
    "NA_DBCH06/DBCH06_NA_8F20_ALERT_GBCS.HEX",
    "NA_DBCH07/DBCH07_NA_8F26_ALERT_GBCS.HEX",
    "NA_DBCH08/DBCH08_NA_8F28_ALERT_GBCS.HEX",
    "NA_DBCH10/DBCH10_NA_8F2C_ALERT_GBCS.HEX",
    "NA_ECS101/ECS101_NA_8F86_OUTPUT_ALERT_GBCS.HEX",
    "NA_ECS200/ECS200_NA_8F88_ALERT_GBCS.HEX",
    "NA_ECS68/ECS68_NA_8F0A_SINGLE_ALERT_GBCS.HEX",
    "NA_ECS68/ECS68_NA_8F0A_TWIN_ALERT_GBCS.HEX",
    "NA_FDRA-DLMS/FDRA-DLMS_NA_8F72_ALERT_GBCS.HEX",
    "NA_FDRA-ZigBee/FDRA-ZigBee_NA_8F72_ALERT_GBCS.HEX",
    "NA_GCA-DLMS/GCA-DLMS_NA_8F30_ALERT_GBCS.HEX",
    "NA_GNCA-DLMS/GNCA-DLMS_NA_810E_ALERT_GBCS.HEX",
    "NA_GNCA-ZigBee/GNCA-ZigBee_NA_810E_ALERT_GBCS.HEX",
    "NA_MIIWA-ZigBee/MIIWA-ZigBee_NA_81A0_ALERT_GBCS.HEX",
)


@pytest.mark.parametrize("path", ALERTS, ids=lambda path: path.split("/")[1].removesuffix("_ALERT_GBCS.HEX"))
def test_an_alert_has_the_references_header_and_structure(path: str) -> None:
    bench, theirs = _bench(), Message.from_bytes(octets_of(gbcs_file(path)))
    state = _device(bench, theirs.group.originator, path.split("/")[1])
    known = read_alert(theirs.group.other.message_code, theirs.group.content)
    raised = raise_alert(state, known["AlertCode"], NOW, bench.device_keys(state.eui))
    ours = Message.from_bytes(raised.alerts[0].payload)
    assert (ours.mac is None) == (theirs.mac is None)
    assert ours.group.other == theirs.group.other
    assert ours.group.recipient == theirs.group.recipient
    mine, other = ours.group.content, theirs.group.content
    if mine[0] == 0x0F:
        shapes = [_kind(DataNotification.from_bytes(content).body) for content in (mine, other)]
        assert shapes[0] == shapes[1]
    elif mine[:2] == b"\x01\x09":
        assert len(mine) == len(other)
    else:
        assert _tags(der.decode(mine)) == _tags(der.decode(other))


def test_the_reference_set_is_as_large_as_it_was() -> None:
    assert len(_pairs()) >= FEWEST


def test_every_visible_use_case_of_these_services_is_tried() -> None:
    names = {path.name.split("_")[0].removesuffix("Commission") for path in _pairs()}
    assert all(use_case(name) for name in names)
