"""A bench for tests of simulated devices: parties with keys, and the DCC's side of a GBCS conversation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

from msgspec.structs import replace

from stubs.dcc.state.device_certificates import installed_in
from stubs.devices import DeviceKeys, DeviceState, Execution, Surroundings, apply, execute, manufacture
from stubs.smki.authority import Authority, make_hierarchy
from stubs.smki.certification import read_device_request
from stubs.smki.keys import DeviceCredentials, KeyPair
from stubs.wire.certificates import Certificate, CertificateIndex, Usage
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.crypto import SharedSecrets, add_mac, check_mac, check_signature, decrypt, encryption_key, sign
from stubs.wire.gbcs.envelope import Cra, Group, Message, OtherInformation
from stubs.wire.gbcs.use_cases import CommandContext, build_command, read_response, use_case
from stubs.wire.gbcs.use_cases.alerts import read_alert

DAY = timedelta(days=1)
PREPAYMENT = {"PaymentMode": "Prepayment", "SuspendDebtDisabled": True, "SuspendDebtEmergency": False}


@cache
def bench_authority() -> Authority:
    """Issues everything on the bench."""
    return make_hierarchy(bytes(range(32))).issuing


@dataclass(frozen=True)
class DeviceBench:
    """Parties with keys, devices with credentials, and the DCC's side of a GBCS conversation."""

    now: datetime
    supplier: Eui64
    network_operator: Eui64
    stranger: Eui64
    acb: Eui64
    keys: dict[tuple[Eui64, str], KeyPair]
    certificates: CertificateIndex
    agree: SharedSecrets
    counters: count[int]

    def credentials(self, device: str | Eui64 | DeviceState) -> DeviceCredentials:
        """Those a device uses now; given by its identity those of the factory."""
        if isinstance(device, DeviceState):
            return device_credentials(device.id).with_installed(installed_in(device))
        return device_credentials(device if isinstance(device, Eui64) else Eui64.parse(device))

    def device(self, device_type: str, variant: str = "", number: int = 1, **values: Any) -> DeviceState:
        eui = Eui64(_DEVICES + number.to_bytes(2, "big"))
        cells = {"acb": str(self.acb)}
        if device_type in {"ESME", "GSME", "GPF"}:
            cells |= {"supplier": str(self.supplier), "network_operator": str(self.network_operator)}
        return manufacture(eui, device_type, variant, "bench", self.now, **(cells | values))

    def group(
        self,
        state: DeviceState,
        name: str,
        values: Mapping[str, Any] | None = None,
        *,
        originator: Eui64 | None = None,
        party: Eui64 | None = None,
        counter: int | None = None,
        with_certificate: bool = False,
    ) -> Group:
        """An unprotected command; ``party`` makes the ACB speak for it."""
        speaker = self.acb if party is not None else originator or self.supplier
        own = next(self.counters) if counter is None else counter
        context = CommandContext(own, speaker, state.id, self.now)
        code = use_case(name).message_code
        other = OtherInformation(code)
        if party is not None:
            certificate = self.keys[party, "KA"].certificate.der if with_certificate else None
            other = OtherInformation(code, party, own, certificate=certificate)
        content = build_command(name, dict(values or {}), context)
        return Group(Cra.COMMAND, own, speaker, state.id, b"", other, content, b"")

    def add_party(self, eui: Eui64, role: str) -> None:
        """One more organisation with both keys."""
        for usage in _USAGES:
            self.keys[eui, usage] = make_pair(eui, role, usage)
            self.certificates.add(self.keys[eui, usage].certificate)

    def protect(
        self,
        group: Group,
        *,
        signer: Eui64 | None = None,
        is_critical: bool = False,
        is_maced: bool = True,
        device: DeviceState | None = None,
    ) -> bytes:
        """Sign and MAC as the parties would; a device that speaks for itself MACs with its own key.

        Without ``device`` its key is the factory's.
        """
        if is_critical:
            group = sign(group, self.keys[signer or group.originator, "DS"].private_key)
        if not is_maced:
            return Message(group, None).to_bytes()
        recipient = self.credentials(device or group.recipient)
        is_device = group.originator.octets.startswith(_DEVICES)
        speaker = self.credentials(group.originator).ka if is_device else self.keys[self.acb, "KA"]
        message = add_mac(group, speaker.private_key, recipient.ka.certificate.public_key, self.agree)
        return message.to_bytes()

    def command(self, state: DeviceState, name: str, values: Mapping[str, Any] | None = None, **more: Any) -> bytes:
        group = self.group(state, name, values, **more)
        return self.protect(group, is_critical=use_case(name).is_critical, device=state)

    def execute(self, state: DeviceState, command: bytes, now: datetime | None = None, **more: Any) -> Execution:
        return execute(state, command, now or self.now, self.device_keys(state), **more)

    def device_keys(self, device: DeviceState | Eui64 | str) -> DeviceKeys:
        """What a device protects its messages with."""
        return DeviceKeys(self.credentials(device), self.certificates, self.agree)

    def ask(
        self, state: DeviceState, name: str, values: Mapping[str, Any] | None = None, now: datetime | None = None
    ) -> tuple[DeviceState, Execution]:
        """Send a command of the supplier (or the ACB, for who knows no supplier); the state after, and what came."""
        party = None if state.supplier else self.supplier
        execution = self.execute(state, self.command(state, name, values, party=party), now)
        return apply(state, execution.changes), execution

    def read(self, state: DeviceState, response: bytes | None) -> dict[str, Any]:
        """Verify and open a response as the party it is for would."""
        assert response is not None
        message = Message.from_bytes(response)
        group, device = message.group, self.credentials(state)
        assert group.cra is Cra.RESPONSE
        if message.mac is None:
            check_signature(group, device.ds.certificate.public_key)
        else:
            check_mac(
                message, self.keys[group.recipient, "KA"].private_key, device.ka.certificate.public_key, self.agree
            )
        party = group.other.party or group.recipient
        shell = replace(group, content=b"")

        def opened(blob: bytes) -> bytes:
            key = encryption_key(
                shell, self.keys[party, "KA"].private_key, device.ka.certificate.public_key, self.agree
            )
            return decrypt(blob, key, state.id)

        return read_response(group.other.message_code, group.content, opened)

    def issue(self, request: str) -> Certificate:
        """What the authority issues for a certification request (hexadecimal), valid from now on."""
        wanted = read_device_request(bytes.fromhex(request))
        return bench_authority().issue_device(wanted.eui, wanted.usage, wanted.public, since=self.now)

    def surroundings(self, *states: DeviceState) -> Surroundings:
        return Surroundings({state.id: state for state in states})


