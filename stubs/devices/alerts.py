"""Alerts: built, protected and addressed as the catalogue says.

A critical alert is signed by the device, any other MACed for its recipient. Every alert takes the next value of the
device's own counter. Source: GBCS guide, sections 3 and 11.3; ``schemas/catalogue/device-alerts.csv``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from schemas.load import device_alerts
from stubs.devices.behaviour import is_logged, is_told
from stubs.devices.bodies import body_of
from stubs.devices.effects.context import PendingAlert
from stubs.devices.state import LOGGED, DeviceState, LogEntry, LogName, Pending, apply, instant, merged, plain, seconds
from stubs.devices.trust import DeviceKeys, key_agreement
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.crypto import add_mac, encrypt, encryption_key, sign
from stubs.wire.gbcs.envelope import Cra, Group, Message, OtherInformation
from stubs.wire.gbcs.use_cases import (
    CRITICAL_ALERT,
    NON_CRITICAL_ALERT,
    build_alert,
    build_data_alert,
    build_outcome_alert,
    outcomes_of,
    protocol_of,
)

_LOGS: dict[str, LogName] = {
    "8F30": "security",
    "8F3D": "security",
    "8F3F": "security",
    "8F74": "security",
    "8F75": "security",
    "8F76": "security",
    "81A0": "security",
    "8F35": "power",
    "8F36": "power",
    "8002": "power",
    "8003": "power",
}
"""Codes that enter another log than the event log (inferred)."""


@dataclass(frozen=True, slots=True)
class RaisedAlert:
    """One alert, ready to travel.

    Args:
        code: four upper-case hexadecimal digits.
        recipient: the party it is for; the access control broker for what hubs report.
        payload: the GBCS message.
        cause: one sentence.
        instruction, total: which of how many settings of a future-dated command; None for other alerts.
        command: originator and counter of that future-dated command.
    """

    code: str
    recipient: Eui64
    payload: bytes
    cause: str
    instruction: int | None = None
    total: int | None = None
    command: tuple[Eui64, int] | None = None


@dataclass(frozen=True, slots=True)
class Sender:
    """A device about to raise alerts."""

    keys: DeviceKeys

    def seal(self, device: DeviceState, counter: int, recipient: Eui64) -> Callable[[bytes], bytes] | None:
        """Return the function that encrypts an alert's sensitive data; None: the recipient's key is not known."""
        key = key_agreement(device, self.keys.certificates, recipient)
        if key is None:
            return None
        shell = _group_of(device, counter, recipient, 0, b"")
        secret = encryption_key(shell, self.keys.credentials.ka.private_key, key, self.keys.agree)
        return partial(encrypt, key=secret, device=device.id)

    def message(
        self,
        device: DeviceState,
        counter: int,
        recipient: Eui64,
        content: tuple[int, bytes],
        *,
        is_critical: bool,
        about: Eui64 | None = None,
    ) -> bytes | None:
        """The protected alert with ``content`` (message code, payload), ``about`` a third party.

        None: it needs a MAC, and the recipient's key agreement certificate is not known.
        """
        message_code, payload = content
        group = _group_of(device, counter, recipient, message_code, payload, about)
        if is_critical:
            return Message(sign(group, self.keys.credentials.ds.private_key), None).to_bytes()
        key = key_agreement(device, self.keys.certificates, recipient)
        return (
            None
            if key is None
            else add_mac(group, self.keys.credentials.ka.private_key, key, self.keys.agree).to_bytes()
        )


def _group_of(
    device: DeviceState, counter: int, recipient: Eui64, message_code: int, payload: bytes, about: Eui64 | None = None
) -> Group:
    return Group(
        cra=Cra.ALERT,
        counter=counter,
        originator=device.id,
        recipient=recipient,
        date_time=b"",
        other=OtherInformation(message_code, about),
        content=payload,
        signature=b"",
    )


def _recipient(state: DeviceState, notice: PendingAlert) -> Eui64 | None:
    """The party concerned; a device without that party's cell tells the access control broker."""
    if notice.recipient is not None:
        return notice.recipient
    row = device_alerts().get(notice.code)
    cell = row.recipient if row is not None else "supplier"
    return state.party_in(cell) or state.party_in("acb")


def _logged(code: str, at: int) -> LogEntry:
    return LogEntry(_LOGS.get(code, "event"), at, int(code, 16))


def raise_notice(
    state: DeviceState, notice: PendingAlert, at: int, sender: Sender
) -> tuple[dict[str, Any], RaisedAlert | None]:
    """The alert for ``notice`` at ``at`` (run's time, seconds since 2000), and what it changes (counter, log).

    No alert leaves a device that knows nobody to tell, or has no key for them; the log entry stays.
    """
    stamp = at + state.clock_offset
    logged = {LOGGED: (_logged(notice.code, stamp),)} if is_logged(state, notice.code) else {}
    recipient = _recipient(state, notice)
    if recipient is None or not is_told(state, notice.code):
        return logged, None
    row = device_alerts().get(notice.code)
    is_critical = row is None or row.is_critical
    counter = state.own_counter + 1
    content = _content(state, notice, stamp, counter, recipient, sender)
    if content is None:
        return logged, None
    about = _about(state, notice.code)
    message = sender.message(state, counter, recipient, content, is_critical=is_critical, about=about)
    if message is None:
        return logged, None
    return logged | {"own_counter": counter}, RaisedAlert(notice.code, recipient, message, notice.cause)


