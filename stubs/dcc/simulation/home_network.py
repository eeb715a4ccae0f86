"""Messages between devices of one home: a prepayment display sends a top-up or emergency credit to a gas meter.

The DCC carries none of them and learns of them by the meter's alerts. Source: use cases PCS01 and PCS02. That a
display asks the first gas meter it has joined is inferred.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from stubs.dcc.context import DccContext
from stubs.dcc.outbound.device_alerts import forward_device_alerts
from stubs.dcc.state.dcc_state import DccState
from stubs.dcc.state.device_certificates import credentials_of
from stubs.dcc.state.device_changes import change_device
from stubs.dcc.state.reachability import has_network
from stubs.dcc.state.transaction import Transaction
from stubs.devices import DeviceKeys, DeviceState, Surroundings, execute
from stubs.devices.trust import key_agreement
from stubs.smki import Pki
from stubs.wire.certificates import Certificate
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.crypto import add_mac
from stubs.wire.gbcs.envelope import Cra, Group, OtherInformation
from stubs.wire.gbcs.use_cases import CommandContext, build_command, use_case

_GAS_METER = 0
PASSED_ON: Mapping[str, str] = MappingProxyType({"top-up entered": "PCS01", "emergency credit asked for": "PCS02"})
"""The physical events at a display, each with the use case of its message to the meter."""


class HomeCertificates:
    """A ``CertificateStore``: organisations and authorities of a PKI, and of the physical devices what they use now.

    A real device keeps the certificates of the devices it shares keys with; those of premises made to order share them
    from the factory on.
    """

    def __init__(self, pki: Pki, state: DccState) -> None:
        self._pki, self._state = pki, state

    def find(self, issuer_name: str, serial: int) -> Certificate | None:
        """Return the certificate that the PKI finds."""
        return self._pki.certificates.find(issuer_name, serial)

    def of(self, eui: Eui64, usage: str, role: str | None = None) -> tuple[Certificate, ...]:
        """Return the PKI's certificates; for a device that it does not know, the certificate in use."""
        known = self._pki.certificates.of(eui, usage, role)
        physical = None if known or role is not None else self._state.devices.get(eui)
        if physical is None:
            return known
        pair = credentials_of(self._pki, physical)
        return ((pair.ds if usage == "DS" else pair.ka).certificate,)

    def secondary(self, eui: Eui64, usage: str) -> tuple[Certificate, ...]:
        """Return the secondary certificates that the PKI finds."""
        return self._pki.certificates.secondary(eui, usage)

    def by_serial(self, serial: int) -> Certificate | None:
        """Return the certificate that the PKI finds."""
        return self._pki.certificates.by_serial(serial)


def keys_at_home(context: DccContext, state: DccState, device: DeviceState) -> DeviceKeys:
    """A device's keys, with the certificates of the devices it shares keys with."""
    return replace(context.keys_of(device), certificates=HomeCertificates(context.pki, state))


def send_to_gas_meter(
    context: DccContext, transaction: Transaction, display: Eui64, use_case_name: str, detail: Mapping[str, object]
) -> list[str]:
    """Let a display send a use case to the gas meter it has joined; ids of the messages the meter's alerts became.

    Raises: PeerError: it has joined none, no network is there, or the meter does not take the command; nothing
        happened then.
    """
    state = transaction.state.devices[display]
    meter = next((one.id for one in state.joined if one.device_type == _GAS_METER), None)
    if meter is None or meter not in transaction.state.devices:
        raise PeerError("the display has joined no gas meter", where=str(display))
    if not has_network(transaction.state, meter) or not state.reachable:
        raise PeerError("the display is on no network", where=str(display))
    done = execute(
        transaction.state.devices[meter],
        _command(
            context, transaction, display, meter, use_case_name, {"UTRN": detail["utrn"]} if "utrn" in detail else {}
        ),
        transaction.now,
        keys_at_home(context, transaction.state, transaction.state.devices[meter]),
        surroundings=Surroundings(transaction.state.devices),
    )
    if done.response is None:
        raise PeerError("the gas meter does not answer", where=str(meter), got=done.refused or "")
    change_device(transaction, meter, done.changes, f"{use_case_name} of {display}")
    return forward_device_alerts(context, transaction, meter, done.alerts)


def _command(
    context: DccContext,
    transaction: Transaction,
    display: Eui64,
    meter: Eui64,
    use_case_name: str,
    values: Mapping[str, object],
) -> bytes:
    """The display's command, with the MAC of its key and the meter's."""
    state = transaction.state.devices[display]
    origin = CommandContext(state.own_counter + 1, state.id, meter, transaction.now)
    group = Group(
        cra=Cra.COMMAND,
        counter=origin.counter,
        originator=state.id,
        recipient=origin.recipient,
        date_time=b"",
        other=OtherInformation(use_case(use_case_name).message_code),
        content=build_command(use_case_name, dict(values), origin),
        signature=b"",
    )
    key = key_agreement(state, HomeCertificates(context.pki, transaction.state), origin.recipient)
    if key is None:
        raise PeerError("the display knows no key of the gas meter", where=str(display), got=str(meter))
    return add_mac(group, credentials_of(context.pki, state).ka.private_key, key, context.secrets).to_bytes()