@cache
def device_credentials(eui: Eui64) -> DeviceCredentials:
    return bench_authority().device(eui, bytes(32))


SUPPLIER = Eui64.parse("A0-B1-C2-D3-E4-01-00-00")
NETWORK_OPERATOR = Eui64.parse("A0-B1-C2-D3-E4-02-00-00")
STRANGER = Eui64.parse("A0-B1-C2-D3-E4-04-00-00")
ACB = Eui64.parse("DC-C0-00-00-00-00-00-02")
_DEVICES = bytes.fromhex("00db12345678")
_USAGES: tuple[Usage, ...] = ("DS", "KA")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@cache
def make_pair(eui: Eui64, role: str, usage: Usage, label: str = "") -> KeyPair:
    return bench_authority().organisation(eui, role, usage, label=label)


def make_device_bench(
    supplier: Eui64 = SUPPLIER,
    network_operator: Eui64 = NETWORK_OPERATOR,
    stranger: Eui64 = STRANGER,
    acb: Eui64 = ACB,
    now: datetime = NOW,
) -> DeviceBench:
    """Devices and parties with keys, derived, the same every time."""
    index = CertificateIndex()
    keys: dict[tuple[Eui64, str], KeyPair] = {}
    for eui, role in {supplier: "02", network_operator: "03", stranger: "7F", acb: "04"}.items():
        for usage in _USAGES:
            keys[eui, usage] = make_pair(eui, role, usage)
            index.add(keys[eui, usage].certificate)
    keys[supplier, "PP"] = make_pair(supplier, "02", "KA", "pp-ka")
    index.add(keys[supplier, "PP"].certificate, is_secondary=True)
    keys[supplier, "XML"] = make_pair(supplier, "87", "DS")
    index.add(keys[supplier, "XML"].certificate)
    return DeviceBench(
        now=now,
        supplier=supplier,
        network_operator=network_operator,
        stranger=stranger,
        acb=acb,
        keys=keys,
        certificates=index,
        agree=SharedSecrets(),
        counters=count(1000),
    )


def alert_content(bench: DeviceBench, state: DeviceState, payload: bytes) -> dict[str, Any]:
    """Verify an alert as its recipient would, and read it."""
    message = Message.from_bytes(payload)
    group, device = message.group, bench.credentials(state.eui)
    assert group.cra is Cra.ALERT
    assert group.originator == state.id
    if message.mac is None:
        check_signature(group, device.ds.certificate.public_key)
    else:
        check_mac(message, bench.keys[group.recipient, "KA"].private_key, device.ka.certificate.public_key)
    return read_alert(group.other.message_code, group.content)


def hold(bench: DeviceBench, meter: DeviceState, when: datetime) -> DeviceState:
    """The meter, holding a change to prepayment until its date."""
    name = "ECS03" if meter.device_type == "ESME" else "GCS03"
    values = {**PREPAYMENT, "DisablementThreshold": 0, "ExecutionDateTime": when}
    state, execution = bench.ask(meter, name, values)
    assert bench.read(meter, execution.response)["MessageSuccess"]
    return state
