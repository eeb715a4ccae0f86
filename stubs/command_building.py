"""A DUIS request as the GBCS command it becomes, without a DCC: for reference data and for the command line.

Nobody is asked about the device. Who and what it knows is assumed, from what is seen in public reference data.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from schemas.command_assumptions import CommandAssumptions, command_assumptions
from schemas.load import Service, Srv, service_requests
from stubs.access import AccessRequest, DeviceFacts, RequestLedger, check_request
from stubs.clock import SystemClock
from stubs.dcc.requests.request_validation import read_valid
from stubs.settings import DccSettings
from stubs.smki import Pki
from stubs.transform import Acb, NotLookedUp, Target, transform
from stubs.wire.duis import ServiceRequest
from stubs.wire.errors import InputError, PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.xml import local_name, parse
from stubs.wire.xmlsig import ReceivedDocument


def _certificate_of_other(request: ServiceRequest, pki: Pki | None) -> dict[str, str]:
    other = request.body.get("OtherDeviceID")
    held = pki.certificates_of(Eui64.parse(other), "KA") if pki is not None and other else ()
    return {"Certificate": held[0].der.hex()} if held else {}


def _give(names: tuple[str, ...]) -> str:
    options = " ".join(f"--look-up {name}=…" for name in names)
    return f"Give {options}" + (", or --pki with the other device's certificate" if "Certificate" in names else "")


def _request_alone(document: bytes, device_type: str, now: datetime) -> ServiceRequest:
    """A Service Request that the gateway would let pass, for all that it says of itself.

    Raises: PeerError: no Service Request; Refusal: ``schema``, or one of the rules that look at the request alone.
    """
    element = parse(document)
    if local_name(element) != "Request":
        raise PeerError("no Service Request", expected="Request", got=local_name(element))
    request = read_valid(ReceivedDocument(element, document))
    if not isinstance(request, ServiceRequest):
        raise PeerError("only a Service Request is transformed", got="SignedPreCommand")
    header = request.header
    check_request(
        AccessRequest(
            header=header,
            row=service_requests()[Srv(header.srv)],
            body_element=request.body.name,
            service=Service.SEND_COMMAND,
            user=None,
            device=DeviceFacts(device_type, "", {}),
            acb=header.request_id.target,
            execution=None,
            predecessor_status=None,
            ledger=RequestLedger(),
            settings=DccSettings(),
            now=now,
        )
    )
    return request


def build_command(
    request_xml: bytes,
    device_type: str,
    device_variant: str = "",
    gbcs_version: str = "4.2",
    looked_up: Mapping[str, Any] | None = None,
    pki: Pki | None = None,
    *,
    at: datetime | None = None,
    use_case: str = "",
    assumed: CommandAssumptions | None = None,
) -> dict[str, str]:
    """Build the command of a DUIS request: use case, message code, payload and group, the last three in hex.

    Nobody is asked about the device, so these are assumed: meters and gas proxies know the originator, except in
    services of an export supplier and in requests that bring a key-agreement certificate; EUI-64s that end 02-00-00
    are network operators. The group is unsigned and without MAC. ``looked_up``: see :class:`stubs.transform.Target`;
    ``pki`` is asked for the certificate of another device that is not among them. ``at``: the instant that gas commands
    carry, by default now. ``use_case``: which of those that fit the request, whatever the version. ``assumed``: the
    broker and what else is assumed; by default ``schemas/catalogue/command-assumptions.csv``.

    Raises: PeerError: no Service Request; Refusal: the gateway would refuse it whoever asks, or it cannot be
    transformed; InputError: what the DCC looks up for it was not given.
    """
    assumed = assumed or command_assumptions()
    now = at or SystemClock().now()
    request = _request_alone(request_xml, device_type, now)
    request_id = request.header.request_id
    asker = request_id.originator
    is_network_operator = str(asker).endswith(assumed.network_operator_ending)
    is_stranger = (
        device_type not in assumed.knows_users
        or request.body.get("KAPublicSecurityCredentials") is not None
        or (request.header.srv in assumed.by_strangers and not is_network_operator)
    )
    target = Target(
        eui=request_id.target,
        device_type=device_type,
        variant=device_variant or ("single" if device_type == "ESME" else ""),
        gbcs_version=gbcs_version,
        known_parties=frozenset() if is_stranger else frozenset({asker}),
        network_operator=asker if is_network_operator else None,
        looked_up={
            "CustomerIdentificationNumber": assumed.customer_number,
            **_certificate_of_other(request, pki),
            **(looked_up or {}),
        },
        use_case=use_case,
    )
    acb = Acb(Eui64.parse(assumed.broker), request_id.counter + assumed.broker_ahead)
    try:
        command = transform(request, target, acb, now)
    except NotLookedUp as missing:
        raise InputError(missing.detail, mend=_give(missing.names)) from missing
    return {
        "use_case": command.use_case,
        "message_code": f"{command.message_code:04X}",
        "payload": command.group.content.hex().upper(),
        "group": command.group.to_bytes().hex().upper(),
    }
