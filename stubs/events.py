"""Frozen records of everything that happened: the only thing that is stored.

State (inventory, ledger, outbox, devices) is a fold over these records; the audit trail, the console, the report and
``uept judge`` are readers of them. Identities are canonical strings (dashed upper-case EUI-64, ``EUI:EUI:counter``),
instants are UTC, bodies are the exact bytes. Unknown kinds cannot be decoded: a journal is read by the version that
wrote it or a later one, so fields are added with defaults and never removed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from stubs.findings import Finding


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """Base of all events; the tag ``kind`` is the class's name."""


# --- the wire: requests of Users ---------------------------------------------------------------------------------


class RequestReceived(Event, frozen=True, kw_only=True, tag=True):
    """A POST arrived at one of the three web services, before any check."""

    exchange: str
    service: str
    peer: str
    content_type: str
    body: bytes


class RequestRefused(Event, frozen=True, kw_only=True, tag=True):
    """A rule said no. ``response_code`` is None when the refusal is a bare HTTP status."""

    exchange: str
    rule: str
    response_code: str | None
    http_status: int
    detail: str
    request_id: str | None = None
    user: str | None = None
    srv: str | None = None
    device: str | None = None


class RequestAccepted(Event, frozen=True, kw_only=True, tag=True):
    """Every check passed; processing follows."""

    exchange: str
    request_id: str
    user: str
    role: str
    srv: str
    command_variant: int
    device: str | None
    signed_by: str
    """Serial number (decimal) of the signing certificate."""
    notes: tuple[str, ...] = ()
    """What a tester should know, e.g. that an expired certificate was let through because a setting says so."""
    schema_version: str = ""
    """As the request states it; empty in journals of before it was recorded."""


class RequestAnswered(Event, frozen=True, kw_only=True, tag=True):
    """The answer in the HTTP exchange, byte for byte."""

    exchange: str
    status: int
    content_type: str
    body: bytes
    response_code: str | None


class AnswerLate(Event, frozen=True, kw_only=True, tag=True):
    """The answer in the HTTP exchange left late, or nobody was there to take it any more: no fault of the User's.

    Recorded when a second or more passed although no fault rule asked for it, and when the client had closed the
    connection before the answer left.
    """

    exchange: str
    seconds: float
    """Real seconds from the head of the request to the answer."""
    is_abandoned: bool
    """Whether the client had closed the connection."""


class PreCommandIssued(Event, frozen=True, kw_only=True, tag=True):
    """Transform handed out a Pre-Command."""

    request_id: str
    srv: str
    user: str
    device: str
    use_case: str
    message_code: str
    gbcs_version: str
    payload: bytes
    execution: str | None = None
    """ExecutionDateTime of the request, as written: the device holds the command until then."""


# --- the wire: devices --------------------------------------------------------------------------------------------


class LocalCommandIssued(Event, frozen=True, kw_only=True, tag=True):
    """A finished command was handed to the User for local delivery; its answer may come back by 8.13."""

    request_id: str
    data: dict[str, Any]
    """What the answer will need: the same members as of a command on the agenda."""


class RequestQuarantined(Event, frozen=True, kw_only=True, tag=True):
    """Anomaly detection holds an accepted request until it is released or rejected."""

    reference: str
    """QuarantineEventRef: decimal digits."""
    exchange: str
    request_id: str
    user: str
    role: str
    srv: str
    device: str | None
    breach: str
    """``ADUserThresholdBreach``, ``ADDCCThresholdBreach`` or ``ADAttributeLimitsBreach``."""
    detail: str
    document: bytes
    order: dict[str, str] | None
    """The command made of it (use case, message code, group in hexadecimal); None for a Non-Device request."""
    is_sequenced: bool = False
    """Whether other requests may wait for it."""


class QuarantineEnded(Event, frozen=True, kw_only=True, tag=True):
    """A quarantined request was released to be carried out, or rejected."""

    reference: str
    outcome: str
    """``released`` or ``rejected``."""


class CommandSent(Event, frozen=True, kw_only=True, tag=True):
    """A GBCS command left for a device over the simulated SM WAN."""

    command: str
    request_id: str | None
    srv: str
    device: str
    use_case: str
    message_code: str
    payload: bytes


