"""The core's answer to one POST."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from stubs.recording import RecordedEvents

XML = "application/xml"
XML_SIGN_ROLE = "87"
"""Role in the certificates by which Users sign XML."""


class Cut(StrEnum):
    """Ways in which a fault ends an exchange without an answer."""

    NONE = ""
    DROP = "drop"
    """Close the connection."""
    RESET = "reset"
    """Close it with a TCP reset."""
    HANG = "never-answer"
    """Say nothing until the client gives up."""


class Reply(msgspec.Struct, frozen=True):
    """An HTTP answer: bytes as they leave, and what a fault does to the exchange."""

    status: int
    content_type: str
    body: bytes
    response_code: str | None = None
    leaves: datetime | None = None
    """Not before this instant of the run's clock."""
    cut: Cut = Cut.NONE
    exchange: str = ""
    """Id of the exchange that it ends."""


class Handled(msgspec.Struct, frozen=True):
    """The answer, and the events to commit before it leaves, in order."""

    reply: Reply
    events: RecordedEvents