def _about(state: DeviceState, code: str) -> Eui64 | None:
    """The third party that an alert names in its header."""
    body = body_of(state.device_type, code)
    return state.party_in(body.about) if body is not None else None


def _content(
    state: DeviceState, notice: PendingAlert, stamp: int, counter: int, recipient: Eui64, sender: Sender
) -> tuple[int, bytes] | None:
    """Message code and payload, with data where the alert has them; None: no key to encrypt them for the recipient."""
    code = notice.code
    body = body_of(state.device_type, code)
    if body is not None:
        seal = sender.seal(state, counter, recipient) if body.is_sensitive else None
        if body.is_sensitive and seal is None:
            return None
        values = body.values(state, instant(stamp), notice.detail) | {"ProtectedFor": str(recipient)}
        payload = build_data_alert(body.message_code, int(code, 16), instant(stamp), counter, values, seal)
        return body.message_code, payload
    row = device_alerts().get(code)
    is_critical = row is None or row.is_critical
    payload = build_alert(protocol_of(state.device_type), int(code, 16), instant(stamp), counter)
    return CRITICAL_ALERT if is_critical else NON_CRITICAL_ALERT, payload


def raise_notices(
    state: DeviceState, notices: tuple[PendingAlert, ...], at: int, sender: Sender
) -> tuple[dict[str, Any], tuple[RaisedAlert, ...]]:
    """Several alerts in a row, each with the next counter."""
    changes: dict[str, Any] = {}
    alerts = []
    for notice in notices:
        further, alert = raise_notice(apply(state, changes), notice, at, sender)
        changes = merged(changes, further)
        if alert is not None:
            alerts.append(alert)
    return changes, tuple(alerts)


def raise_outcome(
    state: DeviceState, pending: Pending, values: Mapping[str, Any], sender: Sender, *, is_success: bool
) -> tuple[dict[str, Any], tuple[RaisedAlert, ...]]:
    """8F66 or 8F67 for every setting of a future-dated command, to the party that ordered it, always signed.

    One alert with the outcome in ``values`` where the command has a form of its own (firmware, credentials).
    """
    code = "8F66" if is_success else "8F67"
    stamp = pending.due + state.clock_offset
    recipient = Eui64.parse(pending.originator)
    contents = _outcomes(pending, values, int(code, 16), stamp, state.own_counter)
    alerts = []
    for number, content in enumerate(contents, start=1):
        counter = state.own_counter + number
        message = sender.message(state, counter, recipient, content, is_critical=True)
        assert message is not None  # signed: no key of the recipient is needed
        alerts.append(
            RaisedAlert(
                code=code,
                recipient=recipient,
                payload=message,
                cause=f"future-dated {pending.use_case} fell due",
                instruction=number,
                total=len(contents),
                command=(recipient, pending.counter),
            )
        )
    return {"own_counter": state.own_counter + len(alerts), LOGGED: (_logged(code, stamp),)}, tuple(alerts)


_OUTCOME_FORMS = {0x0012: 0x00CA, 0x0125: 0x0124, 0x0126: 0x0124, **dict.fromkeys(range(0x0102, 0x010A), 0x00CB)}
"""Message codes of ASN.1 commands to that of their outcome alert."""


def _outcomes(
    pending: Pending, values: Mapping[str, Any], code: int, stamp: int, counter: int
) -> list[tuple[int, bytes]]:
    """Message code and payload of each outcome alert."""
    when = instant(stamp)
    form = _OUTCOME_FORMS.get(pending.message_code)
    if form is not None:
        told = dict(values) | {"FutureDatedCommandOriginatorCounter": pending.counter}
        return [(form, build_data_alert(form, code, when, counter + 1, told))]
    return [
        build_outcome_alert(code, when, counter + number, pending.message_code, pending.counter, instruction)
        for number, instruction in enumerate(outcomes_of(pending.message_code, pending.content), start=1)
    ]


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Result of time passing on a device without a command: changes in JSON's types, and alerts."""

    changes: dict[str, Any]
    alerts: tuple[RaisedAlert, ...]


_CODE = re.compile(r"\A[0-9A-F]{4}\Z")


def raise_alert(
    state: DeviceState,
    code: str,
    now: datetime,
    keys: DeviceKeys,
    *,
    recipient: Eui64 | None = None,
) -> Elapsed:
    """Raise an alert of the device, as a tester asks.

    ``code`` has four hexadecimal digits; one that is not in the catalogue is critical and goes to the supplier.
    ``recipient`` is told instead of the party the catalogue names.

    Raises: PeerError: not a code; nobody to tell, or no key for them.
    """
    if not _CODE.match(code.upper()):
        raise PeerError("not an alert code", expected="four hexadecimal digits", got=code[:20])
    row = device_alerts().get(code.upper())
    if recipient is None and row is not None and row.recipient == "originator":
        recipient = state.party_in("supplier") or state.party_in("acb")
    notice = PendingAlert(code.upper(), "raised by hand", recipient)
    changes, alert = raise_notice(state, notice, seconds(now), Sender(keys))
    if alert is None:
        raise PeerError("the device has nobody to tell, or no key for them", where=state.eui, got=code)
    return Elapsed(plain(changes), (alert,))
