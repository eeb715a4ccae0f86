"""ASN.1 use cases of single values and lists.

What credentials a device holds (CS02a, c, d, e, f), joins and unjoins (CS03, CS04), firmware (CS06), device logs
(CS07, GCS59).
"""

from __future__ import annotations

from typing import Any

from stubs.wire.errors import Misuse
from stubs.wire.gbcs import der
from stubs.wire.gbcs.der import Tlv
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.use_cases.asn1_codecs import (
    DerUseCase,
    cell,
    certificate,
    device_entry,
    device_number,
    enumerated,
    eui_octets,
    members,
    octets_of,
    read_cell,
    read_certificate,
    read_device_entry,
    read_device_type,
    read_eui,
    read_role,
    read_usage,
    role_number,
    status_response,
    usage,
)
from stubs.wire.gbcs.use_cases.asn1_credentials import execution_time, read_execution_time
from stubs.wire.gbcs.use_cases.model import CommandContext, Values, given

_DIGITAL_SIGNATURE = "DigitalSignature"


def _held(role: str, name: str) -> DerUseCase:
    """Which credentials a device holds; by default ``role`` asks, by its certificate of usage ``name``."""

    def to_command(values: Values, _: CommandContext) -> Tlv:
        asking = cell(values.get("AskingPartyRole", role), values.get("AskingPartyUsage", name))
        roles = (der.integer(role_number(one)) for one in given(values, "RemotePartyRoles"))
        return der.sequence(asking, der.sequence(*roles))

    def from_command(value: Tlv) -> dict[str, Any]:
        asking, roles = members(value, 2)
        asked = read_cell(asking.expect(der.SEQUENCE))
        return {
            "AskingPartyRole": asked["RemotePartyRole"],
            "AskingPartyUsage": asked["CertificateUsage"],
            "RemotePartyRoles": tuple(read_role(one) for one in roles.expect(der.SEQUENCE).members),
        }

    return DerUseCase(to_command, from_command, _to_held, _from_held)


def _to_held(values: Values, _: Tlv) -> Tlv:
    return der.sequence(*(_party(one) for one in given(values, "RemotePartyDetails")))


def _party(one: Values) -> Tlv:
    parts = [der.integer(role_number(given(one, "RemotePartyRole"))), enumerated(one.get("StatusCode", 0))]
    if not one.get("StatusCode"):
        held = (
            der.sequence(
                *usage(given(item, "CertificateUsage")),
                eui_octets(item, "ExistingRemotePartyID"),
                der.octet_string(bytes.fromhex(given(item, "ExistingCertificateHash"))),
            )
            for item in given(one, "Certificates")
        )
        parts += [der.integer(given(one, "RemotePartyFloorSeqNumber")), der.sequence(*held)]
    return der.sequence(*parts)


def _from_held(value: Tlv) -> dict[str, Any]:
    details = tuple(_read_party(one) for one in value.expect(der.SEQUENCE).members)
    return {"RemotePartyDetails": details, "MessageSuccess": not any(one["StatusCode"] for one in details)}


def _read_party(value: Tlv) -> dict[str, Any]:
    parts = members(value, 2, 4)
    found: dict[str, Any] = {"RemotePartyRole": read_role(parts[0]), "StatusCode": parts[1].number}
    if found["StatusCode"]:
        return found
    _, _, floor, held = members(value, 4)
    certificates = tuple(_read_held(one) for one in held.expect(der.SEQUENCE).members)
    return found | {"RemotePartyFloorSeqNumber": floor.number, "Certificates": certificates}


def _read_held(value: Tlv) -> dict[str, str]:
    *uses, party, key = members(value, 3, 4)
    return {
        "CertificateUsage": read_usage(tuple(uses)),
        "ExistingRemotePartyID": read_eui(party),
        "ExistingCertificateHash": octets_of(key),
    }


