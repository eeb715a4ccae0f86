"""Messages between a run and its workers: JSON, one message a line, on their standard streams."""

from __future__ import annotations

import msgspec

from harness.settings import RehearsalSettings


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """The first line a worker reads: what to run.

    Any further line means: stop after the scenario under way. The end of its standard input means: stop now.
    """

    settings: RehearsalSettings
    keys: tuple[str, ...]


class ShareTask(msgspec.Struct, frozen=True, kw_only=True):
    """A share of a plan, as it is handed to an executor: plain data, and no private key.

    Keys are read where the share runs: the settings name the folder of the PKI.
    """

    number: int
    """From 1, in the order of the plan."""
    settings: RehearsalSettings
    keys: tuple[str, ...]
    attempt: int = 1

    @property
    def home(self) -> str:
        """Name of the folder of this attempt."""
        return str(self.number) if self.attempt == 1 else f"{self.number}-{self.attempt}"


class ShareRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Record of a share: its journal in lines, and why it ended early, if it did."""

    journal: bytes = b""
    fate: str = ""
    is_lost: bool = False
    """It ended without saying why: it may be tried again elsewhere."""
    stuck: Stuck | None = None
    where: str = ""
    """The machine and process that ran it."""


class _Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """Base of all; the tag is the class's name."""


class Begun(_Message, frozen=True, kw_only=True, tag=True):
    """A scenario begins."""

    key: str
    title: str


class Stepping(_Message, frozen=True, kw_only=True, tag=True):
    """A step begins."""

    text: str


class Awaiting(_Message, frozen=True, kw_only=True, tag=True):
    """Something is waited for, for at most ``seconds`` more."""

    what: str
    seconds: float


class Said(_Message, frozen=True, kw_only=True, tag=True):
    """A text for the person at the terminal."""

    text: str


class Done(_Message, frozen=True, kw_only=True, tag=True):
    """A scenario ended."""

    key: str
    title: str
    verdict: str
    lines: tuple[str, ...]
    seconds: float


class Finished(_Message, frozen=True, kw_only=True, tag=True):
    """The worker's record is closed; it ends now."""


class Stuck(_Message, frozen=True, kw_only=True, tag=True):
    """The worker cannot go on, and how that is mended; ``exit_code`` is that of a command line."""

    what: str
    mend: str
    exit_code: int


Message = Begun | Stepping | Awaiting | Said | Done | Finished | Stuck
