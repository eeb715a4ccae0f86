"""``campaign.toml``: the Party, its roles, its system and the agreements. Written by people, never by the program.

JSON Schema: ``schemas/campaign/campaign.schema.json``; a test keeps it equal to these types.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from harness.uep.records import StepRecord
from schemas.load import UserRole

FILE_NAME = "campaign.toml"
Text = Annotated[str, Meta(description="Text.")]
Files = Annotated[tuple[str, ...], Meta(description="Evidence files, below the campaign's folder.")]
CategoryCode = Literal["LARGE_SUPPLIER", "SMALL_SUPPLIER", "NETWORK", "OTHER"]
CalendarCode = Literal["EW", "SCO", "UK_ALL"]


class _Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file: unknown keys are refused."""


class Party(_Record, frozen=True, kw_only=True):
    """The Party."""

    name: Annotated[str, Meta(min_length=1, description="Registered name.")]
    category: Annotated[CategoryCode, Meta(description="Party category.")]
    signifier: Annotated[str, Meta(description="Party signifier.")] = ""
    accession_date: Annotated[date | None, Meta(description="Acceded to the Code on; counts for ACCESSION.")] = None
    organisation_number: Annotated[str, Meta(description="As the Code Administrator allocated it.")] = ""
    eui64_ranges: Annotated[tuple[str, ...], Meta(description="Allocated identities: 90-B3-D5-1F-30-00-00-00/40.")] = ()


class System(_Record, frozen=True, kw_only=True):
    """The system under test, as it is to be reported."""

    name: Annotated[str, Meta(min_length=1, description="Product.")]
    version: Annotated[str, Meta(description="Release.")] = ""
    build: Annotated[str, Meta(min_length=1, description="The build that is reported.")]


class Dates(_Record, frozen=True, kw_only=True):
    """Dates of the tests of one role; an empty one is left out."""

    notice: Annotated[date | None, Meta(description="Notice given to DCC.")] = None
    start: Annotated[date | None, Meta(description="Planned or real start of the tests.")] = None
    end: Annotated[date | None, Meta(description="End of the tests.")] = None
    report: Annotated[date | None, Meta(description="Test Completion Report sent.")] = None
    receipt: Annotated[date | None, Meta(description="DCC confirmed receipt.")] = None
    review: Annotated[date | None, Meta(description="DCC said what follows from the report.")] = None
    review_result: Annotated[
        Literal["", "concluded", "further testing", "refused"], Meta(description="What DCC said.")
    ] = ""
    quality_gate: Annotated[date | None, Meta(description="Exit quality gate passed.")] = None
    certificate: Annotated[date | None, Meta(description="Test Completion Certificate issued.")] = None
    certificate_reference: Annotated[str, Meta(description="Its reference.")] = ""


class Role(_Record, frozen=True, kw_only=True):
    """One User Role that is sought."""

    user_ids: Annotated[tuple[str, ...], Meta(description="Proposed or accepted User IDs, EUI-64.")] = ()
    notified_on: Annotated[date | None, Meta(description="Code Administrator told (H1.9).")] = None
    mandate_date: Annotated[date | None, Meta(description="When a licence requires it, if it does.")] = None
    dates: Dates = Dates()
    steps: Annotated[
        dict[Literal["USER_ID", "UEPT", "SECURITY", "PRIVACY", "CREDIT"], StepRecord],
        Meta(description="The five steps of H1.10."),
    ] = {}


class People(_Record, frozen=True, kw_only=True):
    """Functions or role accounts, not personal names."""

    test_manager: Text = ""
    testers: tuple[str, ...] = ()
    approver: Text = ""
    contact: Text = ""


class Environment(_Record, frozen=True, kw_only=True):
    """Environment of the tests, beyond what the runs themselves tell."""

    name: Text = ""
    interface_version: Annotated[str, Meta(description="DUIS and MMC version of the Party's system.")] = ""
    time_source: Text = ""
    note: Text = ""


class TestPlan(_Record, frozen=True, kw_only=True):
    """Agreed scope of the tests."""

    reference: Annotated[str, Meta(description="Of the approved test plan.")] = ""
    settings: Annotated[str, Meta(description="The run file.")] = "uept.toml"
    priorities: Annotated[tuple[Literal["P1", "P2", "P3"], ...], Meta(description="Priorities that were agreed.")] = (
        "P1",
        "P2",
        "P3",
    )
    scenario_set: Annotated[str, Meta(description="Revision of the scenarios.")] = ""


class Deviation(_Record, frozen=True, kw_only=True):
    """A departure from the plan: open until somebody agreed to it, with function and date."""

    id: Annotated[str, Meta(min_length=1, description="Such as DEV-1.")]
    roles: Annotated[tuple[UserRole, ...], Meta(description="Roles it concerns; empty: all.")] = ()
    kind: Annotated[
        Literal["service unused", "scenario", "plan", "criterion"], Meta(description="What is deviated from.")
    ] = "plan"
    services: Annotated[tuple[str, ...], Meta(description="Services that the Party will not use.")] = ()
    scenarios: Annotated[tuple[str, ...], Meta(description="Scenario ids that it excuses.")] = ()
    criteria: Annotated[tuple[str, ...], Meta(description="Criteria that it excuses, such as EN-5.")] = ()
    text: Annotated[str, Meta(description="What is done otherwise.")] = ""
    reason: Annotated[str, Meta(min_length=1, description="Why.")]
    effect: Annotated[str, Meta(min_length=1, description="What follows for the Party's use of the DCC.")]
    agreed_by: Annotated[str, Meta(description="Function that agreed; empty: still open.")] = ""
    agreed_on: Annotated[date | None, Meta(description="When.")] = None
    confirmed_by: Annotated[
        str, Meta(description="Function of the reviewer who confirmed it; empty: it is the Party's claim.")
    ] = ""

    @property
    def is_agreed(self) -> bool:
        """Whether somebody agreed, with a date."""
        return bool(self.agreed_by.strip()) and self.agreed_on is not None


