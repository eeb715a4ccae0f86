"""The shape of ASN.1 use cases, and the values they share: devices, roles, key usages, certificates.

ASN.1 use cases have no rows: ``results`` are empty, a failure is a status value of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stubs.wire.errors import Misuse
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import der
from stubs.wire.gbcs.der import Tlv
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.use_cases.model import CommandContext, Decrypt, Encrypt, Instruction, Values, given

DEVICE_TYPES = ("GSME", "ESME", "CHF", "GPF", "HCALCS", "PPMID", "Type2")
"""By number."""
ROLES = {
    0: "Root",
    1: "Recovery",
    2: "Supplier",
    3: "NetworkOperator",
    4: "ACB",
    5: "TransCoS",
    6: "WANProvider",
    7: "IssuingAuthority",
    8: "LoadController",
    127: "Other",
}
_ROLE_NUMBERS = {name: number for number, name in ROLES.items()}
_USAGES = {
    ("0780", 0): "DigitalSignature",
    ("0308", 0): "KeyAgreement",
    ("0308", 1): "PrepaymentTopUp",
    ("0204", 0): "CertificateSigning",
}
"""Key usage bits and cell usage."""
_USAGE_BITS = {name: bits for bits, name in _USAGES.items()}


@dataclass(frozen=True, slots=True)
class DerUseCase:
    """An ASN.1 use case; every function is pure.

    Args:
        to_command, from_command: values to the command and back.
        to_response: values and the command to the response.
        from_response: the response to values, ``MessageSuccess`` among them.
    """

    to_command: Callable[[Values, CommandContext], Tlv]
    from_command: Callable[[Tlv], dict[str, Any]]
    to_response: Callable[[Values, Tlv], Tlv]
    from_response: Callable[[Tlv], dict[str, Any]]

    def build_command(self, values: Values, context: CommandContext) -> bytes:
        """See :class:`Codec`."""
        try:
            return self.to_command(values, context).to_bytes()
        except (LookupError, ValueError) as broken:
            raise Misuse(f"no such value: {broken}") from broken

    def read_command(self, content: bytes) -> dict[str, Any]:
        """See :class:`Codec`."""
        return self.from_command(der.decode(content))

    def build_response(self, command: bytes, values: Values, encrypt: Encrypt | None) -> bytes:  # noqa: ARG002
        """See :class:`Codec`."""
        asked = der.decode(command)
        self.from_command(asked)
        return self.to_response(values, asked).to_bytes()

    def read_response(self, content: bytes, decrypt: Decrypt | None) -> dict[str, Any]:  # noqa: ARG002
        """See :class:`Codec`."""
        return self.from_response(der.decode(content)) | {"results": ()}

    def error_results(self, command: bytes, position: int, code: int | None) -> tuple[int, ...]:  # noqa: ARG002
        """No rows: a failure is a status value."""
        return ()

    def instructions(self, command: bytes) -> tuple[Instruction, ...]:  # noqa: ARG002
        """Outcome alerts of ASN.1 commands have a form of their own."""
        return ()


def members(value: Tlv, least: int, most: int | None = None) -> tuple[Tlv, ...]:
    """The members of a SEQUENCE. Raises: GbcsError: no SEQUENCE, or not ``least`` to ``most`` members."""
    found = value.expect(der.SEQUENCE).members
    if len(found) < least or len(found) > (least if most is None else most):
        raise GbcsError("members of an ASN.1 sequence", 0, expected=f"{least} to {most or least}", got=str(len(found)))
    return found


def enumerated(number: int) -> Tlv:
    """An ENUMERATED."""
    return Tlv(der.ENUMERATED, der.integer(number).content)


def eui_octets(values: Values, name: str) -> Tlv:
    """An OCTET STRING of an EUI-64."""
    return der.octet_string(Eui64.parse(given(values, name)).octets)


def read_eui(value: Tlv) -> str:
    """The EUI-64 of an OCTET STRING, dashed. Raises: GbcsError: not 8 octets."""
    octets = value.expect(der.OCTET_STRING).content
    if len(octets) != 8:
        raise GbcsError("a device or party id", 0, expected="8 octets", got=str(len(octets)))
    return str(Eui64(octets))


def octets_of(value: Tlv) -> str:
    """The octets of an OCTET STRING in hexadecimal."""
    return value.expect(der.OCTET_STRING).content.hex().upper()


def role_number(name: str) -> int:
    """A role's number. Raises: Misuse: no such role."""
    if name not in _ROLE_NUMBERS:
        raise Misuse(f"a remote party role is one of {', '.join(_ROLE_NUMBERS)}, got {name}")
    return _ROLE_NUMBERS[name]