CREDENTIAL_TYPES = {"Digital Signature": "DigitalSignature", "Key Agreement": "KeyAgreement"}
"""``CredentialType`` of DUIS and the key usage it means."""
_TYPE_WORDS = {usage_name: word for word, usage_name in CREDENTIAL_TYPES.items()}


def _to_key_type(values: Values, _: CommandContext) -> Tlv:
    word = given(values, "CredentialType")
    if word not in CREDENTIAL_TYPES:
        raise Misuse(f"a credential type is one of {', '.join(CREDENTIAL_TYPES)}, got {word}")
    return der.sequence(*usage(CREDENTIAL_TYPES[word]))


def _from_key_type(value: Tlv) -> dict[str, Any]:
    name = read_usage(members(value, 1))
    if name not in _TYPE_WORDS:
        raise GbcsError("unknown credential type", 0, got=name)
    return {"CredentialType": _TYPE_WORDS[name]}


def _or_status(name: str, status: str) -> tuple[Any, Any]:
    """A response that is a SEQUENCE (``name``, in hexadecimal) or an INTEGER that says why not."""

    def build(values: Values, _: Tlv) -> Tlv:
        return der.integer(values[status]) if values.get(status) else certificate(given(values, name))

    def read(value: Tlv) -> dict[str, Any]:
        if value.tag == der.INTEGER:
            return {status: value.number, "MessageSuccess": False}
        return {name: read_certificate(value), "MessageSuccess": True}

    return build, read


def _join(method: int) -> DerUseCase:
    def to_command(values: Values, _: CommandContext) -> Tlv:
        key = values.get("Certificate")
        return der.sequence(
            der.integer(method),
            eui_octets(values, "OtherDeviceID"),
            der.integer(device_number(given(values, "OtherDeviceType"))),
            *(() if key is None else (certificate(key),)),
        )

    def from_command(value: Tlv) -> dict[str, Any]:
        found, other, kind, *key = members(value, 3, 4)
        if found.number != method:
            raise GbcsError("another method of joining", 0, expected=str(method), got=str(found.number))
        values = {"OtherDeviceID": read_eui(other), "OtherDeviceType": read_device_type(kind)}
        return values | ({"Certificate": read_certificate(key[0])} if key else {})

    return DerUseCase(to_command, from_command, *status_response("JoinResponseCode"))


_A_INITIATOR, _A_RESPONDER, _B, _C = range(4)

_UNJOIN = DerUseCase(
    lambda values, _: eui_octets(values, "OtherDeviceID"),
    lambda value: {"OtherDeviceID": read_eui(value)},
    *status_response("UnjoinResponseCode"),
)


def _to_activation(values: Values, context: CommandContext) -> Tlv:
    digest = bytes.fromhex(given(values, "FirmwareHash"))
    if len(digest) != 32:
        raise Misuse(f"a firmware hash has 32 octets, got {len(digest)}")
    when = values.get("ExecutionDateTime")
    dated = () if when is None else (execution_time(when),)
    return der.sequence(der.octet_string(digest), der.integer(context.counter), *dated)


def _from_activation(value: Tlv) -> dict[str, Any]:
    digest, counter, *when = members(value, 2, 3)
    counter.expect(der.INTEGER)
    if len(digest.expect(der.OCTET_STRING).content) != 32:
        raise GbcsError("a firmware hash", 0, expected="32 octets", got=str(len(digest.content)))
    return {"FirmwareHash": octets_of(digest)} | (read_execution_time(when[0]) if when else {})


def activated(values: Values) -> Tlv:
    """Outcome of an activation: status and the version that runs."""
    version = der.octet_string(bytes.fromhex(given(values, "FirmwareVersion")))
    return der.sequence(der.integer(values.get("ActivateImageResponseCode", 0)), version)


def read_activated(value: Tlv) -> dict[str, Any]:
    """The inverse of :func:`activated`."""
    status, version = members(value, 2)
    return {"ActivateImageResponseCode": status.number, "FirmwareVersion": octets_of(version)}


