"""Link between the self-service pages and one running DCC: joins ``stubs.ssi`` to core, journal, keys, clock.

A part of ``stubs.app``, which alone uses it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from stubs.dcc.simulation.operations import Operations
from stubs.dcc.state.transaction import Transaction
from stubs.events import AnyEvent
from stubs.gateway.runtime import Runtime
from stubs.inventory import COVERAGE, region_of
from stubs.service_desk import ServiceDesk
from stubs.service_desk.files import Action, Threshold
from stubs.smki import Pki
from stubs.smki.keys import derive_secret
from stubs.ssi.sources import HeldRequest, PageFault
from stubs.wire.eui64 import Eui64


@dataclass(slots=True)
class DccBackOffice:
    """``stubs.ssi.sources.BackOffice`` of a running DCC; used inside the event loop's thread."""

    runtime: Runtime
    pki: Pki
    secret: bytes
    _secrets: int = field(default=0)

    def desk(self) -> ServiceDesk:
        """Service management as it stands; to be read only."""
        return self.runtime.dcc.state.desk

    def perform(self, decide: Callable[[ServiceDesk, datetime], Sequence[AnyEvent]]) -> Sequence[AnyEvent]:
        """Let what ``decide`` returns happen, in one transaction. Raises: what ``decide`` raises; Blocked."""

        def act(_: Operations, transaction: Transaction) -> Sequence[AnyEvent]:
            events = decide(transaction.state.desk, transaction.now)
            for event in events:
                transaction.emit(event)
            return events

        return self._act(act)

    def _act(self, act: Callable[[Operations, Transaction], Sequence[AnyEvent]]) -> Sequence[AnyEvent]:
        return self.runtime.perform(lambda now: self.runtime.dcc.perform(act, now))

    def thresholds(self, user: str) -> Mapping[str, int]:
        """A User's own anomaly-detection thresholds by service."""
        return dict(self.runtime.dcc.state.thresholds.own.get(Eui64.parse(user), {}))

    def held(self, user: str) -> Sequence[HeldRequest]:
        """A User's quarantined communications."""
        return [
            HeldRequest(held.reference, held.request_id, held.srv, held.device or "", held.breach, held.detail)
            for held in self.runtime.dcc.state.quarantine.values()
            if held.user == user
        ]

    def set_thresholds(self, user: str, rows: Sequence[Threshold], submitted: AnyEvent) -> None:
        """Set a User's own thresholds and record the file they came in."""

        def act(tester: Operations, transaction: Transaction) -> Sequence[AnyEvent]:
            for row in rows:
                tester.set_threshold(transaction, user, row.srv, row.limit)
            transaction.emit(submitted)
            return ()

        self._act(act)

    def end_quarantine(self, user: str, rows: Sequence[Action], submitted: AnyEvent) -> None:
        """Release or delete quarantined communications of a User and record the file that said so."""

        def act(tester: Operations, transaction: Transaction) -> Sequence[AnyEvent]:
            transaction.emit(submitted)
            for row in rows:
                if transaction.state.quarantine[row.reference].user != user:
                    raise LookupError(f"{row.reference} is not one of {user}")
                if row.is_released:
                    tester.release(transaction, row.reference)
                else:
                    tester.reject(transaction, row.reference)
            return ()

        self._act(act)

    def signer(self, user: str, octets: bytes, signature: bytes) -> str:
        """Serial number (decimal) of the User's certificate that a signature holds by; empty: none."""
        for certificate in self.pki.certificates.of(Eui64.parse(user), "DS"):
            try:
                certificate.public_key.verify(signature, octets, ec.ECDSA(hashes.SHA256()))
            except InvalidSignature:
                continue
            return str(certificate.serial)
        return ""

    def coverage(self, place: str) -> Mapping[str, str]:
        """SM WAN coverage by the elements of 12.1's answer: as set for the place or its half, else made up."""
        known = self.runtime.dcc.state.inventory.covered(place)
        region = region_of("".join(place.split()).upper())
        made_up = {"CSPRegion": region, "WANTechnology": "Long Range Radio" if region == "North" else "Cellular"}
        values = {**COVERAGE, **made_up, **known}
        return {
            name: ("true" if value else "false") if isinstance(value, bool) else str(value)
            for name, value in values.items()
        }

    def hub(self, device: Eui64) -> Mapping[str, str]:
        """Connection, last contact, signal (made up, always the same), region, variant, firmware, number of devices."""
        state = self.runtime.dcc.state
        record = state.inventory.get(device)
        physical = state.devices.get(device)
        if record is None:
            return {}
        is_connected = physical is not None and physical.reachable and physical.sm_wan
        values = record.as_dict()
        now = self.runtime.clock.now()
        signal = 2 + device.octets[-1] % 4
        return {
            "state": "Connected" if is_connected else "Not connected",
            "last_contact": (now - timedelta(seconds=now.timestamp() % 900)).strftime("%Y-%m-%d %H:%M UTC")
            if is_connected
            else "Not since it was lost",
            "signal": f"{signal} of 5" if is_connected else "None",
            "band": "2.4 GHz" if values.get("HANVariant") != "Dual Band" else "868 MHz and 2.4 GHz",
            "region": str(values.get("CSPRegion", "")),
            "variant": str(values.get("HANVariant", "")),
            "firmware": str(values.get("DeviceFirmwareVersion", "")),
            "devices": str(len(state.inventory.on_hub(device)) - 1),
        }

    def fault(self, point: str, facts: Mapping[str, str], subject: str) -> PageFault | None:
        """The armed fault that bends this, recorded as applied."""
        if not self.runtime.dcc.state.faults.match(point, facts):
            return None
        found: list[PageFault] = []

        def act(_: Operations, transaction: Transaction) -> Sequence[AnyEvent]:
            rule = transaction.fault(point, subject, dict(facts))
            if rule is not None:
                found.append(PageFault(rule.effect, rule.seconds, rule.component))
            return ()

        self._act(act)
        return found[0] if found else None

    def components_down(self) -> frozenset[str]:
        """Components that armed faults take away."""
        rules = (fault for fault in self.runtime.dcc.state.faults.rules.values())
        return frozenset(
            fault.rule.component
            for fault in rules
            if fault.rule.effect == "component-down" and not (fault.rule.times and fault.applied >= fault.rule.times)
        )

    def fresh_secret(self, purpose: str) -> str:
        """32 hexadecimal digits that nobody can guess, different each time."""
        self._secrets += 1
        info = f"{purpose} {self._secrets} {self.runtime.journal.last_seq}"
        return derive_secret(self.secret, info, 16).hex()

    async def sleep(self, seconds: float) -> None:
        """Let so much of the run's time pass."""
        await self.runtime.sleep_until(self.runtime.clock.now() + timedelta(seconds=seconds))