def read_role(value: Tlv) -> str:
    """The role of an INTEGER. Raises: GbcsError: no such role."""
    number = value.number
    if number not in ROLES:
        raise GbcsError("unknown remote party role", 0, expected=str(sorted(ROLES)), got=str(number))
    return ROLES[number]


def usage(name: str) -> tuple[Tlv, ...]:
    """Key usage and, unless it is 0, cell usage. Raises: Misuse: no such usage."""
    if name not in _USAGE_BITS:
        raise Misuse(f"a certificate usage is one of {', '.join(_USAGE_BITS)}, got {name}")
    bits, cell = _USAGE_BITS[name]
    key = Tlv(der.BIT_STRING, bytes.fromhex(bits))
    return (key, der.integer(cell)) if cell else (key,)


def read_usage(values: tuple[Tlv, ...]) -> str:
    """The inverse of :func:`usage`; an explicit 0 is taken. Raises: GbcsError: an unknown usage."""
    if not values:
        raise GbcsError("a certificate usage is missing", 0)
    bits = values[0].expect(der.BIT_STRING).content.hex()
    cell = values[1].number if len(values) > 1 else 0
    if (bits, cell) not in _USAGES:
        raise GbcsError("unknown certificate usage", 0, got=f"{bits}, {cell}")
    return _USAGES[bits, cell]


def cell(role: str, name: str) -> Tlv:
    """A trust-anchor cell: role, key usage, cell usage."""
    return der.sequence(der.integer(role_number(role)), *usage(name))


def read_cell(value: Tlv) -> dict[str, str]:
    """``RemotePartyRole`` and ``CertificateUsage`` of a cell, whatever its outer tag."""
    return {"RemotePartyRole": read_role(value[0]), "CertificateUsage": read_usage(value.members[1:])}


def certificate(text: str) -> Tlv:
    """A certificate from its DER bytes in hexadecimal. Raises: Misuse: no DER."""
    try:
        return der.decode(bytes.fromhex(text)).expect(der.SEQUENCE)
    except (GbcsError, ValueError) as broken:
        raise Misuse(f"not a DER certificate: {broken}") from broken


def read_certificate(value: Tlv) -> str:
    """The DER bytes of a certificate in hexadecimal. Raises: GbcsError: it cannot be one."""
    members(value, 3)
    return value.to_bytes().hex().upper()


def device_entry(entry: Values) -> Tlv:
    """A device of a log: id and type."""
    return der.sequence(eui_octets(entry, "DeviceID"), der.integer(device_number(given(entry, "DeviceType"))))


def read_device_entry(value: Tlv) -> dict[str, str]:
    """The inverse of :func:`device_entry`."""
    device, kind = members(value, 2)
    return {"DeviceID": read_eui(device), "DeviceType": read_device_type(kind)}


def device_number(name: str) -> int:
    """A device type's number. Raises: Misuse: no such type."""
    if name not in DEVICE_TYPES:
        raise Misuse(f"a device type is one of {', '.join(DEVICE_TYPES)}, got {name}")
    return DEVICE_TYPES.index(name)


def read_device_type(value: Tlv) -> str:
    """The device type of an INTEGER. Raises: GbcsError: no such type."""
    number = value.number
    if not 0 <= number < len(DEVICE_TYPES):
        raise GbcsError("unknown device type", 0, expected="0 to 6", got=str(number))
    return DEVICE_TYPES[number]


def status_response(name: str) -> tuple[Callable[[Values, Tlv], Tlv], Callable[[Tlv], dict[str, Any]]]:
    """A response that is one INTEGER, 0 when it is not given."""

    def read(value: Tlv) -> dict[str, Any]:
        number = value.expect(der.INTEGER).number
        return {name: number, "MessageSuccess": number == 0}

    return lambda values, _: der.integer(values.get(name, 0)), read
