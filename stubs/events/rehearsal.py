"""A rehearsal: scenarios, steps, actions, verdicts, time stamps."""

from __future__ import annotations

from typing import Any

from stubs.events.base import Event
from stubs.findings import Finding


class RunStarted(Event, frozen=True, kw_only=True, tag=True):
    """A rehearsal began; ``facts`` names versions, settings digest, driver, roles, certificates, seed."""

    run: str
    facts: dict[str, Any]


class ScenarioStarted(Event, frozen=True, kw_only=True, tag=True):
    """One scenario began, for one role."""

    scenario: str
    attempt: int
    role: str
    title: str
    scope: str
    priority: str
    srvs: tuple[str, ...]
    feature: str
    premises: dict[str, Any]
    """Names of the scenario's devices to their EUIs, and its meter points."""
    key: str = ""
    """Unique in the plan: id, role and number. In journals before it stood here: ``premises["key"]``."""
    first: int = 0
    """Sequence number of the first entry of its evidence. Before: ``premises["first"]``."""
    user: str = ""
    """EUI-64 of the User under test. Before: ``premises["user"]``."""
    party: str = ""
    """Name of the User's party. Before: ``premises["party"]``."""


class StepFinished(Event, frozen=True, kw_only=True, tag=True):
    """One Gherkin step ended; ``status`` is ``passed``, ``failed``, ``blocked`` or ``skipped``."""

    scenario: str
    attempt: int
    role: str
    index: int
    keyword: str
    text: str
    status: str
    seconds: float
    detail: str = ""


class ActionAsked(Event, frozen=True, kw_only=True, tag=True):
    """The party's system was asked to act."""

    scenario: str
    action: str
    content: dict[str, Any]


class OutcomeClaimed(Event, frozen=True, kw_only=True, tag=True):
    """The Party's system reported the outcome of an action."""

    scenario: str
    action: str
    content: dict[str, Any]


class EvidenceFiled(Event, frozen=True, kw_only=True, tag=True):
    """A picture or another file that a person or the party's script gave with an action."""

    scenario: str
    action: str
    name: str
    """File name without folders."""
    media_type: str
    body: bytes
    source: str = "driver"
    """``driver`` or ``person``."""
    note: str = ""


class CheckJudged(Event, frozen=True, kw_only=True, tag=True):
    """One check's verdict over the entries from ``first`` to ``last`` (sequence numbers, both included)."""

    scenario: str
    role: str
    check: str
    parameters: dict[str, Any]
    first: int
    last: int
    finding: Finding | None = None
    """Finding of the check. In journals before it stood here: the five fields below, which are no longer written."""
    verdict: str = ""
    expected: str = ""
    got: str = ""
    rule: str = ""
    references: tuple[int, ...] = ()
    user: str = ""
    """EUI of another party of the scenario whose conduct was judged; empty: the party under test."""
    late: float = 0.0
    """Seconds that the run itself was late where the end of the wait decided, beyond what it made up for."""


class ScenarioFinished(Event, frozen=True, kw_only=True, tag=True):
    """One scenario ended with its verdict."""

    scenario: str
    attempt: int
    role: str
    verdict: str
    reason: str = ""
    owner: str = ""
    """Owner who has to act on it (``stubs.findings.Owner``); empty for PASS, and in journals before it stood here."""


class RunFinished(Event, frozen=True, kw_only=True, tag=True):
    """The rehearsal ended; ``complete`` is False when it was interrupted."""

    run: str
    complete: bool


class CheckAttested(Event, frozen=True, kw_only=True, tag=True):
    """A person's word for what a check left to a person, said after the run, of a sealed bundle.

    ``entries`` are the CheckJudged entries it speaks of; ``said_at`` is the wall clock's time, ISO 8601 in UTC.
    """

    scenario: str
    """Key of the scenario run, such as ``SR-605-OU``."""
    check: str
    entries: tuple[int, ...]
    by: str
    """Function of the person, such as ``test manager``."""
    note: str
    said_at: str
    previous: str
    """SHA-256, lower-case hex, of the manifest of the revision that the person had before them."""
    file_name: str = ""
    """A file that shows it, as it lies in the bundle below ``attachments/``; empty: none was given."""
    file_sha256: str = ""


class ChainTimeStamped(Event, frozen=True, kw_only=True, tag=True):
    """An outsider's time stamp (RFC 3161) over the hash of an entry, and so over every entry up to it."""

    entry: int
    """Number of the entry whose hash was stamped."""
    head: str
    """That hash, lower-case hex; what the authority saw is the SHA-256 of its 32 octets."""
    authority: str
    """Address that was asked, as it may be shown."""
    response: bytes
    """The TimeStampResp, DER."""
    stated: str
    """The time it states, ISO 8601; a reader who trusts its authority reads it from ``response``."""


class TimeStampFailed(Event, frozen=True, kw_only=True, tag=True):
    """A time stamp over the hash of an entry was asked for and not got."""

    entry: int
    authority: str
    reason: str