class Criterion(_Record, frozen=True, kw_only=True):
    """An entry or exit criterion as a person decided it."""

    met: bool = False
    on: date | None = None
    evidence: Files = ()
    approved_by: Text = ""
    note: Text = ""


class Artefact(_Record, frozen=True, kw_only=True):
    """A test artefact."""

    file: Annotated[str, Meta(min_length=1, description="Below the campaign's folder.")]
    approved_by: Text = ""
    approved_on: date | None = None


class Assessment(_Record, frozen=True, kw_only=True):
    """A security or privacy assessment of one role."""

    role: UserRole
    kind: Annotated[Literal["FUSA", "FUPA", "OPA"], Meta(description="Full security, full privacy, optional.")]
    applied_on: date | None = None
    booked_for: date | None = None
    status: Annotated[str, Meta(description="Such as Approved.")] = ""
    status_on: date | None = None


class CreditInstrument(_Record, frozen=True, kw_only=True):
    """Bank guarantee, letter of credit or cash deposit."""

    kind: Literal["bank guarantee", "letter of credit", "cash deposit"]
    amount: Decimal
    expiry: date | None = None


class Credit(_Record, frozen=True, kw_only=True):
    """Amounts from which Credit Cover is computed; pounds."""

    as_of: date
    unpaid: Decimal
    estimate: Decimal
    factor: Decimal = Decimal(1)
    apply_to: Literal["both", "estimate"] = "both"
    maximum_credit_value: Decimal = Decimal(0)
    unsecured_factor: Decimal = Decimal(0)
    cpi: Decimal = Decimal(100)
    base_cpi: Decimal = Decimal(100)
    instruments: tuple[CreditInstrument, ...] = ()


class Regression(_Record, frozen=True, kw_only=True):
    """A statement that results of one build hold for another."""

    from_build: Annotated[str, Meta(min_length=1)]
    to_build: Annotated[str, Meta(min_length=1)]
    statement: Annotated[str, Meta(min_length=1, description="What changed, and why the results still hold.")]
    scenarios: Annotated[tuple[str, ...], Meta(description="Scenario ids it covers; empty: all.")] = ()
    by: Annotated[str, Meta(min_length=1, description="Function that states it.")]
    on: date


class RunNote(_Record, frozen=True, kw_only=True):
    """A person's note on one run; the run itself is found by its evidence digest."""

    evidence: Annotated[str, Meta(min_length=8, description="Evidence digest, or its beginning (8 digits or more).")]
    build: Annotated[str, Meta(description="Build tested, where the run does not say so itself.")] = ""
    exclude: Annotated[str, Meta(description="Reason why this run does not count; empty: it counts.")] = ""
    note: Text = ""


class Dispute(_Record, frozen=True, kw_only=True):
    """A dispute and where it stands."""

    subject: Literal["uept", "security", "privacy", "credit"]
    role: UserRole | None = None
    opened_on: date
    stage: Literal["first route", "Panel", "Authority"] = "first route"
    outcome: Text = ""


class Words(_Record, frozen=True, kw_only=True):
    """Hand-written text of the report; marked as such wherever it is shown."""

    summary: Annotated[str, Meta(description="Up to three sentences for the first page.")] = ""
    observations: tuple[str, ...] = ()
    not_tested: tuple[str, ...] = ()


class Campaign(_Record, frozen=True, kw_only=True):
    """The whole file."""

    title: Annotated[str, Meta(description="Of the report.")] = "User Entry Process Tests"
    report_id: Annotated[str, Meta(description="Of the report, as the Party numbers it.")] = ""
    status: Annotated[Literal["draft", "submitted", "reviewed"], Meta(description="Of the report.")] = "draft"
    classification: Annotated[str, Meta(description="Such as: Confidential to the Party and DCC.")] = ""
    calendar: Annotated[CalendarCode, Meta(description="Whose bank holidays count.")] = "EW"
    severity_3_limit: Annotated[int, Meta(ge=0, description="Open issues of severity 3 that were agreed at most.")] = 5
    party: Party
    system: System
    roles: Annotated[dict[UserRole, Role], Meta(min_length=1, description="Roles sought.")]
    people: People = People()
    environment: Environment = Environment()
    plan: TestPlan = TestPlan()
    deviations: tuple[Deviation, ...] = ()
    entry_criteria: Annotated[dict[str, Criterion], Meta(description="EN-1 to EN-6.")] = {}
    exit_criteria: Annotated[dict[str, Criterion], Meta(description="Those decided by hand: EX-6.")] = {}
    artefacts: Annotated[dict[str, Artefact], Meta(description="By code: `uept uep checklist` names them.")] = {}
    prerequisites: Annotated[dict[str, StepRecord], Meta(description="By code, such as SREPT.")] = {}
    assessments: tuple[Assessment, ...] = ()
    credit: Credit | None = None
    regressions: tuple[Regression, ...] = ()
    runs: tuple[RunNote, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    words: Words = Words()