class DeviceAnswered(Event, frozen=True, kw_only=True, tag=True):
    """The device's GBCS response reached the DCC."""

    command: str
    request_id: str | None
    device: str
    payload: bytes
    values: dict[str, Any] = {}
    """What the device put into the answer, before it was encrypted, in the names of its use case: what a judge that
    holds no keys compares a party's reading with."""


class DeviceSilent(Event, frozen=True, kw_only=True, tag=True):
    """No answer: not reachable, dropped by a fault, or the device refused to answer (its own checks failed)."""

    command: str
    request_id: str | None
    device: str
    reason: str
    response_code: str | None
    """E20 or E21 when the User is told, by settings."""


class DeviceManufactured(Event, frozen=True, kw_only=True, tag=True):
    """A simulated physical device came into being (it may not be in the inventory yet)."""

    device: str
    device_type: str
    variant: str
    seed: str
    values: dict[str, Any] = {}


class DeviceChanged(Event, frozen=True, kw_only=True, tag=True):
    """Fields of a simulated device's state that changed, with their new values."""

    device: str
    values: dict[str, Any]
    cause: str


# --- the wire: messages to Users ----------------------------------------------------------------------------------


class MessageQueued(Event, frozen=True, kw_only=True, tag=True):
    """A signed response or alert entered a User's outbox. ``body`` is what will be posted."""

    message: str
    user: str
    message_kind: str
    """``response``, ``device-alert`` or ``dcc-alert``."""
    request_id: str | None
    response_id: str | None
    response_code: str
    srv: str | None
    alert_code: str | None
    device: str | None
    body: bytes
    due: datetime


class MessageDelivered(Event, frozen=True, kw_only=True, tag=True):
    """The User's endpoint answered with a 2xx."""

    message: str
    attempt: int
    status: int


class DeliveryFailed(Event, frozen=True, kw_only=True, tag=True):
    """One attempt failed; ``next_attempt`` is None when the message is now held."""

    message: str
    attempt: int
    status: int | None
    reason: str
    next_attempt: datetime | None


class AlertRaised(Event, frozen=True, kw_only=True, tag=True):
    """A device or the DCC raised an alert; the message to the User follows as MessageQueued."""

    alert_kind: str
    """``device`` or ``dcc``."""
    code: str
    device: str | None
    recipient: str
    cause: str
    payload: bytes = b""


# --- the DCC's own records ----------------------------------------------------------------------------------------


class UserRegistered(Event, frozen=True, kw_only=True, tag=True):
    """A User (one EUI) with the roles it holds, and where its responses go."""

    user: str
    party: str
    roles: tuple[str, ...]
    receive_url: str | None
    """Its query, where tokens are, is kept beside the journal: what stands for it here says so."""
    status: str = "active"
    duis_version: str = ""
    """The DUIS version it uses; empty: that of the DCC."""


class MeterPointRegistered(Event, frozen=True, kw_only=True, tag=True):
    """Registration data of one meter point; EUIs of the responsible parties."""

    mpxn: str
    fuel: str
    """``electricity`` or ``gas``."""
    supplier: str | None
    network_operator: str | None
    agent: str = ""
    """Registered supplier agent; empty: any may act (inferred)."""
    postcode: str = ""
    address: str = ""
    uprn: str = ""


class RegistrationChanged(Event, frozen=True, kw_only=True, tag=True):
    """A meter point changes supplier, network operator or tenancy on a date; None leaves a party as it is."""

    mpxn: str
    since: datetime
    supplier: str | None = None
    network_operator: str | None = None
    is_new_tenancy: bool = False


class CoverageSet(Event, frozen=True, kw_only=True, tag=True):
    """SM WAN coverage of a place (UPRN or post code): ``values`` of 12.1's answer by DUIS names; empty forgets it."""

    place: str
    values: dict[str, Any]


class ProductListed(Event, frozen=True, kw_only=True, tag=True):
    """An entry of the certified products list: a firmware version of a device model, with its image's SHA-256."""

    manufacturer: str
    model: str
    firmware_version: str
    device_type: str = ""
    gbcs_version: str = ""
    hash: str = ""
    """Hexadecimal; empty: any image goes by this version."""
    status: str = "Active"


class ThresholdSet(Event, frozen=True, kw_only=True, tag=True):
    """A User's own anomaly-detection threshold for a service (``*``: all together); None takes it away."""

    user: str
    srv: str
    limit: int | None
    is_warning: bool = False
    """Whoever passes it is warned; above one that is none, requests are held."""


