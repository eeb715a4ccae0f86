"""Device messages altered in one property while everything else stays valid, MAC and signature included."""

from __future__ import annotations

import base64
import re

from msgspec.structs import replace

from stubs.faults import FaultRule
from stubs.smki import Pki
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.crypto import add_mac, sign
from stubs.wire.gbcs.envelope import Group, Message

_PAYLOAD = re.compile(rb"(<sr:GBCSPayload>)([^<]*)(</sr:GBCSPayload>)")


def with_bent_payload(document: bytes, rule: FaultRule, pki: Pki, user: Eui64) -> bytes:
    """Return the document with its GBCS message altered by ``rule``; unchanged when it holds none that can be read.

    Args:
        document: unsigned, as the DCC would sign it.
        rule: one of ``GBCS_EFFECTS``.
        pki: keys of devices, to protect what was changed again.
        user: EUI of the User it goes to.
    """

    def bent(found: re.Match[bytes]) -> bytes:
        payload = base64.b64decode(b"".join(found.group(2).split()))
        try:
            if rule.effect == "other-pre-command":
                changed = _for_another(Group.from_bytes(payload)).to_bytes()
            else:
                changed = _altered(Message.from_bytes(payload), rule, pki, user)
        except PeerError:
            return found.group(0)
        return found.group(1) + base64.b64encode(changed) + found.group(3)

    return _PAYLOAD.sub(bent, document, count=1)


def _altered(message: Message, rule: FaultRule, pki: Pki, user: Eui64) -> bytes:
    group = message.group
    match rule.effect:
        case "wrong-mac" if message.mac is not None:
            return replace(message, mac=_flipped(message.mac)).to_bytes()
        case "wrong-device-signature" if group.signature:
            return replace(message, group=replace(group, signature=_flipped(group.signature))).to_bytes()
        case "wrong-originator":
            other = Eui64.parse(rule.party)
            return _protected(replace(group, originator=other), message, pki, other, user)
        case "wrong-recipient":
            return _protected(replace(group, recipient=Eui64.parse(rule.party)), message, pki, group.originator, user)
        case "wrong-counter":
            return _protected(replace(group, counter=group.counter - 1), message, pki, group.originator, user)
        case _:
            return message.to_bytes()


def _for_another(issued: Group) -> Group:
    """A Pre-Command for the device whose identity differs in the last bit."""
    other = _flipped(bytes.fromhex(issued.recipient.hex))
    return replace(issued, recipient=Eui64.parse(other.hex("-")))


def _protected(group: Group, message: Message, pki: Pki, device: Eui64, user: Eui64) -> bytes:
    """The changed group under the device's own signature, or its MAC for the User, as the message had."""
    credentials = pki.device(device)
    if group.signature:
        group = sign(group, credentials.ds.private_key)
    if message.mac is None:
        return group.to_bytes()
    recipient = pki.key_pair(user, "KA")
    if recipient is None:
        raise PeerError("the PKI holds no key agreement key of the User", got=str(user))
    return add_mac(group, credentials.ka.private_key, recipient.certificate.public_key).to_bytes()


def _flipped(octets: bytes) -> bytes:
    return octets[:-1] + bytes([octets[-1] ^ 1])
