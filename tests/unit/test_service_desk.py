"""Service management: the fold, what a snapshot keeps, what a reset clears; signed files line by line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import ssi_tables as tables
from schemas.load import UserRole
from stubs import events
from stubs.dcc.state.dcc_state import new_state
from stubs.dcc.state.fold import fold
from stubs.dcc.state.snapshot import snapshot_of, state_from
from stubs.events import AnyEvent
from stubs.service_desk import FOLDS, FieldError, ServiceDesk, reset
from stubs.service_desk import records as kept
from stubs.service_desk.files import read_actions, read_thresholds
from stubs.service_desk.people import digest_of, matches
from stubs.settings import DccSettings

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
USER, OTHER = "A0-B1-C2-D3-E4-01-00-00", "A0-B1-C2-D3-E4-03-00-00"

HISTORY: tuple[AnyEvent, ...] = (
    events.IncidentRaised(
        reference="INC0000001", user=USER, party="A", person="kim", category=2, title="t", description="d", target=NOW
    ),
    events.IncidentUpdated(
        reference="INC0000001", user="", person="", update="closed", text="x", status="closed", interested=(OTHER,)
    ),
    events.ServiceAlertSet(
        alert="SA0000001", title="t", components=("SM WAN",), state="degraded", impact="North", update="u"
    ),
    events.MaintenanceSet(
        maintenance="MNT0000001", title="t", services=("SM WAN",), starts=NOW, ends=NOW + timedelta(hours=1)
    ),
    events.ManagementRequestRaised(
        reference="SMSR0000001", user=USER, person="kim", request_type="other", text="please"
    ),
    events.ManagementRequestUpdated(reference="SMSR0000001", status="done", text="ok"),
    events.FileSubmitted(
        reference="FILE0000001", user=USER, person="kim", file_kind="thresholds", name="f", request="SMSR0000001",
        body=b"", signature=b"", signed_by="1", accepted=True, detail="",
    ),
    events.HubForecastMade(user=USER, person="kim", month="2026-05", region="North", variant="Dual Band", quantity=7),
    events.HubsOrdered(
        reference="ORD0000001", user=USER, person="kim", month="2026-05", region="North", variant="Dual Band",
        quantity=7, site="Depot",
    ),
    events.HubOrderChanged(reference="ORD0000001", status="delivered", detail="note"),
    events.PersonSet(
        person="Kim", user=USER, roles=(), job_types=("read-only",), status="active", descriptor="", secret_digest="",
        by="admin",
    ),
    events.ReportRun(
        run="RUN0000001", report="RSAT_001", user=USER, person="kim", role="IS", parameters={}, rows=3,
        outcome="complete",
    ),
)  # fmt: skip


def _folded() -> ServiceDesk:
    desk = ServiceDesk()
    for event in HISTORY:
        FOLDS[type(event)](desk, event, NOW)
    return desk


def test_every_kind_of_event_is_in_the_history() -> None:
    assert {type(event) for event in HISTORY} == set(FOLDS)


BEGUN: tuple[tuple[type[events.Event], type[msgspec.Struct], set[str]], ...] = (
    (events.IncidentRaised, kept.Incident, {"person"}),
    (events.ServiceAlertSet, kept.Alert, {"update", "is_closed"}),
    (events.MaintenanceSet, kept.Maintenance, {"is_cancelled"}),
    (events.ManagementRequestRaised, kept.ManagementRequest, set()),
    (events.FileSubmitted, kept.SubmittedFile, {"body", "signature"}),
    (events.HubForecastMade, kept.Forecast, {"person"}),
    (events.HubsOrdered, kept.Order, set()),
    (events.PersonSet, kept.PersonRecord, {"by"}),
    (events.ReportRun, kept.Run, {"person"}),
)
"""An event, the record that it begins, and the fields of the event that the record leaves to the journal."""


@pytest.mark.parametrize(("event", "record", "left"), BEGUN)
def test_a_record_has_what_the_event_says_that_begins_it(
    event: type[events.Event], record: type[msgspec.Struct], left: set[str]
) -> None:
    told, held = ({field.name: field.type for field in msgspec.structs.fields(one)} for one in (event, record))
    assert told.keys() - held.keys() == left
    assert {name: held[name] for name in told.keys() & held.keys()} == {
        name: told[name] for name in told.keys() & held.keys()
    }


def test_an_incident_closed_by_the_dcc_is_seen_by_those_added() -> None:
    incident = _folded().incidents["INC0000001"]
    assert (incident.status, incident.closed, incident.notes[0].by) == ("closed", NOW, "DCC")
    assert (incident.is_visible_to(USER), incident.is_visible_to(OTHER), incident.is_visible_to("")) == (
        True,
        True,
        False,
    )


def test_a_snapshot_of_the_dcc_holds_the_desk() -> None:
    state = new_state(DccSettings())
    for event in HISTORY:
        fold(state, event, NOW)
    again = state_from(DccSettings(), snapshot_of(state))
    assert again.desk == state.desk == _folded()


def test_a_reset_keeps_people_and_goes_on_counting() -> None:
    desk = _folded()
    reset(desk)
    assert list(desk.people) == ["kim"]
    assert not any(
        value for name, value in msgspec.structs.asdict(desk).items() if name not in {"people", "given", "resets"}
    )
    assert desk.resets == 1
    assert desk.next_reference("INC") == "INC0000002"


def test_a_removed_person_is_gone_and_what_names_nothing_changes_nothing() -> None:
    desk = _folded()
    before = msgspec.structs.asdict(desk)
    for event in (
        events.IncidentUpdated(reference="INC9", user="", person="", update="comment", text="x"),
        events.ManagementRequestUpdated(reference="SMSR9", status="x", text="x"),
        events.HubOrderChanged(reference="ORD9", status="x", detail=""),
    ):
        FOLDS[type(event)](desk, event, NOW)
    assert msgspec.structs.asdict(desk) == before
    FOLDS[events.PersonSet](desk, msgspec.structs.replace(HISTORY[-2], status="removed"), NOW)
    assert desk.people == {}


def _problem_of(read: Callable[[bytes], object], octets: bytes) -> FieldError | None:
    try:
        assert read(octets)
    except FieldError as error:
        return error
    return None


@given(st.binary(max_size=200))
def test_any_file_is_rows_or_one_field_error(octets: bytes) -> None:
    for read in (read_thresholds, read_actions):
        problem = _problem_of(read, octets)
        assert problem is None or (problem.field == "file" and problem.suggestion)


def test_rows_of_files_are_read() -> None:
    thresholds = read_thresholds(b"\xef\xbb\xbfServiceReferenceVariant,Threshold\r\n4.1.1,10\r\n*,\r\n")
    assert [(row.srv, row.limit) for row in thresholds] == [("4.1.1", 10), ("*", None)]
    actions = read_actions(b"QuarantineReference,Action\n1,Release\n2,Delete\n")
    assert [(row.reference, row.is_released) for row in actions] == [("1", True), ("2", False)]


@pytest.mark.parametrize("phrase", ["", "p", "pâte à choux", "x" * 200])
def test_a_digest_matches_its_pass_phrase_only(phrase: str) -> None:
    digest = digest_of(phrase, "00ff")
    assert matches(digest, phrase)
    assert not matches(digest, f"{phrase} ")
    assert not matches("", phrase)


# --- the tables ---


def test_tables_name_each_other_and_their_origin() -> None:
    functions = tables.functions()
    for row in functions.values():
        assert row.component in tables.components(), row
        assert row.roles <= {role.value for role in UserRole}, row
        assert row.provenance
    for job in tables.job_types().values():
        assert job.functions <= functions.keys(), job
    assert {name for job in tables.job_types().values() for name in job.functions} == functions.keys()
    assert list(tables.incident_categories()) == [1, 2, 3, 4, 5]
    assert set(tables.reports()) == {"RSMI_001", "RSMI_002", "RSMI_003", "RSMI_004", "RSAT_001", "RSAT_002"}


@pytest.mark.parametrize(
    ("code", "word"), [("I0", "complete"), ("E5", "status"), ("E062301", "correct"), ("8F3F", "device"), ("", "")]
)
def test_every_code_has_advice(code: str, word: str) -> None:
    assert word in tables.advice(code).lower()


def test_a_person_has_what_its_job_types_and_its_role_both_have() -> None:
    assert "hub-orders" in tables.allowed("IS", None)
    assert "hub-orders" not in tables.allowed("OU", None)
    assert tables.allowed("IS", frozenset({"administrator"})) == tables.job_types()["administrator"].functions
    assert tables.allowed("IS", frozenset({"nothing"})) == frozenset()
