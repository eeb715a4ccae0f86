"""List builders for ASN.1 commands: credentials to replace, roles asked for, devices to join.

Each takes the body and gives named values of the command (``docs/gbcs-values.md``); all raise PeerError for a body
that cannot be read. Single values are rows of data, see :mod:`stubs.transform.fields`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from stubs.transform.fields import certificate, eui64, integer, moment
from stubs.transform.gas_bodies import needed
from stubs.wire.duis import Node, read_boolean
from stubs.wire.errors import PeerError

Builder = Callable[[Node], dict[str, Any]]

_USAGES = (
    ("DigitalSigningCertificate", "DigitalSignature"),
    ("KeyAgreementCertificate", "KeyAgreement"),
    ("KeyAgreementTopUpCertificate", "PrepaymentTopUp"),
)
"""Certificates of a request in the order in which the command has them."""


def _roles(body: Node) -> dict[str, Any]:
    return {"RemotePartyRoles": tuple(role.text.strip() for role in body.all("RemotePartyRole"))}


def _other(body: Node) -> dict[str, Any]:
    """Return the device to join; its type and, for method C, its certificate are looked up."""
    return {"OtherDeviceID": eui64(needed(body, "OtherDeviceID").text)}


def _floor(body: Node, name: str) -> int | None:
    text = body.get(name)
    return None if text is None else integer(text)


def _replacement(
    certificates: str,
    role: Callable[[Node], str],
    floor: str,
    top_up_floor: str,
    *,
    is_own: Callable[[str], bool] = lambda _: True,
    is_dated: bool = True,
) -> Builder:
    """A replacement of credentials.

    Args:
        certificates: where the new ones stand.
        role: whose they are.
        floor: name of the element with the new counter floor.
        top_up_floor: the same for top-up tokens.
        is_own: whether the role replaces its own, so that the floors are its own.
        is_dated: whether the device keeps the date; otherwise the DCC does.
    """

    def build(body: Node) -> dict[str, Any]:
        whose = role(body)
        found = body.find(certificates)
        if found is None:
            raise PeerError("an element is missing", where=f"{body.name}/{certificates}")
        path = needed(body, "CertificationPathCertificates").all("Certificate")
        text = body.get("ExecutionDateTime") if is_dated else None
        values: dict[str, Any] = {
            "ApplyTimeBasedCPVChecks": read_boolean(needed(body, "ApplyTimeBasedCPVChecks").text),
            "ReplacementCertificates": tuple(
                {"Certificate": certificate(one.text), "RemotePartyRole": whose, "CertificateUsage": usage}
                for name, usage in _USAGES
                for one in found.all(name)
            ),
            "CertificationPathCertificates": tuple(certificate(one.text) for one in path),
        }
        if text is not None:
            values["ExecutionDateTime"] = moment(text)
        floors = {
            "RemotePartyFloorSeqNumber": _floor(body, floor),
            "RemotePartyPrepaymentTopUpFloorSeqNumber": _floor(body, top_up_floor),
        }
        given = {name: value for name, value in floors.items() if value is not None}
        if is_own(whose):
            return values | given
        return values | ({"OtherFloors": ({"RemotePartyRole": whose} | given,)} if given else {})

    return build


def _named_role(body: Node) -> str:
    return needed(body, "RemotePartyRole").text.strip()


_FLOORS = ("RemotePartyFloorSeqNumber", "RemotePartyPrepaymentTopUpFloorSeqNumber")
_KRP = "ReplacementCertificates/SupplierOrNetworkOperatorCertificates"
_OWN = _replacement(_KRP, _named_role, *_FLOORS)
_HANDOVER = _replacement("ReplacementCertificates", _named_role, *_FLOORS, is_dated=False)


ASN1_LISTS: Mapping[str, Builder] = MappingProxyType(
    {
        "CS02aMAC": _roles,
        "CS02fMAC": _roles,
        "CS02bSupplierBySupplier": _OWN,
        "CS02bNOByNO": _OWN,
        "CS02gLoadControllerBySupplier": _replacement(_KRP, _named_role, *_FLOORS, is_own=lambda _: False),
        "CS02bSupplierBySupplierHandover": _HANDOVER,
        "CS02bNOByNOHandover": _HANDOVER,
        "CS02bSupplierByTransCoS": _replacement(
            "SupplierReplacementCertificates",
            lambda _: "Supplier",
            "SupplierFloorSeqNumber",
            "SupplierPrepaymentTopUpFloorSeqNumber",
            is_own=lambda _: False,
        ),
        "CS02bACBByACB": _replacement(
            "ReplacementCertificates", lambda _: "ACB", "ACBFloorSeqNumber", "", is_dated=False
        ),
        "CS03A1": _other,
        "CS03A2Critical": _other,
        "CS03A2NonCritical": _other,
        "CS03B": _other,
        "CS03CCritical": _other,
        "CS03CNonCritical": _other,
    }
)
"""By use case."""

USUAL_OTHERS: Mapping[str, str] = MappingProxyType(
    {
        "CS03A1": "HCALCS",
        "CS03A2Critical": "ESME",
        "CS03A2NonCritical": "ESME",
        "CS03B": "GPF",
        "CS03CCritical": "PPMID",
        "CS03CNonCritical": "GSME",
    }
)
"""Type of the other device of a join when nobody looked it up; inferred from the reference data."""
