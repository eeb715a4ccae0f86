"""The newest refusals, with peer and reason: what a bare HTTP status does not say on the wire.

Each that is answered with a bare HTTP status is one line at level INFO of the logger ``stubs.refusals`` too; whoever
serves to people shows it. The journal has all of them.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence

import msgspec

from stubs.events import Entry, RequestReceived, RequestRefused

LOGGER = logging.getLogger("stubs.refusals")
MOST_KEPT = 1000
_OK = 200


class ShownRefusal(msgspec.Struct, frozen=True, kw_only=True):
    """A refused request, with what a bare HTTP status does not say."""

    seq: int
    """Number of the journal entry."""
    at: str
    """When, by the run's clock, ISO 8601, UTC."""
    peer: str
    """Address it came from."""
    service: str
    """The web service it was posted to."""
    http_status: int
    """HTTP status of the answer."""
    response_code: str | None
    """Response code of the answer; null: a bare HTTP status."""
    rule: str
    """The rule that said no."""
    detail: str
    """Expected and found values."""
    request_id: str | None
    """RequestID, where one could be read."""


class Refusals:
    """Folded from entries as they are appended; a restart begins with none."""

    def __init__(self) -> None:
        self._kept: deque[ShownRefusal] = deque(maxlen=MOST_KEPT)

    def note(self, entry: Entry, event: RequestRefused, together: Sequence[Entry]) -> None:
        """Keep a refusal; ``together``: the entries that were appended with it, its request's among them."""
        requests = (one.event for one in together if isinstance(one.event, RequestReceived))
        received = next((request for request in requests if request.exchange == event.exchange), None)
        row = ShownRefusal(
            seq=entry.seq,
            at=entry.at.isoformat(),
            peer=received.peer if received else "",
            service=received.service if received else "",
            http_status=event.http_status,
            response_code=event.response_code,
            rule=event.rule,
            detail=event.detail,
            request_id=event.request_id,
        )
        self._kept.append(row)
        if event.response_code is None and event.http_status != _OK:
            LOGGER.info(
                "%(service)s from %(peer)s: HTTP %(http_status)s, rule %(rule)s: %(detail)s (entry %(seq)s)",
                msgspec.structs.asdict(row),
            )

    def newest(self, limit: int) -> list[ShownRefusal]:
        """The newest first, at most ``limit``."""
        return list(self._kept)[: -limit - 1 : -1]