class ThresholdWarned(Event, frozen=True, kw_only=True, tag=True):
    """A User's requests of an hour passed its warning threshold; nothing is held."""

    user: str
    srv: str
    """Of the threshold; ``*``: all together."""
    limit: int
    request_id: str
    """Of the request that passed it."""


class InventoryChanged(Event, frozen=True, kw_only=True, tag=True):
    """Fields of one Smart Metering Inventory record that changed; ``values`` uses the DUIS element names."""

    device: str
    values: dict[str, Any]
    cause: str


class ItemScheduled(Event, frozen=True, kw_only=True, tag=True):
    """Something is due later: a held command, a retry, a time-out, a schedule's next run."""

    item: str
    what: str
    due: datetime
    data: dict[str, Any]


class ItemDone(Event, frozen=True, kw_only=True, tag=True):
    """A scheduled item fired or was cancelled."""

    item: str
    outcome: str


class CertificateIssued(Event, frozen=True, kw_only=True, tag=True):
    """The test authority issued a certificate (DER)."""

    eui: str
    usage: str
    """``DS`` or ``KA``."""
    role: str | None
    """OU of an organisation certificate; None for a device."""
    der: bytes


class CertificateFiled(Event, frozen=True, kw_only=True, tag=True):
    """A public signing certificate (DER) put beside the evidence, so that a reader checks signatures without keys."""

    eui: str
    role: str | None
    """OU of an organisation certificate; None for a device."""
    der: bytes


# --- the run's surroundings ---------------------------------------------------------------------------------------


class ControlUsed(Event, frozen=True, kw_only=True, tag=True):
    """A tester's hand moved the world: what follows at the same instant is the effect."""

    origin: str
    """``scenario`` (a step), ``live-page`` (a person), ``control-api`` (a program outside the run)."""
    operation: str
    """Name of the control operation, such as ``set-device``."""
    parameters: dict[str, Any]


class ClockMoved(Event, frozen=True, kw_only=True, tag=True):
    """The run's clock was set, jumped, frozen or scaled."""

    mode: str
    now: datetime
    rate: float
    cause: str


class JournalStalled(Event, frozen=True, kw_only=True, tag=True):
    """The journal could not be written (disk full): what was under way was taken back and refused."""

    detail: str


class DccReset(Event, frozen=True, kw_only=True, tag=True):
    """The simulated DCC was put back to its beginning.

    Inventory, meter points, devices, agenda, outbox and faults are empty; Users and the counters of identities stay.
    ``seed`` is what later identities are derived from.
    """

    seed: str


class FaultSet(Event, frozen=True, kw_only=True, tag=True):
    """A fault rule was armed."""

    fault: str
    rule: dict[str, Any]


class FaultCleared(Event, frozen=True, kw_only=True, tag=True):
    """A fault rule was taken away."""

    fault: str


class FaultApplied(Event, frozen=True, kw_only=True, tag=True):
    """A fault rule bent one message."""

    fault: str
    effect: str
    subject: str
    """Exchange, command or message id."""


class PersonSignedIn(Event, frozen=True, kw_only=True, tag=True):
    """Somebody signed in to the SSI, or was refused."""

    session: str
    person: str
    user: str
    role: str
    accepted: bool
    reason: str = ""


class SignInLocked(Event, frozen=True, kw_only=True, tag=True):
    """Too many wrong guesses for one name at the SSI: nobody signs in by it until then."""

    person: str
    """As typed, whether somebody has that name or not."""
    until: datetime


class PersonSignedOut(Event, frozen=True, kw_only=True, tag=True):
    """A person ended the session on the self-service pages; one that times out ends without an event."""

    session: str
    person: str
    user: str
    role: str


class PageViewed(Event, frozen=True, kw_only=True, tag=True):
    """The SSI served a page; ``shown`` lists the identities it displayed."""

    session: str
    person: str
    user: str
    role: str
    path: str
    status: int
    title: str
    query: dict[str, str]
    shown: tuple[str, ...]
    method: str = "GET"
    """``POST`` for what a form was answered with."""
    agent: str = ""
    """What the browser called itself (HTTP, User-Agent)."""


# --- the Self-Service Interface and service management -------------------------------------------------------------


class ActRefused(Event, frozen=True, kw_only=True, tag=True):
    """A signed-in person asked the SSI for a function that the User Role or the person's job types do not have."""

    session: str
    person: str
    user: str
    role: str
    path: str
    function: str
    reason: str


