"""One sender's part of a load rehearsal, as plain data: it may run in this process, in another, or elsewhere."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from harness.load.plan import LoadPlan
from schemas.load_profiles import LoadMessageRow, load_profiles
from stubs.app import Fleet, FleetMessageKind, load_pki
from stubs.settings import DeliveryTls
from stubs.wire.eui64 import Eui64


class LoadJob(msgspec.Struct, frozen=True, kw_only=True):
    """Job of one sender. Keys are not in it: they are read from ``pki`` where the sender runs."""

    profile: str
    rate: float
    seconds: float
    drain: float
    devices: int
    start: datetime
    """The planned start, UTC."""
    url: str
    user: str
    pki: str
    """Folder of the PKI."""
    pki_prefer: tuple[str, ...]
    seed: str
    connections: int
    timeout: float
    retries: tuple[float, ...]
    sample: int
    tls: DeliveryTls | None = None
    sender: int = 0
    senders: int = 1

    @property
    def plan(self) -> LoadPlan:
        """Of all senders."""
        return LoadPlan(load_profiles()[self.profile], self.rate, self.seconds)

    def fleet(self) -> Fleet:
        """The devices. Raises: InputError: the PKI cannot be read, or does not know the User."""
        pki = load_pki(Path(self.pki), prefer=self.pki_prefer)
        return Fleet(pki, Eui64.parse(self.user), self.devices, self.start, self.seed)

    def is_sampled(self, number: int, count: int) -> bool:
        """Whether a message is kept in full: ``sample`` of them, spread over the plan."""
        if self.sample <= 0:
            return False
        return number * self.sample // count != (number - 1) * self.sample // count


def kind_of(row: LoadMessageRow) -> FleetMessageKind:
    """The kind of message that a row of a profile names."""
    return FleetMessageKind(row.kind, row.device_type, row.code, row.srv, row.use_case)
