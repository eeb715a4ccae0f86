"""Matches a response with the command it answers: same counter, originator and recipient exchanged."""

from __future__ import annotations

from collections.abc import Iterable

from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.envelope import Cra, Group, Message


class Commands:
    """The commands among some messages; whatever else is handed in is passed over."""

    def __init__(self, messages: Iterable[bytes]) -> None:
        self._groups: dict[tuple[Eui64, Eui64, int], Group] = {}
        for data in messages:
            group = _group(data)
            if group is not None and group.cra is Cra.COMMAND:
                self._groups[group.recipient, group.originator, group.counter] = group

    def answered_by(self, data: bytes) -> Group | None:
        """GROUP of the command that a message answers; None when it is no response or the command is not here."""
        group = _group(data)
        if group is None or group.cra is not Cra.RESPONSE:
            return None
        return self._groups.get((group.originator, group.recipient, group.counter))


def _group(data: bytes) -> Group | None:
    try:
        return Message.from_bytes(data).group
    except PeerError:
        return None
