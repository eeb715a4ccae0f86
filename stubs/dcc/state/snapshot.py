"""Encodes the whole state as a snapshot and decodes it. Its parts: ``state_parts``."""

from __future__ import annotations

import msgspec

from stubs.dcc.state.dcc_state import DccState, new_state
from stubs.dcc.state.state_parts import PARTS
from stubs.settings import DccSettings

FORMAT = 2
"""Goes up with every change of what is stored; a snapshot of another format is not used."""

StateSnapshot = msgspec.defstruct(
    "StateSnapshot",
    [
        (name, kind) if part.missing is None else (name, kind, msgspec.field(default_factory=part.missing))
        for part in PARTS
        for name, kind in part.stored.items()
    ],
    kw_only=True,
    frozen=True,
)
"""A state, one field or more for each part."""

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(StateSnapshot)


def snapshot_of(state: DccState) -> bytes:
    """The state as octets."""
    values = {name: value for part in PARTS for name, value in zip(part.stored, part.take(state), strict=True)}
    return _ENCODER.encode(StateSnapshot(**values))


def state_from(settings: DccSettings, octets: bytes) -> DccState:
    """The inverse of ``snapshot_of``. Raises: ValueError: no snapshot, or one of another version of this program."""
    stored = _DECODER.decode(octets)
    state = new_state(settings)
    for part in PARTS:
        part.put(state, *(getattr(stored, name) for name in part.stored))
    return state
