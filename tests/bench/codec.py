"""(i) GBCS per message: reading, building, MAC and signature beside the bare cryptographic operations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ec import ECDH, ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from msgspec.structs import replace

from stubs.wire.gbcs import Group, Message, use_cases
from stubs.wire.gbcs.crypto import add_mac, decrypt, encryption_key, shared_secret, sign
from stubs.wire.gbcs.use_cases import CommandContext
from tests.bench.measure import Aim, Operation, Result, figure, in_rounds, ratios
from tests.own_messages import COMMANDS, COUNTER, DEVICE, NOW, OwnMessage, bench, own_messages

SECTION = "i"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Messages:
    """The first command and the first response of every use case."""

    commands: tuple[OwnMessage, ...]
    responses: tuple[OwnMessage, ...]

    @classmethod
    def of_all(cls) -> Messages:
        """Made once, with real keys."""
        found: dict[tuple[str, str], OwnMessage] = {}
        for message in own_messages():
            found.setdefault((message.kind, message.use_case), message)
        by_kind = {kind: tuple(one for (of, _), one in found.items() if of == kind) for kind in ("command", "response")}
        return cls(by_kind["command"], by_kind["response"])

    @property
    def both(self) -> tuple[OwnMessage, ...]:
        """All of them."""
        return self.commands + self.responses


def run(rounds: int) -> list[Result]:
    """Section (i)."""
    messages = Messages.of_all()
    spent = in_rounds(_operations(messages), rounds, "bench-codec")
    count = len(messages.both)
    aim = Aim("<=", 1.0)
    of = f"{len(messages.commands)} commands and {len(messages.responses)} responses, one of each use case"
    checking, protecting = (
        ratios(spent["decode"], spent["bare check"]),
        ratios(spent["build"], spent["bare protection"]),
    )
    return [
        figure(SECTION, "decode / bare check of its signature or MAC", checking, aim=aim, detail=of),
        figure(SECTION, "build / bare signature or MAC", protecting, aim=aim),
        figure(SECTION, "MAC / bare key agreement, SHA-256 and GCM", ratios(spent["MAC"], spent["bare MAC"])),
        figure(
            SECTION,
            "MAC, secret remembered / the same",
            ratios(spent["MAC, secret remembered"], spent["bare MAC"]),
            detail="as devices and the DCC do it: one key agreement per pair of keys",
        ),
        figure(SECTION, "sign / bare ECDSA", ratios(spent["sign"], spent["bare signature"])),
        figure(SECTION, "decode", [one / count * 1e6 for one in spent["decode"]], unit="µs"),
        figure(SECTION, "build", [one / len(messages.commands) * 1e6 for one in spent["build"]], unit="µs"),
    ]


def _operations(messages: Messages) -> dict[str, Operation]:
    keys, device = bench().keys, bench().credentials(DEVICE)
    private, public = keys[bench().acb, "KA"].private_key, device.ka.certificate.public_key
    signer = device.ds.private_key
    groups = [message.group for message in messages.both]
    return {
        "decode": _for_each(_decode, messages.both),
        "build": _for_each(_build, messages.commands),
        "MAC": _for_each(lambda group: add_mac(group, private, public, shared_secret), groups),
        "MAC, secret remembered": _for_each(lambda group: add_mac(group, private, public, bench().agree), groups),
        "sign": _for_each(lambda group: sign(group, signer), groups),
        "bare MAC": _for_each(_bare_mac, [group.to_bytes() for group in groups]),
        "bare signature": _for_each(_bare_signature, [group.signed_part for group in groups]),
        "bare check": _for_each(_bare_check, [(one, _signature(one.group)) for one in messages.both]),
        "bare protection": _for_each(_bare_protection, messages.commands),
    }


def _for_each(operation: Callable[[T], object], over: Iterable[T]) -> Operation:
    chosen = tuple(over)

    def once() -> None:
        for one in chosen:
            operation(one)

    return once


def _decode(message: OwnMessage) -> None:
    """The whole message, down to named values."""
    read = Message.from_bytes(message.data)
    code, content = read.group.other.message_code, read.group.content
    if message.kind == "command":
        use_cases.read_command(code, content)
    else:
        use_cases.read_response(code, content, partial(_opened, read.group))


def _opened(group: Group, blob: bytes) -> bytes:
    """Sensitive parts are encrypted; opening them counts as decoding."""
    reader = group.other.party or group.recipient
    public = bench().keys[reader, "KA"].certificate.public_key
    key = encryption_key(group, bench().credentials(DEVICE).ka.private_key, public, bench().agree)
    return decrypt(blob, key, DEVICE)


def _build(message: OwnMessage) -> None:
    """The command from its values, as bytes, its MAC or signature as given."""
    group = message.group
    context = CommandContext(COUNTER, group.originator, DEVICE, NOW, group.other.party)
    content = use_cases.build_command(message.use_case, COMMANDS.get(message.use_case, {}), context)
    Message(replace(group, content=content), bytes(12)).to_bytes()


def _bare_protection(message: OwnMessage) -> None:
    """What protects this message: a signature when it has one, else a MAC."""
    if message.group.signature:
        _bare_signature(message.data)
    else:
        _bare_mac(message.data)


def _bare_check(message_and_signature: tuple[OwnMessage, bytes]) -> None:
    """What whoever reads this message has to check, without a look at the outcome of a MAC."""
    message, signature = message_and_signature
    if signature:
        key = _signer_of(message.group).public_key()
        key.verify(signature, message.group.signed_part, ECDSA(SHA256()))
    else:
        _bare_mac(message.data)


def _signer_of(group: Group) -> EllipticCurvePrivateKey:
    if group.originator == DEVICE:
        return bench().credentials(DEVICE).ds.private_key
    return bench().keys[group.originator, "DS"].private_key


def _signature(group: Group) -> bytes:
    """As the library takes it; empty when there is none."""
    r_and_s = group.signature or b""
    r, s = (int.from_bytes(part, "big") for part in (r_and_s[:32], r_and_s[32:]))
    return encode_dss_signature(r, s) if r_and_s else b""


def _bare_mac(octets: bytes) -> None:
    keys, device = bench().keys, bench().credentials(DEVICE)
    secret = keys[bench().acb, "KA"].private_key.exchange(ECDH(), device.ka.certificate.public_key)
    key = sha256(secret).digest()[:16]
    AESGCM(key).encrypt(bytes(12), b"", octets)


def _bare_signature(octets: bytes) -> None:
    bench().credentials(DEVICE).ds.private_key.sign(octets, ECDSA(SHA256()))
