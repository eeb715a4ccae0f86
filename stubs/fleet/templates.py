"""Templates of a fleet's messages, recorded from full simulated devices: plain payloads, to be protected anew.

A few devices of each type live for some weeks, answer each command with real values, and raise each alert. What they
said is kept as pieces: octets as they stand, and the plaintexts of encrypted parts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from stubs.devices import DeviceKeys, DeviceState, execute, manufacture
from stubs.devices.alerts import raise_alert
from stubs.smki import Pki
from stubs.wire.errors import Misuse, PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.crypto import add_mac, decrypt, encryption_key, sign
from stubs.wire.gbcs.envelope import Cra, Group, Message, OtherInformation
from stubs.wire.gbcs.use_cases import CommandContext, build_command, read_alert, read_response, use_case

VARIANTS = 16
"""Devices of each type that say everything once: so many different contents there are."""
_LIVED = timedelta(days=32)
_SPOKESMEN = bytes.fromhex("00db1f11")
_PERIOD = {"StartDateTime": timedelta(days=1), "EndDateTime": timedelta(0)}
"""Period that a read of a log asks for: the day before."""


@dataclass(frozen=True, slots=True)
class Template:
    """One payload.

    Args:
        group: as it was said; counter, identities and content are replaced.
        pieces: the content in order: octets, and whether they are to be encrypted.
        is_signed: by the device; else it carries a MAC.
    """

    group: Group
    pieces: tuple[tuple[bytes, bool], ...]
    is_signed: bool

    @property
    def is_secret(self) -> bool:
        """Whether a part is to be encrypted."""
        return any(is_secret for _, is_secret in self.pieces)

    def content(self, encrypt: Callable[[bytes], bytes] | None) -> bytes:
        """The content for one device; ``encrypt`` is asked only where a part is encrypted."""
        if encrypt is None:
            if self.is_secret:
                raise Misuse("an encrypted part and nothing to encrypt it with")
            return b"".join(octets for octets, _ in self.pieces)
        return b"".join(encrypt(octets) if is_secret else octets for octets, is_secret in self.pieces)


class Templates:
    """Makes templates on demand and keeps them: kinds are few.

    Args:
        pki: keys of the DCC, of the party, and of devices.
        user: the party; its name stands in every trust anchor cell of a User.
        seed: of the values the devices hold.
        now: when the payloads were said, UTC.
    """

    def __init__(self, pki: Pki, user: Eui64, seed: str, now: datetime) -> None:
        self._pki = pki
        self._user = user
        self._seed = seed
        self._now = now
        self._states: dict[tuple[str, int], DeviceState] = {}
        self._made: dict[tuple[str, str, int], Template] = {}

    def response(self, name: str, device_type: str, variant: int) -> Template:
        """Return the template of a use case's answer. Raises: PeerError: the device does not answer it."""
        key = (name, device_type, variant)
        if key not in self._made:
            self._made[key] = self._answered(name, device_type, variant)
        return self._made[key]

    def alert(self, code: str, device_type: str, variant: int) -> Template:
        """Return the template of an alert. Raises: PeerError: the device cannot raise it."""
        key = (code, device_type, variant)
        if key not in self._made:
            state = self._device(device_type, variant)
            raised = raise_alert(state, code, self._now, self._keys(state), recipient=self._user).alerts[0]
            self._made[key] = self._opened(state, raised.payload)
        return self._made[key]

    def _device(self, device_type: str, variant: int) -> DeviceState:
        key = (device_type, variant)
        if key not in self._states:
            eui = Eui64(_SPOKESMEN + device_type.encode()[:2] + variant.to_bytes(2, "big"))
            cells = dict.fromkeys(("supplier", "network_operator"), str(self._user))
            made = self._now - _LIVED
            self._states[key] = manufacture(
                eui, device_type, "", self._seed, made, acb=str(self._pki.acb), commissioned=True, **cells
            )
        return self._states[key]

    def _keys(self, state: DeviceState) -> DeviceKeys:
        return DeviceKeys(self._pki.device(state.id), self._pki.certificates)

    def _answered(self, name: str, device_type: str, variant: int) -> Template:
        state = self._device(device_type, variant)
        row = use_case(name)
        counter = int(self._now.timestamp() * 1000)
        context = CommandContext(counter, self._user, state.id, self._now)
        content = build_command(name, self._asked(name, context), context)
        group = Group(Cra.COMMAND, counter, self._user, state.id, b"", OtherInformation(row.message_code), content, b"")
        keys = self._keys(state)
        if row.is_critical:
            pair = self._pki.key_pair(self._user, "DS")
            if pair is None:
                raise PeerError(f"the PKI holds no signing key of {self._user}", got=name)
            group = sign(group, pair.private_key)
        public = keys.credentials.ka.certificate.public_key
        command = add_mac(group, self._pki.acb_ka.private_key, public).to_bytes()
        done = execute(state, command, self._now, keys)
        if done.response is None:
            raise PeerError(f"{device_type} does not answer {name}", got=f"{done.refused}: {done.details}")
        return self._opened(state, done.response)

    def _asked(self, name: str, context: CommandContext) -> Mapping[str, Any]:
        """The values of a command: those of a period where it has one."""
        period = {field: self._now - ago for field, ago in _PERIOD.items()}
        try:
            build_command(name, {}, context)
        except Misuse:
            return period
        return {}

    def _opened(self, state: DeviceState, payload: bytes) -> Template:
        message = Message.from_bytes(payload)
        group = message.group
        shell = replace(group, content=b"")
        sealed: list[tuple[bytes, bytes]] = []

        def opened(blob: bytes) -> bytes:
            public = self._pki.certificates.of(self._user, "KA")[0].public_key
            key = encryption_key(shell, self._keys(state).credentials.ka.private_key, public)
            sealed.append((blob, decrypt(blob, key, state.id)))
            return sealed[-1][1]

        read = read_response if group.cra is Cra.RESPONSE else read_alert
        read(group.other.message_code, group.content, opened)
        return Template(group, _pieces(group.content, sealed), message.mac is None)


def _pieces(content: bytes, sealed: list[tuple[bytes, bytes]]) -> tuple[tuple[bytes, bool], ...]:
    pieces: list[tuple[bytes, bool]] = []
    rest = content
    for blob, plain in sealed:
        before, found, rest = rest.partition(blob)
        if not found:
            raise Misuse("an encrypted part stands elsewhere than it was read")
        pieces += [(before, False), (plain, True)]
    return tuple(piece for piece in (*pieces, (rest, False)) if piece[0])
