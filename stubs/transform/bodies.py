"""Bodies of service requests, read as the named values of a use case's command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from stubs.transform.electricity import ELECTRICITY_CONTENT
from stubs.wire.duis import Node, read_boolean, read_date_time
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64


def _integer(text: str) -> int:
    try:
        return int(text.strip())
    except ValueError as broken:
        raise PeerError("not an integer", got=repr(text[:24])) from broken


def _hexadecimal(text: str) -> str:
    try:
        return bytes.fromhex(text.strip()).hex().upper()
    except ValueError as broken:
        raise PeerError("not hexadecimal", got=repr(text[:40])) from broken


def _token(text: str) -> str:
    return text.strip()


def _moment(text: str) -> datetime:
    return read_date_time(text).replace(microsecond=0)


def _eui64(text: str) -> str:
    return str(Eui64.parse(text))


def _is_there(_: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class BodyField:
    """One fact of a request body.

    Args:
        path: where it stands below the body element.
        name: its name among the command's values.
        convert: its text to the value; raises PeerError.
        is_required: whether the command cannot be built without it.
    """

    path: str
    name: str
    convert: Callable[[str], Any]
    is_required: bool = True


_CLOCK = (
    BodyField("CurrentDateTime", "CurrentDateTime", _moment),
    BodyField("TolerancePeriod", "TolerancePeriod", _integer),
)
_BALANCE = tuple(
    field
    for mode in ("PrepaymentMode", "CreditMode")
    for field in (
        BodyField(f"{mode}/AdjustMeterBalance", "AdjustMeterBalance", _integer, is_required=False),
        BodyField(f"{mode}/ResetMeterBalance", "ResetMeterBalance", _is_there, is_required=False),
    )
)

BODY_FIELDS: Mapping[str, tuple[BodyField, ...]] = MappingProxyType(
    {
        "1.5": _BALANCE,
        "1.6": (
            BodyField("ExecutionDateTime", "ExecutionDateTime", _moment, is_required=False),
            BodyField("Prepayment/SuspendDebtDisabled", "SuspendDebtDisabled", read_boolean, is_required=False),
            BodyField("Prepayment/SuspendDebtEmergency", "SuspendDebtEmergency", read_boolean, is_required=False),
            BodyField("Prepayment/DisablementThreshold", "DisablementThreshold", _integer, is_required=False),
        ),
        "2.2": (BodyField("UTRN", "UTRN", _token),),
        "3.1": (BodyField("SupplierMessage", "SupplierMessage", str),),
        "6.11": _CLOCK,
        "8.1.1": _CLOCK,
        "6.13": (
            BodyField("ReadLogPeriod/StartDateTime", "StartDateTime", _moment),
            BodyField("ReadLogPeriod/EndDateTime", "EndDateTime", _moment),
            BodyField("LogToRead", "LogToRead", _token),
        ),
        "8.11": (
            BodyField("DeviceID", "DeviceID", _eui64),
            BodyField("RequestType", "RequestType", _token),
            BodyField("AddDeviceToCHFWhitelist/InstallCode", "InstallCode", _hexadecimal, is_required=False),
            BodyField("AddDeviceToCHFWhitelist/JoinTimePeriod", "JoinTimePeriod", _integer, is_required=False),
        ),
    }
)
"""By SRV; an SRV that is not here has nothing in its body that enters the command."""

CONTENT_OF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "1.5": (
            "PrepaymentMode/AdjustMeterBalance",
            "PrepaymentMode/ResetMeterBalance",
            "CreditMode/AdjustMeterBalance",
            "CreditMode/ResetMeterBalance",
        ),
        "1.6": ("Credit", "Prepayment"),
        "6.7": ("UncontrolledGasFlowRateDecimal", "UncontrolledGasFlowRate"),
        **ELECTRICITY_CONTENT,
    }
)
"""SRVs whose use case depends on which of these elements is there."""

CONTENT_AT: Mapping[str, str] = MappingProxyType(
    {
        "3.3": "ESMEEventLogType",
        "6.13": "LogToRead",
        "6.15.1": "RemotePartyRole",
        "6.21": "RemotePartyRole",
        "8.11": "RequestType",
    }
)
"""SRVs whose use case depends on the text of this element."""


def content_of(srv: str, body: Node) -> str:
    """Return the content of the body that decides the use case; empty where nothing does."""
    if srv in CONTENT_AT:
        return (body.get(CONTENT_AT[srv]) or "").strip()
    choices = CONTENT_OF.get(srv)
    if choices is None:
        return ""
    return next((choice for choice in choices if all(body.find(path) for path in choice.split("+"))), "")


def command_values(srv: str, body: Node) -> dict[str, Any]:
    """The named values of the command (``docs/gbcs-values.md``) that a request body gives.

    Raises: PeerError: a required element is missing or its text cannot be read.
    """
    values: dict[str, Any] = {}
    for field in BODY_FIELDS.get(srv, ()):
        text = body.get(field.path)
        if text is None:
            if field.is_required:
                raise PeerError("an element is missing", where=f"{body.name}/{field.path}")
            continue
        try:
            values[field.name] = field.convert(text)
        except PeerError as broken:
            raise PeerError(
                broken.what, where=f"{body.name}/{field.path}", expected=broken.expected, got=broken.got
            ) from broken
    return values