def _to_activated(values: Values, _: Tlv) -> Tlv:
    return activated(values) if "FirmwareVersion" in values else der.null()


def _from_activated(value: Tlv) -> dict[str, Any]:
    if value.tag == der.NULL:
        return {"MessageSuccess": True}
    found = read_activated(value)
    return found | {"MessageSuccess": found["ActivateImageResponseCode"] == 0}


def _to_log(values: Values, _: Tlv) -> Tlv:
    entries = values.get("LogEntries")
    listed = () if entries is None else (der.sequence(*(device_entry(one) for one in entries)),)
    return der.sequence(der.integer(values.get("ReadLogResponseCode", 0)), *listed)


def _from_log(value: Tlv) -> dict[str, Any]:
    status, *listed = members(value, 1, 2)
    found: dict[str, Any] = {"ReadLogResponseCode": status.number, "MessageSuccess": status.number == 0}
    if listed:
        found["LogEntries"] = tuple(read_device_entry(one) for one in listed[0].expect(der.SEQUENCE).members)
    return found


def _from_nothing(value: Tlv) -> dict[str, Any]:
    value.expect(der.NULL)
    return {}


def _to_restored(values: Values, _: CommandContext) -> Tlv:
    return der.sequence(der.sequence(*(device_entry(one) for one in given(values, "LogEntries"))))


def _from_restored(value: Tlv) -> dict[str, Any]:
    listed = members(value, 1)[0].expect(der.SEQUENCE).members
    return {"LogEntries": tuple(read_device_entry(one) for one in listed)}


def _to_restoring(values: Values, _: Tlv) -> Tlv:
    outcomes = (
        der.sequence(device_entry(one), der.integer(one.get("JoinResponseCode", 0)))
        for one in given(values, "RestoreDeviceLogOutcome")
    )
    return der.sequence(der.sequence(*outcomes))


def _from_restoring(value: Tlv) -> dict[str, Any]:
    outcomes = []
    for one in members(value, 1)[0].expect(der.SEQUENCE).members:
        device, code = members(one, 2)
        outcomes.append(read_device_entry(device) | {"JoinResponseCode": code.number})
    failed = any(one["JoinResponseCode"] for one in outcomes)
    return {"RestoreDeviceLogOutcome": tuple(outcomes), "MessageSuccess": not failed}


CODECS = {
    "CS02aMAC": _held("ACB", "KeyAgreement"),
    "CS02aSignature": _held("Supplier", _DIGITAL_SIGNATURE),
    "CS02fMAC": _held("ACB", "KeyAgreement"),
    "CS02fSignature": _held("Supplier", _DIGITAL_SIGNATURE),
    "CS02c": DerUseCase(
        _to_key_type, _from_key_type, *_or_status("CertificationRequest", "IssueCredentialsResponseCode")
    ),
    "CS02d": DerUseCase(
        lambda values, _: certificate(given(values, "DeviceCertificate")),
        lambda value: {"DeviceCertificate": read_certificate(value)},
        *status_response("UpdateSecurityCredentialsResponseCode"),
    ),
    "CS02e": DerUseCase(
        _to_key_type, _from_key_type, *_or_status("Certificate", "RetrieveDeviceSecurityCredentialsStatusCode")
    ),
    "CS03A1": _join(_A_INITIATOR),
    "CS03A2Critical": _join(_A_RESPONDER),
    "CS03A2NonCritical": _join(_A_RESPONDER),
    "CS03B": _join(_B),
    "CS03CCritical": _join(_C),
    "CS03CNonCritical": _join(_C),
    "CS04ACCritical": _UNJOIN,
    "CS04ACNonCritical": _UNJOIN,
    "CS04B": _UNJOIN,
    "CS06": DerUseCase(_to_activation, _from_activation, _to_activated, _from_activated),
    "CS07": DerUseCase(lambda _, __: der.null(), _from_nothing, _to_log, _from_log),
    "GCS59": DerUseCase(_to_restored, _from_restored, _to_restoring, _from_restoring),
}