class PersonSet(Event, frozen=True, kw_only=True, tag=True):
    """An administrator of a Party created, changed or removed somebody who may sign in."""

    person: str
    user: str
    roles: tuple[str, ...]
    job_types: tuple[str, ...]
    status: str
    """``active``, ``disabled`` or ``removed``."""
    descriptor: str
    secret_digest: str
    """Of the first pass phrase (scrypt, hexadecimal, with its salt before a colon)."""
    by: str


class IncidentRaised(Event, frozen=True, kw_only=True, tag=True):
    """An incident entered the Incident Management Log."""

    reference: str
    user: str
    """EUI-64 of the raiser."""
    party: str
    person: str
    category: int
    title: str
    description: str
    target: datetime
    """When it should be resolved."""
    device: str = ""
    mpxn: str = ""
    request_id: str = ""
    component: str = ""
    interested: tuple[str, ...] = ()
    """EUIs of Users that may see it too."""


class IncidentUpdated(Event, frozen=True, kw_only=True, tag=True):
    """Something was added to an incident; ``status`` is empty when it stays."""

    reference: str
    user: str
    """Empty: the DCC."""
    person: str
    update: str
    """``comment``, ``evidence``, ``escalation``, ``resolved``, ``closed`` or ``reopened``."""
    text: str
    status: str = ""
    interested: tuple[str, ...] = ()
    """Users that became interested parties."""


class ServiceAlertSet(Event, frozen=True, kw_only=True, tag=True):
    """The DCC published a service alert, or changed it."""

    alert: str
    title: str
    components: tuple[str, ...]
    state: str
    """``degraded``, ``unavailable`` or ``information``."""
    impact: str
    """Geographic impact."""
    update: str
    is_major: bool = False
    """Whether it belongs to a Major Incident."""
    expected: datetime | None = None
    """Expected resolution."""
    is_closed: bool = False


class MaintenanceSet(Event, frozen=True, kw_only=True, tag=True):
    """The DCC published maintenance, or changed it."""

    maintenance: str
    title: str
    services: tuple[str, ...]
    starts: datetime
    ends: datetime
    detail: str = ""
    is_planned: bool = True
    is_cancelled: bool = False


class ManagementRequestRaised(Event, frozen=True, kw_only=True, tag=True):
    """A service management service request (SMSR)."""

    reference: str
    user: str
    person: str
    request_type: str
    text: str


class ManagementRequestUpdated(Event, frozen=True, kw_only=True, tag=True):
    """A service management service request changed its status."""

    reference: str
    status: str
    text: str


class FileSubmitted(Event, frozen=True, kw_only=True, tag=True):
    """A signed file was submitted on the SSI; ``accepted`` says whether it was carried out."""

    reference: str
    user: str
    person: str
    file_kind: str
    """``thresholds`` or ``actions``."""
    name: str
    request: str
    """The service management request it belongs to; empty: none."""
    body: bytes
    signature: bytes
    signed_by: str
    """Serial number (decimal) of the signing certificate; empty: no valid signature."""
    accepted: bool
    detail: str


class HubForecastMade(Event, frozen=True, kw_only=True, tag=True):
    """A forecast of Communications Hubs for a month, region and variant; a later one replaces it."""

    user: str
    person: str
    month: str
    region: str
    variant: str
    quantity: int


class HubsOrdered(Event, frozen=True, kw_only=True, tag=True):
    """An order of Communications Hubs."""

    reference: str
    user: str
    person: str
    month: str
    region: str
    variant: str
    quantity: int
    site: str


class HubOrderChanged(Event, frozen=True, kw_only=True, tag=True):
    """An order of Communications Hubs changed its status."""

    reference: str
    status: str
    detail: str
    """Such as the number of the delivery note."""


class ReportRun(Event, frozen=True, kw_only=True, tag=True):
    """A report was run on the SSI."""

    run: str
    report: str
    user: str
    person: str
    role: str
    parameters: dict[str, str]
    rows: int
    outcome: str
    """``complete``, ``empty`` or ``too-large``: then nothing was given out."""


# --- a rehearsal --------------------------------------------------------------------------------------------------


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
    """What the party's system said it concluded."""

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
    """What the check said. In journals before it stood here: the five fields below, which are no longer written."""
    verdict: str = ""
    expected: str = ""
    got: str = ""
    rule: str = ""
    references: tuple[int, ...] = ()


