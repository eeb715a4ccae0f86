"""Source of the live page: a simulated DCC that runs, or the journal of one that has stopped."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stubs.app import LIVE_PAGE, BackgroundDcc, Control, Pki, SimulatedDcc
from stubs.clock import Clock, SystemClock
from stubs.journal import Journal, SqliteStore
from stubs.wire.errors import Blocked


@dataclass(frozen=True, slots=True)
class Source:
    """Source that pages read. ``control`` is None once the simulated DCC has stopped."""

    journal: Journal
    pki: Pki
    control: Control | None
    clock: Clock | None
    urls: Mapping[str, str]

    @property
    def live_control(self) -> Control:
        """The operations. Raises: Blocked: the simulated DCC has stopped."""
        if self.control is None:
            raise Blocked("the simulated DCC has stopped", mend="Start it again; what it did can still be read here.")
        return self.control


def source_of(dcc: BackgroundDcc | SimulatedDcc) -> Source:
    """Return the source of a running simulated DCC; its operations are recorded as the live page's."""
    urls = {name: str(getattr(dcc.urls, name)) for name in dcc.urls.__struct_fields__ if getattr(dcc.urls, name)}
    return Source(dcc.journal, dcc.pki, dcc.control.by(LIVE_PAGE), dcc.clock, urls)


def stopped(source: Source, journal: Path) -> Source:
    """The same after the DCC has stopped, from the file of its journal."""
    return Source(Journal(SqliteStore(journal), SystemClock()), source.pki, None, None, source.urls)


def close(source: Source) -> None:
    """Let go of a journal that was opened here."""
    if source.control is None:
        with closing(source.journal):
            pass


def users_of(source: Source) -> dict[str, dict[str, Any]]:
    """Registered Users by EUI; empty once the DCC has stopped."""
    return {} if source.control is None else {row["user"]: row for row in source.control.users()}
