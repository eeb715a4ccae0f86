"""Steps, User IDs, disputes, the evidence form and the timeline."""

from __future__ import annotations

import csv
from datetime import date

import pytest
from lxml import etree

from harness.uep import timeline
from harness.uep.checklist import category_of, checklist, is_complete
from harness.uep.dates import Given, deadlines
from harness.uep.disputes import route
from harness.uep.evidence_form import evidence_form
from harness.uep.records import StepRecord
from harness.uep.user_ids import EuiRange, user_id_problems
from harness.uep.working_days import WorkingCalendar
from schemas import process
from schemas.load import UserRole
from stubs.wire.errors import InputError
from stubs.wire.eui64 import Eui64

TODAY = date(2026, 6, 1)
ID = "90-B3-D5-1F-30-01-00-00"
DONE = StepRecord(status="PASSED", done_on=date(2026, 5, 1), reference="R-1")


def problems(users: dict[UserRole, list[str]], **more: list[str]) -> list[str]:
    ranges = [EuiRange.parse(text) for text in more.pop("ranges", [])]
    return [one.text for one in user_id_problems(users, ranges, **more)]


def test_every_row_of_the_process_says_where_it_comes_from() -> None:
    tables = (
        process.facts().values(),
        process.calendars().values(),
        process.steps().values(),
        process.prerequisites().values(),
        process.categories().values(),
        process.entry_criteria().values(),
        process.exit_criteria().values(),
        process.artefacts().values(),
        process.disputes().values(),
        process.assessment_statuses(),
    )
    rows = [row for table in tables for row in table]
    assert len(rows) > 50
    assert all(row.provenance for row in rows)
    assert {row.confidence for row in rows} == {"stated", "inferred"}
    assert {row.dispute for row in process.steps().values()} - {""} == set(process.disputes())
    assert {status.kind for status in process.assessment_statuses()} == {"FUSA", "FUPA", "OPA"}


def test_suppliers_may_share_a_user_id_and_nobody_else() -> None:
    assert problems({UserRole.IS: [ID], UserRole.ES: [ID], UserRole.GS: [ID.lower()]}) == []
    (text,) = problems({UserRole.IS: [ID], UserRole.OU: [ID.lower()]})
    assert "one role" in text


def test_a_role_may_have_several_user_ids() -> None:
    assert problems({UserRole.IS: [ID, "90-B3-D5-1F-30-01-00-01"]}) == []


def test_a_user_id_is_an_eui_in_the_range_and_neither_a_device_nor_anothers() -> None:
    assert "EUI-64" in problems({UserRole.IS: ["90-B3-D5"]})[0]
    assert problems({UserRole.IS: [ID]}, ranges=["90-B3-D5-1F-30"]) == []
    assert "outside" in problems({UserRole.IS: [ID]}, ranges=["90-B3-D5-1F-31", "00-00-00-00-00-00-00-00/8"])[0]
    assert "device" in problems({UserRole.IS: [ID]}, devices=[ID])[0]
    assert "another Party" in problems({UserRole.IS: [ID]}, others=[ID.lower()])[0]


@pytest.mark.parametrize("text", ["90-B3-D5-1F-30-00-00-00/65", "90-B3-D5-1F-30-00-00-00/0", "9", "", "x/8"])
def test_a_range_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no range"):
        EuiRange.parse(text)


def test_a_range_need_not_end_at_an_octet() -> None:
    one = EuiRange.parse("90-B3-D5-1F-30-00-00-00/36")
    assert Eui64.parse("90-B3-D5-1F-3F-FF-FF-FF") in one
    assert Eui64.parse("90-B3-D5-1F-40-00-00-00") not in one


def test_privacy_is_for_other_users_only() -> None:
    states = {role: {line.code: line.state for line in checklist(role, TODAY, {})} for role in UserRole}
    assert {role for role in UserRole if states[role]["PRIVACY"] != "not applicable"} == {UserRole.OU}
    assert all(state["SECURITY"] == "due" for state in states.values())


def test_a_role_is_complete_when_every_applicable_step_is_done() -> None:
    done = dict.fromkeys(("USER_ID", "UEPT", "SECURITY", "CREDIT"), DONE)
    assert is_complete(checklist(UserRole.IS, TODAY, done))
    assert not is_complete(checklist(UserRole.OU, TODAY, done))


@pytest.mark.parametrize(
    ("record", "state", "missing"),
    [
        (StepRecord(status="PASSED", done_on=TODAY), "incomplete", "certificate"),
        (StepRecord(status="PASSED", reference="R"), "incomplete", "date"),
        (StepRecord(status="PASSED", done_on=TODAY, reference="R", evidence=("gone.pdf",)), "incomplete", "gone.pdf"),
        (StepRecord(status="IN_PROGRESS", due_on=date(2026, 5, 1)), "late", "certificate"),
        (StepRecord(status="DISPUTED"), "disputed", "certificate"),
    ],
)
def test_passed_needs_a_date_and_evidence_that_is_there(record: StepRecord, state: str, missing: str) -> None:
    line = {line.code: line for line in checklist(UserRole.IS, TODAY, {"UEPT": record}, ["gone.pdf"])}["UEPT"]
    assert line.state == state
    assert missing.lower() in line.missing.lower()


def test_the_four_categories_name_their_roles() -> None:
    assert len(process.categories()) == 4
    assert category_of("OTHER") == (UserRole.OU, UserRole.RSA)
    with pytest.raises(InputError, match="NETWORK"):
        category_of("DNO")


def test_the_evidence_form_has_an_index_with_digests_and_names_what_is_missing() -> None:
    record = StepRecord(status="PASSED", done_on=TODAY, reference="=R", evidence=("a/letter.pdf", "gone.pdf"))
    lines = checklist(UserRole.IS, TODAY, {"USER_ID": record}, ["gone.pdf"])
    form = evidence_form(lines, {"a/letter.pdf": b"letter"}.get)
    assert [file.name for file in form.files] == ["IS-USER_ID-01-letter.pdf"]
    assert len(form.missing) == 4
    assert "gone.pdf" in form.missing[0]
    rows = list(csv.DictReader(form.index().decode().splitlines()))
    assert rows[0]["sha256"] == form.files[0].sha256
    assert rows[0]["reference"] == "'=R"
    assert not any("privacy" in row["step"].lower() for row in rows)


@pytest.mark.parametrize(
    ("subject", "clause"), [("uept", "H14"), ("security", "G8"), ("privacy", "I2"), ("credit", "J3.15")]
)
def test_a_dispute_goes_by_its_subject_then_to_panel_and_authority(subject: str, clause: str) -> None:
    stages = route(subject)
    assert [stage.order for stage in stages] == [1, 2, 3]
    assert stages[0].clause == clause
    assert all("check" in stage.note for stage in stages)
    assert "Ofgem" in stages[2].name


def test_a_dispute_about_nothing_known_is_refused() -> None:
    with pytest.raises(InputError, match="uept, security, privacy, credit"):
        route("weather")


def test_the_timeline_tells_what_is_late_in_words_too() -> None:
    given = Given(start=date(2026, 9, 7), report=date(2026, 5, 11))
    rows = timeline.marks(given, deadlines(given, WorkingCalendar()), TODAY)
    drawn = etree.fromstring(timeline.draw(rows, TODAY, "Process <of> IS").encode())
    text = " ".join(map(str, drawn.itertext()))
    assert "late" in text
    assert "Process <of> IS" in text
    assert "12 Jun 2026 Last day to give" in text


def test_a_timeline_without_a_date_says_so() -> None:
    assert "No date" in timeline.draw((), TODAY, "IS")