class ScenarioFinished(Event, frozen=True, kw_only=True, tag=True):
    """One scenario ended with its verdict."""

    scenario: str
    attempt: int
    role: str
    verdict: str
    reason: str = ""
    owner: str = ""
    """Who has to act on it (``stubs.findings.Owner``); empty for PASS, and in journals before it stood here."""


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
    """The time it states, ISO 8601; whoever trusts it reads it from ``response``."""


class TimeStampFailed(Event, frozen=True, kw_only=True, tag=True):
    """A time stamp over the hash of an entry was asked for and not got."""

    entry: int
    authority: str
    reason: str


# --- a load rehearsal ---------------------------------------------------------------------------------------------


class LoadStarted(Event, frozen=True, kw_only=True, tag=True):
    """A load rehearsal began; ``facts`` holds profile, rate, seconds, limits and what else the plan follows from."""

    run: str
    facts: dict[str, Any]


class LoadEnded(Event, frozen=True, kw_only=True, tag=True):
    """Messages that ended, in the order in which they did, by one sender."""

    sender: int
    rows: bytes
    """68 octets a message: number, planned, sent, ended (microseconds), status, attempts, ending, SHA-256."""


class LoadSampled(Event, frozen=True, kw_only=True, tag=True):
    """One message of a load rehearsal in full, as it was posted first."""

    number: int
    response_id: str
    message_kind: str
    body: bytes


class LoadProcessed(Event, frozen=True, kw_only=True, tag=True):
    """What the Party says it processed: numbers of messages, 8 octets each, in its order; all ones: of none of ours."""

    source: str
    numbers: bytes


class LoadAsked(Event, frozen=True, kw_only=True, tag=True):
    """The Party's client was asked for a request while load was on; how that went, and real seconds it took."""

    number: int
    status: str
    seconds: float
    detail: str = ""


class LoadFinished(Event, frozen=True, kw_only=True, tag=True):
    """A load rehearsal ended; ``complete`` is False when it was interrupted."""

    run: str
    complete: bool
    reason: str = ""
    """What went wrong beside what was measured: a sender that died, a Party that did not say what it processed."""


AnyEvent = (
    RequestReceived
    | RequestRefused
    | RequestAccepted
    | RequestAnswered
    | AnswerLate
    | PreCommandIssued
    | LocalCommandIssued
    | RequestQuarantined
    | QuarantineEnded
    | CommandSent
    | DeviceAnswered
    | DeviceSilent
    | DeviceManufactured
    | DeviceChanged
    | MessageQueued
    | MessageDelivered
    | DeliveryFailed
    | AlertRaised
    | UserRegistered
    | MeterPointRegistered
    | RegistrationChanged
    | CoverageSet
    | ProductListed
    | ThresholdSet
    | ThresholdWarned
    | InventoryChanged
    | ItemScheduled
    | ItemDone
    | CertificateIssued
    | CertificateFiled
    | ControlUsed
    | ClockMoved
    | JournalStalled
    | DccReset
    | FaultSet
    | FaultCleared
    | FaultApplied
    | PersonSignedIn
    | SignInLocked
    | PersonSignedOut
    | PageViewed
    | ActRefused
    | PersonSet
    | IncidentRaised
    | IncidentUpdated
    | ServiceAlertSet
    | MaintenanceSet
    | ManagementRequestRaised
    | ManagementRequestUpdated
    | FileSubmitted
    | HubForecastMade
    | HubsOrdered
    | HubOrderChanged
    | ReportRun
    | RunStarted
    | ScenarioStarted
    | StepFinished
    | ActionAsked
    | OutcomeClaimed
    | EvidenceFiled
    | CheckJudged
    | ScenarioFinished
    | RunFinished
    | CheckAttested
    | ChainTimeStamped
    | TimeStampFailed
    | LoadStarted
    | LoadEnded
    | LoadSampled
    | LoadProcessed
    | LoadAsked
    | LoadFinished
)
"""The tagged union every journal entry holds one of."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the journal.

    ``hash`` is SHA-256 over the previous hash (32 bytes), the sequence number (8 bytes, big-endian), the instant
    (ISO 8601, UTC) and the event's JSON as stored; so altering, dropping or reordering any entry breaks the chain.
    """

    seq: int
    at: datetime
    """The run's clock, UTC."""
    event: AnyEvent
    hash: bytes
