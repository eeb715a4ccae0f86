"""Event and security logs (6.13): ECS35a-g by DLMS, CS10a and CS10b by ZigBee."""

from __future__ import annotations

from typing import Any

from stubs.wire.gbcs import dlms, gbz
from stubs.wire.gbcs.dlms import Data, Tag
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.use_cases.dlms_codecs import LogRead
from stubs.wire.gbcs.use_cases.gbz_codecs import ClusterAnswer, ClusterCommand, layout
from stubs.wire.gbcs.use_cases.model import CommandContext, Values, given


def _head(entry: Values) -> tuple[Data, Data]:
    """Time and code, with which every entry begins."""
    return (
        dlms.uint32(dlms.seconds_since_2000(given(entry, "Timestamp"))),
        dlms.uint16(int(given(entry, "LogCode"), 16)),
    )


def _read_head(row: Data) -> dict[str, Any]:
    return _stamp(row[0].expect(Tag.UINT32)) | {"LogCode": f"{row[1].expect(Tag.UINT16):04X}"}


def _stamp(seconds: int) -> dict[str, Any]:
    when = dlms.known_seconds(seconds)
    return {} if when is None else {"Timestamp": when}


def _with_octets(row: Data) -> dict[str, Any]:
    other = row[2].octets
    return _read_head(row) | ({"OtherInformation": other.hex().upper()} if other else {})


def _log_with_octets(instance: str, log: str) -> LogRead:
    return LogRead(
        instance,
        log,
        (Tag.UINT32, Tag.UINT16, Tag.OCTET_STRING),
        lambda entry: (*_head(entry), dlms.octets(bytes.fromhex(entry.get("OtherInformation", "")))),
        _with_octets,
    )


def _log_of_codes(instance: str, log: str) -> LogRead:
    return LogRead(instance, log, (Tag.UINT32, Tag.UINT16), _head, _read_head)


def _log_of_switching(instance: str, log: str) -> LogRead:
    """Entries with an outcome (0 not known, 1 success, 2 failure: inferred) and the number of the HAN command."""
    return LogRead(
        instance,
        log,
        (Tag.UINT32, Tag.UINT16, Tag.ENUM, Tag.UINT32),
        lambda entry: (
            *_head(entry),
            dlms.enum(entry.get("Outcome", 0)),
            dlms.uint32(entry.get("HANCommandID", 0)),
        ),
        lambda row: _read_head(row) | {"Outcome": row[2].expect(Tag.ENUM), "HANCommandID": row[3].expect(Tag.UINT32)},
    )


ECS35A = _log_with_octets("0-0:99.98.0.255", "Event")
ECS35B = _log_of_codes("0-0:99.98.1.255", "Security")
ECS35C = _log_with_octets("0-0:99.98.0.255", "Event")
ECS35D = _log_of_codes("0-0:99.98.1.255", "Security")
ECS35E = LogRead(
    "0-0:99.98.4.255",
    "PowerEvent",
    (Tag.UINT32, Tag.UINT16, Tag.UINT32),
    lambda entry: (*_head(entry), dlms.uint32(int(entry.get("OtherInformation", "0"), 16))),
    lambda row: _read_head(row) | {"OtherInformation": f"{row[2].expect(Tag.UINT32):08X}"},
)
ECS35F = _log_of_switching("0-17:99.98.2.255", "ALCSEvent")
ECS35G = _log_of_switching("0-17:99.98.2.255", "ALCSEvent")

_REQUEST = layout("control u8, event u16, start u32, end u32, n u8, offset u16")
_PUBLISHED = layout("total u16, index u8, commands u8, control u8")
_ENTRY = layout("log u8, event u16, time u32, data text")
_GAS_LOGS = {
    "CS10a": {"Event": 0x13, "GSMEEvent": 0x16},
    "CS10b": {"Security": 0x04, "GSMESecurity": 0x07},
}
"""Control and log octet by LogToRead; those of the GSME logs that a gas proxy keeps are inferred."""


def _publish(values: Values, command: dict[str, Any]) -> bytes:
    entries = given(values, "LogEntries")
    head = {"total": len(entries), "index": 0, "commands": 1, "control": 0}
    rows = [
        {
            "log": command["control"] & 0x0F,
            "event": int(given(entry, "LogCode"), 16),
            "time": dlms.seconds_since_2000(given(entry, "Timestamp")),
            "data": bytes.fromhex(entry.get("OtherInformation", "")),
        }
        for entry in entries
    ]
    return gbz.encode_fields(_PUBLISHED, head) + b"".join(gbz.encode_fields(_ENTRY, row) for row in rows)


def _published(payload: bytes) -> dict[str, Any]:
    """Entries until the payload ends. Raises: GbcsError: an entry that is cut short."""
    head, rest = payload[:5], payload[5:]
    gbz.decode_fields(_PUBLISHED, head)
    entries = []
    while rest:
        size = 8 + rest[7] if len(rest) > 7 else 8
        if size > len(rest):
            raise GbcsError("the last log entry is cut short", len(payload), expected=f"{size} octets")
        row = gbz.decode_fields(_ENTRY, rest[:size])
        rest = rest[size:]
        entry = _stamp(row["time"]) | {"LogCode": f"{row['event']:04X}"}
        if row["data"]:
            entry["OtherInformation"] = row["data"].hex().upper()
        entries.append(entry)
    return {"LogEntries": tuple(entries)}


def _gas_log(name: str) -> ClusterCommand:
    controls = _GAS_LOGS[name]
    names = {control: log for log, control in controls.items()}

    def to_fields(values: Values, _: CommandContext) -> dict[str, Any]:
        return {
            "control": controls[given(values, "LogToRead")],
            "event": 0,
            "start": dlms.seconds_since_2000(given(values, "StartDateTime")),
            "end": dlms.seconds_since_2000(given(values, "EndDateTime")),
            "n": 0,
            "offset": 0,
        }

    def from_fields(fields: dict[str, Any]) -> dict[str, Any]:
        if fields["control"] not in names:
            raise GbcsError("which log to read", 8, got=f"{fields['control']:02X}")
        return {
            "LogToRead": names[fields["control"]],
            "StartDateTime": dlms.when_seconds(fields["start"]),
            "EndDateTime": dlms.when_seconds(fields["end"]),
        }

    answer = ClusterAnswer(0x19, 0x01, _publish, _published)
    return ClusterCommand(0x0709, 0x01, 0x00, _REQUEST, to_fields, from_fields, answer, empty_is_success=True)


CS10A = _gas_log("CS10a")
CS10B = _gas_log("CS10b")
