"""Replacement of security credentials: CS02b in its modes, CS02g (load controller); commands, responses, alerts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stubs.wire.gbcs import der
from stubs.wire.gbcs.der import Tlv
from stubs.wire.gbcs.dlms import CANCELLED
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.use_cases.asn1_codecs import (
    DerUseCase,
    cell,
    certificate,
    enumerated,
    eui_octets,
    members,
    octets_of,
    read_cell,
    read_certificate,
    read_eui,
    read_role,
    role_number,
)
from stubs.wire.gbcs.use_cases.model import CommandContext, Values, given

_IGNORE_TIME, _AUTHORITY, _SEQUENCE_NUMBER, _FLOOR, _TOP_UP_FLOOR, _OTHER_FLOORS = 0x81, 0xA2, 0x83, 0x84, 0xA5, 0xA6
_NEVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=CANCELLED.tzinfo)
_PLAIN_KEY = 0x80
_DIGITAL_SIGNATURE = "DigitalSignature"


@dataclass(frozen=True, slots=True)
class Mode:
    """A credentials replacement mode: its number, who authorises it, and whose own floor [4] it may set."""

    number: int
    authority: str | None


MODES = {
    "CS02bSupplierBySupplier": Mode(2, "Supplier"),
    "CS02bSupplierBySupplierHandover": Mode(2, "Supplier"),
    "CS02bNOByNO": Mode(3, "NetworkOperator"),
    "CS02bNOByNOHandover": Mode(3, "NetworkOperator"),
    "CS02bACBByACB": Mode(4, None),
    "CS02bWPByWP": Mode(5, "WANProvider"),
    "CS02bTransCoSByTransCoS": Mode(6, "TransCoS"),
    "CS02bSupplierByTransCoS": Mode(7, "TransCoS"),
    "CS02bAnyExceptAbnormalRootByRecovery": Mode(8, "Recovery"),
    "CS02bAnyByContingency": Mode(9, "Recovery"),
    "CS02gLoadControllerByLoadController": Mode(10, "LoadController"),
    "CS02gLoadControllerBySupplier": Mode(11, "Supplier"),
}
"""By use case. That contingency names Recovery is inferred: no such command is public; it may name another cell."""


def execution_time(when: datetime) -> Tlv:
    """An execution time; cancelling has the last second of all."""
    return der.generalized_time(_NEVER if when == CANCELLED else when)


def read_execution_time(value: Tlv) -> dict[str, datetime]:
    """``ExecutionDateTime`` of a command. Raises: GbcsError: no GeneralizedTime."""
    return {"ExecutionDateTime": CANCELLED if value.time == _NEVER else value.time}


def _tagged(tag: int, number: int) -> Tlv:
    return Tlv(tag, der.integer(number).content)


def _number(value: Tlv) -> int:
    return Tlv(der.INTEGER, value.content).number


def _floors(entry: Values) -> Tlv:
    parts = [der.integer(role_number(given(entry, "RemotePartyRole")))]
    parts.append(der.integer(given(entry, "RemotePartyFloorSeqNumber")))
    if entry.get("RemotePartyPrepaymentTopUpFloorSeqNumber") is not None:
        parts.append(der.sequence(_top_up(entry["RemotePartyPrepaymentTopUpFloorSeqNumber"])))
    return der.sequence(*parts)


def _read_floors(value: Tlv) -> dict[str, Any]:
    parts = members(value, 2, 3)
    found: dict[str, Any] = {"RemotePartyRole": read_role(parts[0]), "RemotePartyFloorSeqNumber": parts[1].number}
    if len(parts) == 3:
        found["RemotePartyPrepaymentTopUpFloorSeqNumber"] = _read_top_up(members(parts[2], 1)[0])
    return found


def _top_up(floor: int) -> Tlv:
    return der.sequence(der.integer(0), der.integer(floor))


def _read_top_up(value: Tlv) -> int:
    return members(value, 2)[1].number


def _to_command(mode: Mode) -> Any:
    def build(values: Values, context: CommandContext) -> Tlv:
        control = [der.integer(mode.number)]
        if values.get("PlaintextSymmetricKey") is not None:
            control.append(Tlv(_PLAIN_KEY, bytes.fromhex(values["PlaintextSymmetricKey"])))
        if not values.get("ApplyTimeBasedCPVChecks", True):
            control.append(_tagged(_IGNORE_TIME, 1))
        authority = values.get("AuthorisingRemotePartyCell", _usual_authority(mode))
        if authority:
            named = cell(given(authority, "RemotePartyRole"), given(authority, "CertificateUsage"))
            control.append(Tlv(_AUTHORITY, members=named.members))
        control.append(_tagged(_SEQUENCE_NUMBER, context.counter))
        if values.get("RemotePartyFloorSeqNumber") is not None:
            control.append(_tagged(_FLOOR, values["RemotePartyFloorSeqNumber"]))
        if values.get("RemotePartyPrepaymentTopUpFloorSeqNumber") is not None:
            control.append(Tlv(_TOP_UP_FLOOR, members=(_top_up(values["RemotePartyPrepaymentTopUpFloorSeqNumber"]),)))
        if values.get("OtherFloors"):
            control.append(Tlv(_OTHER_FLOORS, members=tuple(_floors(one) for one in values["OtherFloors"])))
        replacements = (
            der.sequence(
                certificate(given(one, "Certificate")),
                cell(given(one, "RemotePartyRole"), given(one, "CertificateUsage")),
            )
            for one in given(values, "ReplacementCertificates")
        )
        path = (certificate(one) for one in given(values, "CertificationPathCertificates"))
        when = values.get("ExecutionDateTime")
        return der.sequence(
            der.sequence(*control),
            der.sequence(*replacements),
            der.sequence(*path),
            *(() if when is None else (execution_time(when),)),
        )

    return build


def _from_command(mode: Mode) -> Any:
    def read(value: Tlv) -> dict[str, Any]:
        control, replacements, path, *when = members(value, 3, 4)
        parts = members(control, 1, 8)
        if parts[0].expect(der.INTEGER).number != mode.number:
            raise GbcsError("a credentials replacement mode", 0, expected=str(mode.number), got=str(parts[0].number))
        found: dict[str, Any] = {"ApplyTimeBasedCPVChecks": True, "AuthorisingRemotePartyCell": {}}
        for part in parts[1:]:
            found |= _read_control(part)
        if found["AuthorisingRemotePartyCell"] == _usual_authority(mode):
            del found["AuthorisingRemotePartyCell"]
        found["ReplacementCertificates"] = tuple(
            {"Certificate": read_certificate(one[0])} | read_cell(members(one, 2)[1])
            for one in replacements.expect(der.SEQUENCE).members
        )
        found["CertificationPathCertificates"] = tuple(
            read_certificate(one) for one in path.expect(der.SEQUENCE).members
        )
        return found | (read_execution_time(when[0]) if when else {})

    return read


def _read_control(part: Tlv) -> dict[str, Any]:
    """One tagged part of the authorising party's control; the counter, which is GROUP's, says nothing new."""
    if part.tag == _PLAIN_KEY:
        return {"PlaintextSymmetricKey": part.content.hex().upper()}
    if part.tag == _IGNORE_TIME:
        return {"ApplyTimeBasedCPVChecks": _number(part) != 1}
    if part.tag == _FLOOR:
        return {"RemotePartyFloorSeqNumber": _number(part)}
    if part.tag == _TOP_UP_FLOOR:
        return {"RemotePartyPrepaymentTopUpFloorSeqNumber": _read_top_up(part[0])}
    if part.tag == _OTHER_FLOORS:
        return {"OtherFloors": tuple(_read_floors(one) for one in part.members)}
    if part.tag == _AUTHORITY:
        return {"AuthorisingRemotePartyCell": read_cell(part)}
    if part.tag != _SEQUENCE_NUMBER:
        raise GbcsError("unknown part of a credentials replacement", 0, got=f"{part.tag:02X}")
    _number(part)
    return {}


def _usual_authority(mode: Mode) -> dict[str, str]:
    """The cell that commands of a mode name; empty: they name none."""
    return {"RemotePartyRole": mode.authority, "CertificateUsage": _DIGITAL_SIGNATURE} if mode.authority else {}


def outcome(values: Values) -> Tlv:
    """An execution outcome; see ``docs/gbcs-values.md``."""
    changes = (_floors(one) for one in values.get("RemotePartySeqNumberChange", ()))
    replaced = (
        der.sequence(
            cell(given(one, "RemotePartyRole"), given(one, "CertificateUsage")),
            enumerated(given(one, "StatusCode")),
            eui_octets(one, "ExistingRemotePartyID"),
            der.octet_string(bytes.fromhex(given(one, "ExistingCertificateHash"))),
            eui_octets(one, "NewRemotePartyID"),
            der.octet_string(bytes.fromhex(given(one, "NewCertificateHash"))),
        )
        for one in given(values, "ReplacementOutcome")
    )
    return der.sequence(
        der.integer(given(values, "AuthorisingRemotePartyOriginatorCounter")),
        der.integer(given(values, "CredentialsReplacementMode")),
        der.sequence(*changes),
        der.sequence(*replaced),
    )


def read_outcome(value: Tlv) -> dict[str, Any]:
    """The inverse of :func:`outcome`. Raises: GbcsError: another form."""
    counter, mode, changes, replaced = members(value, 4)
    return {
        "AuthorisingRemotePartyOriginatorCounter": counter.number,
        "CredentialsReplacementMode": mode.number,
        "RemotePartySeqNumberChange": tuple(_read_floors(one) for one in changes.expect(der.SEQUENCE).members),
        "ReplacementOutcome": tuple(_read_replaced(one) for one in replaced.expect(der.SEQUENCE).members),
    }


def _read_replaced(value: Tlv) -> dict[str, Any]:
    where, status, old_party, old_key, new_party, new_key = members(value, 6)
    return read_cell(where) | {
        "StatusCode": status.expect(der.ENUMERATED).number,
        "ExistingRemotePartyID": read_eui(old_party),
        "ExistingCertificateHash": octets_of(old_key),
        "NewRemotePartyID": read_eui(new_party),
        "NewCertificateHash": octets_of(new_key),
    }


def succeeded(found: dict[str, Any]) -> bool:
    """Whether every certificate of an outcome was replaced."""
    return not any(one["StatusCode"] for one in found["ReplacementOutcome"])


def _to_response(values: Values, _: Tlv) -> Tlv:
    done = values.get("ExecutionOutcome")
    return der.sequence(der.null(), *(() if done is None else (outcome(done),)))


def _from_response(value: Tlv) -> dict[str, Any]:
    nothing, *done = members(value, 1, 2)
    nothing.expect(der.NULL)
    if not done:
        return {"MessageSuccess": True}
    found = read_outcome(done[0])
    return {"ExecutionOutcome": found, "MessageSuccess": succeeded(found)}


CODECS = {
    name: DerUseCase(_to_command(mode), _from_command(mode), _to_response, _from_response)
    for name, mode in MODES.items()
}
