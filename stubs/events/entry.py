"""The union of all events, and one line of the journal."""

from __future__ import annotations

from datetime import datetime

import msgspec

from stubs.events.devices import (
    CommandSent,
    DeviceAnswered,
    DeviceChanged,
    DeviceManufactured,
    DeviceSilent,
    LocalCommandIssued,
    QuarantineEnded,
    RequestQuarantined,
)
from stubs.events.load import (
    LoadAsked,
    LoadEnded,
    LoadFinished,
    LoadProcessed,
    LoadSampled,
    LoadStarted,
)
from stubs.events.messages import (
    AlertRaised,
    DeliveryFailed,
    MessageDelivered,
    MessageQueued,
)
from stubs.events.records import (
    CertificateFiled,
    CertificateIssued,
    CoverageSet,
    InventoryChanged,
    ItemDone,
    ItemScheduled,
    MeterPointRegistered,
    ProductListed,
    RegistrationChanged,
    ThresholdSet,
    ThresholdWarned,
    UserRegistered,
)
from stubs.events.rehearsal import (
    ActionAsked,
    ChainTimeStamped,
    CheckAttested,
    CheckJudged,
    EvidenceFiled,
    OutcomeClaimed,
    RunFinished,
    RunStarted,
    ScenarioFinished,
    ScenarioStarted,
    StepFinished,
    TimeStampFailed,
)
from stubs.events.requests import (
    AnswerLate,
    PreCommandIssued,
    RequestAccepted,
    RequestAnswered,
    RequestReceived,
    RequestRefused,
)
from stubs.events.service_management import (
    ActRefused,
    FileSubmitted,
    HubForecastMade,
    HubOrderChanged,
    HubsOrdered,
    IncidentRaised,
    IncidentUpdated,
    MaintenanceSet,
    ManagementRequestRaised,
    ManagementRequestUpdated,
    PersonSet,
    ReportRun,
    ServiceAlertSet,
)
from stubs.events.surroundings import (
    ClockMoved,
    ControlUsed,
    DccReset,
    FaultApplied,
    FaultCleared,
    FaultSet,
    JournalStalled,
    PageViewed,
    PersonSignedIn,
    PersonSignedOut,
    SignInLocked,
)

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
