"""GBZ framing: profile, components, alerts.

::

    message   = 0109 count component*count
    component = control(1) cluster(2) length(2) [from-time(4)] [00 frame-counter(1)] zcl
    control   = 01 last | 02 encrypted | 10 from-time present
    zcl       = frame-control(1) sequence(1) command(1) payload
                of an encrypted component: length(2) ciphered-information instead of payload
    alert     = 0109 count code(2) time(4) body          count 00: no body

Big-endian here, little-endian inside ZCL payloads. Source: GBCS, GBZ messages; the guide's section 9.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import msgspec

from stubs.wire.errors import Misuse
from stubs.wire.gbcs.octets import GbcsError, ends_early

PROFILE = b"\x01\x09"
_KEPT = 32
"""Contents whose message is remembered: one command is read by the transform, the device and the answer to it."""


_LAST, _ENCRYPTED, _FROM_TIME = 0x01, 0x02, 0x10
"""Bits of a component's control octet; plain numbers, since an IntFlag's operators are Python."""
_CONTROL = _LAST | _ENCRYPTED | _FROM_TIME


class GbzComponent(msgspec.Struct, frozen=True):
    """One ZigBee command or response.

    Args:
        cluster: cluster id, 16 bits.
        frame_control: ZCL frame control octet.
        sequence: ZCL sequence number, counting components from 0.
        command: ZCL command id.
        payload: ZCL payload; the ciphered information (31, five octets of header, ciphertext, tag) when encrypted.
        from_time: seconds since 2000, 32 bits; None when absent.
        frame_counter: counts encrypted components from 0; None when the component is not encrypted.
    """

    cluster: int
    frame_control: int
    sequence: int
    command: int
    payload: bytes
    from_time: int | None = None
    frame_counter: int | None = None

    @property
    def is_encrypted(self) -> bool:
        """Whether the payload is ciphered information."""
        return self.frame_counter is not None

    def _to_bytes(self, *, is_last: bool) -> bytes:
        control = _LAST if is_last else 0
        body = b""
        if self.from_time is not None:
            control |= _FROM_TIME
            body += self.from_time.to_bytes(4, "big")
        header = bytes((self.frame_control, self.sequence, self.command))
        if self.frame_counter is not None:
            control |= _ENCRYPTED
            body += bytes((0, self.frame_counter)) + header + len(self.payload).to_bytes(2, "big") + self.payload
        else:
            body += header + self.payload
        return bytes((control,)) + self.cluster.to_bytes(2, "big") + len(body).to_bytes(2, "big") + body


class GbzMessage(msgspec.Struct, frozen=True):
    """The components of a command or a response, in order."""

    components: tuple[GbzComponent, ...]

    @classmethod
    def from_bytes(cls, content: bytes) -> GbzMessage:
        """Read the whole content. Raises: GbcsError: anything that does not fit, anything left over."""
        return _message(content)

    def to_bytes(self) -> bytes:
        """Write the content. Raises: Misuse: no component, or more than 255."""
        count = len(self.components)
        if not 0 < count < 256:
            raise Misuse(f"a GBZ message has 1 to 255 components, got {count}")
        parts = [
            component._to_bytes(is_last=number == count - 1)  # noqa: SLF001 - a message writes its own components
            for number, component in enumerate(self.components)
        ]
        return PROFILE + bytes((count,)) + b"".join(parts)


@lru_cache(maxsize=_KEPT)
def _message(content: bytes) -> GbzMessage:
    count = _head(content)
    if not count:
        raise GbcsError("a GBZ message without components", 2, expected="01 to FF", got="00")
    offset = 3
    components = []
    for number in range(count):
        component, offset = _component(content, offset, is_last=number == count - 1)
        components.append(component)
    if offset != len(content):
        raise GbcsError("octets after the last GBZ component", offset, got=content[offset:][:16].hex())
    return GbzMessage(tuple(components))


@dataclass(frozen=True, slots=True)
class GbzAlert:
    """An alert in GBZ form.

    Args:
        alert_code: 16 bits.
        time: seconds since 2000, 32 bits.
        body: whatever follows; empty for most alerts.
    """

    alert_code: int
    time: int
    body: bytes = b""

    @classmethod
    def from_bytes(cls, content: bytes) -> GbzAlert:
        """Read the whole content. Raises: GbcsError: too short, or a count that does not fit the body."""
        count = _head(content)
        if len(content) < 9:
            raise ends_early(content, "a GBZ alert", expected="9 octets")
        body = content[9:]
        if count != (1 if body else 0):
            raise GbcsError("count and body of a GBZ alert disagree", 2, expected="00 without, 01 with a body")
        return cls(int.from_bytes(content[3:5], "big"), int.from_bytes(content[5:9], "big"), body)

    def to_bytes(self) -> bytes:
        """Write the content."""
        count = 1 if self.body else 0
        return PROFILE + bytes((count,)) + self.alert_code.to_bytes(2, "big") + self.time.to_bytes(4, "big") + self.body


def _head(content: bytes) -> int:
    if len(content) < 3:
        raise ends_early(content, "a GBZ payload", expected="3 octets")
    if content[:2] != PROFILE:
        raise GbcsError("not a GBZ payload", 0, expected="0109", got=content[:2].hex())
    return content[2]


def _component(content: bytes, offset: int, *, is_last: bool) -> tuple[GbzComponent, int]:
    if offset + 5 > len(content):
        raise ends_early(content, "a GBZ component", expected="5 octets of header")
    control = content[offset]
    if control & ~_CONTROL or bool(control & _LAST) != is_last:
        wanted = "last" if is_last else "not last"
        raise GbcsError("control octet of a GBZ component", offset, expected=wanted, got=f"{control:02X}")
    cluster = int.from_bytes(content[offset + 1 : offset + 3], "big")
    start = offset + 5
    end = start + int.from_bytes(content[offset + 3 : start], "big")
    if end > len(content):
        raise ends_early(content, "a GBZ component", expected=f"{end - start} octets from octet {start}")
    from_time = None
    if control & _FROM_TIME:
        from_time = int.from_bytes(_take(content, start, 4, end), "big")
        start += 4
    frame_counter = None
    if control & _ENCRYPTED:
        additional = _take(content, start, 2, end)
        if additional[0]:
            raise GbcsError("additional header control", start, expected="00", got=f"{additional[0]:02X}")
        frame_counter = additional[1]
        start += 2
    frame_control, sequence, command = _take(content, start, 3, end)
    start += 3
    if frame_counter is not None:
        length = int.from_bytes(_take(content, start, 2, end), "big")
        start += 2
        if length != end - start:
            raise GbcsError("length of the ciphered information", start - 2, expected=str(end - start), got=str(length))
    payload = content[start:end]
    return GbzComponent(cluster, frame_control, sequence, command, payload, from_time, frame_counter), end


def _take(content: bytes, start: int, size: int, end: int) -> bytes:
    if start + size > end:
        raise GbcsError("a GBZ component is too short", start, expected=f"{size} octets", got=str(end - start))
    return content[start : start + size]
