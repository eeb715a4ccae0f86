"""Requests to Non-Device services and their results: pure values, carried out by the core."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from schemas.load import UserRole
from stubs.events import AnyEvent
from stubs.inventory.records import InventoryRecord, RecordValue
from stubs.settings import DccSettings
from stubs.wire.duis import Node
from stubs.wire.eui64 import Eui64
from stubs.wire.request_id import RequestId

Change = tuple[Eui64, Mapping[str, RecordValue]]
"""Device and the fields that change, by DUIS names."""


@dataclass(frozen=True, slots=True)
class PendingDccAlert:
    """A DCC alert that interested parties should get: occasion of ``dcc-alert-occasions.csv``, device as it was.

    ``content`` is None where the record says everything.
    """

    occasion: str
    record: InventoryRecord
    content: Node | None = None
    cause: str = ""
    """One sentence for the journal; empty: the request."""


@dataclass(frozen=True, slots=True)
class ImageOnItsWay:
    """A firmware image that a device has at ``due``: version, eight hexadecimal digits, and SHA-256 of the image."""

    device: Eui64
    due: datetime
    version: str
    hash: str


@dataclass(frozen=True, slots=True)
class NonDeviceResult:
    """Result of a service: its answer (None: no data) and the changes that it makes."""

    result: Node | None = None
    changes: tuple[Change, ...] = ()
    notices: tuple[PendingDccAlert, ...] = ()
    role: UserRole | None = None
    """The role in which the User turned out to act; None: the first eligible one."""
    events: tuple[AnyEvent, ...] = ()
    """Further events, in order, after the changes."""
    images: tuple[ImageOnItsWay, ...] = ()
    """Firmware images on their way to devices, after the events."""
    code: str = ""
    """Response code; empty: success."""


class NonDeviceRequest(msgspec.Struct, frozen=True):
    """A Non-Device request after the access rules: who asks, in which roles, what."""

    sender: Eui64
    roles: tuple[UserRole, ...]
    """The User's roles that may send this service, at least one."""
    body: Node
    now: datetime
    settings: DccSettings
    request_id: RequestId
    is_busy: Callable[[Eui64], bool] = lambda _: False
    """Whether an image is on its way to a device."""


def eui_of(body: Node, path: str) -> Eui64 | None:
    """An identity of the body; None when it is not there."""
    text = body.get(path)
    return Eui64.parse(text) if text else None
