"""The one protocol every driver keeps, and what it is given to work with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from harness.drivers.action import Action, Outcome


@dataclass(frozen=True, slots=True)
class UserIdentity:
    """One User the party acts as: EUI-64 (dashed) and the roles it holds.

    ``person`` and ``pass_phrase`` sign in to the self-service pages; empty: the test person of a simulated DCC.
    """

    eui: str
    roles: tuple[str, ...]
    name: str = ""
    person: str = ""
    pass_phrase: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files for HTTPS towards the DCC. ``ca`` verifies it; the other two present us, where asked."""

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A picture, a trace or another file that shows how an action went."""

    name: str
    """File name without folders."""
    media_type: str
    body: bytes
    source: str = "driver"
    """``driver``, or ``person``."""
    note: str = ""


def _not_kept(_action: Action, _file: KeptFile) -> None:
    """Do not keep the file."""


def _silent(_text: str) -> None:
    """Say nothing."""


def _no_answer(_question: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class DriverContext:
    """The surroundings of one run, handed to ``Driver.start``."""

    pki: Path
    """PKI folder with PEM files (``uept pki init`` or ``import``)."""
    users: tuple[UserIdentity, ...]
    urls: Mapping[str, str]
    """``transform``, ``send_command``, ``non_device``, ``smki``, ``ssi``."""
    state_dir: Path
    """Folder in which a driver may keep what must survive a restart, such as counters."""
    now: Callable[[], datetime]
    """The run's clock: aware, UTC."""
    acb: str = ""
    """EUI-64 of the DCC's access control broker; empty: as the PKI folder says."""
    receive_host: str = "127.0.0.1"
    receive_port: int = 0
    """0 lets the driver choose; ``receive_url`` says which it became."""
    tls: TlsFiles = field(default_factory=TlsFiles)
    say: Callable[[str], None] = _silent
    """Shows one text to the person at the terminal."""
    ask: Callable[[str], str] = _no_answer
    """Asks the person at the terminal; returns the line typed, and raises EOFError when nobody can answer."""
    person: Callable[[Action], Outcome] | None = None
    """Shows an action to a person at the live page and waits for the answer; None: nobody is there."""
    keep: Callable[[Action, KeptFile], None] = _not_kept
    """Puts a file into the run's evidence; may be called from any thread."""


class Driver(Protocol):
    """Asks one party's system. ``perform`` may be called from several threads at once."""

    def describe(self) -> dict[str, Any]:
        """Name, and what it can do: for the run's record."""
        ...

    def start(self, context: DriverContext) -> None:
        """Get ready. Raises: Blocked: it cannot be, and how to mend it."""
        ...

    @property
    def receive_url(self) -> str | None:
        """Return the URL at which it receives responses and alerts; None: the party's own endpoint, as registered."""
        ...

    def perform(self, action: Action) -> Outcome:
        """Ask, and wait for the outcome, no longer than the action's deadline.

        Whatever the party's system does becomes an outcome; ``blocked`` when it could not be asked at all.
        """
        ...

    def close(self) -> None:
        """Let go of everything; may be called twice."""
        ...


@contextmanager
def running(driver: Driver, context: DriverContext) -> Iterator[Driver]:
    """``driver`` started, and closed at the end whatever happens."""
    try:
        driver.start(context)
        yield driver
    finally:
        driver.close()
