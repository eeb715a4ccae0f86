"""``uept uep`` as people start it: from flags, and from a campaign's folder."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from harness.campaign.starting import campaign_text, start
from harness.cli import run
from schemas.load import UserRole
from tests.cli_kit import Refused, refuser

ID = "90-B3-D5-1F-30-01-00-00"


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Refused:
    return refuser(capsys)


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    text = campaign_text("A Party", "OTHER", "Client", "1", {UserRole.OU: [ID]})
    text = text.replace("# start = 2026-09-07", "start = 2026-09-07").replace(
        "# report = 2026-09-28", "report = 2026-09-28"
    )
    text += """
[roles.OU.steps.USER_ID]
status = "PASSED"
done_on = 2026-05-20
reference = "DCC-1"
evidence = ["evidence/user-id.txt"]
[credit]
as_of = 2026-06-01
unpaid = 18000
estimate = 22000
maximum_credit_value = 150000
unsecured_factor = 0.2
cpi = 135.0
"""
    start(tmp_path, text, "reference", [UserRole.OU])
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "user-id.txt").write_bytes(b"accepted")
    return tmp_path


def answer(capsys: pytest.CaptureFixture[str], *arguments: str | Path, code: int = 0) -> object:
    assert run(["uep", *map(str, arguments), "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_dates_come_from_flags_and_name_the_calendar(capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "dates", "--start", "2026-09-07", "--today", "2026-06-01")
    assert isinstance(found, dict)
    assert found["calendar_name"] == "England and Wales"
    assert [(one["on"], one["state"]) for one in found["deadlines"]] == [("2026-06-12", "due")]


def test_dates_come_from_the_campaign_and_go_into_a_calendar(
    campaign: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = answer(capsys, "dates", "--campaign", campaign, "--ics", tmp_path / "dates.ics", "--today", "2026-10-05")
    assert isinstance(found, dict)
    keys = [one["key"] for one in found["deadlines"]]
    assert keys == ["notice", "receipt", "review-strict", "review-lenient"]
    assert (tmp_path / "dates.ics").read_bytes().count(b"SUMMARY:OU: ") == 4


def test_the_checklist_takes_in_what_the_campaign_records(campaign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "checklist", "--campaign", campaign)
    assert isinstance(found, dict)
    states = {line["code"]: line["state"] for line in found["OU"]["lines"]}
    assert (states["USER_ID"], states["UEPT"], states["PRIVACY"]) == ("done", "in progress", "due")


def test_the_evidence_form_is_a_folder_with_digests(
    campaign: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], refused: Refused
) -> None:
    out = tmp_path / "form"
    found = answer(capsys, "evidence-form", "--campaign", campaign, "--out", out, code=1)
    assert isinstance(found, dict)
    assert found["files"] == [{"name": "OU-USER_ID-01-user-id.txt", "sha256": hashlib.sha256(b"accepted").hexdigest()}]
    assert (out / "OU-USER_ID-01-user-id.txt").read_bytes() == b"accepted"
    assert len((out / "MISSING.txt").read_text().splitlines()) == 4
    assert "not empty" in refused("uep", "evidence-form", "--campaign", campaign, "--out", out)


def test_credit_cover_from_the_campaign(campaign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "credit-cover", "--campaign", campaign)
    assert isinstance(found, dict)
    assert (found["requirement"], found["threshold"], found["shortfall"]) == ("10000.00", "2700", "10000.00")


def test_user_ids_that_break_the_rule_end_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "user-ids", "--user", f"IS={ID}", "--user", f"ED={ID}", code=1)
    assert isinstance(found, dict)
    assert len(found["problems"]) == 1
    assert run(["uep", "user-ids", "--user", f"IS={ID}", "--user", f"GS={ID}", "--range", "90-B3-D5"]) == 0


def test_facts_say_where_they_come_from(capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "facts", "notice")
    assert isinstance(found, list)
    assert [(one["key"], one["value"]) for one in found] == [("notice_working_days", "60")]
    assert "check" in found[0]["provenance"]


def test_accession_is_taken_from_the_party(campaign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = campaign / "campaign.toml"
    file.write_text(file.read_text().replace("# accession_date", "accession_date"))
    found = answer(capsys, "checklist", "--campaign", campaign)
    assert isinstance(found, dict)
    assert next(line for line in found["OU"]["lines"] if line["code"] == "ACCESSION")["state"] == "done"


def test_the_timeline_is_a_picture(campaign: Path, tmp_path: Path) -> None:
    assert run(["uep", "timeline", "--campaign", str(campaign), "--out", str(tmp_path / "t.svg")]) == 0
    assert (tmp_path / "t.svg").read_bytes().startswith(b"<svg ")


def test_bad_input_is_one_line(campaign: Path, tmp_path: Path, refused: Refused) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "no campaign.toml" in refused("uep", "checklist", "--campaign", empty)
    assert "2025 to 2030" in refused("uep", "dates", "--start", "2035-01-01")
    assert "no date" in refused("uep", "dates", "--start", "tomorrow")
    assert "no number" in refused("uep", "credit-cover", "--unpaid", "lots")
    assert "no role IS" in refused("uep", "timeline", "--campaign", campaign, "--role", "IS")
    assert "no User Role" in refused("uep", "user-ids", "--user", f"XX={ID}")
    assert "ROLE=EUI" in refused("uep", "user-ids", "--user", ID)
    assert "uept, security" in refused("uep", "dispute", "weather")
    assert "no calendar" in refused("uep", "dates", "--start", "2026-09-07", "--calendar", "FR")


def test_the_checklist_tells_the_category_and_the_day_of_each_decision(
    campaign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["uep", "checklist", "--category", "SMALL_SUPPLIER"]) == 0
    assert "Small Supplier (supply licence): fewer than 250000 domestic premises; usually seeks IS, ES, GS" in (
        capsys.readouterr().out
    )
    assert run(["uep", "checklist", "--category", "SHOP"]) == 2
    assert "'SHOP' is no party category" in capsys.readouterr().err


def test_recorded_disputes_stand_below_the_route(campaign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (campaign / "campaign.toml").open("a", encoding="utf-8") as file:
        file.write('[[disputes]]\nsubject = "credit"\nopened_on = 2026-09-20\n')
    assert run(["uep", "dispute", "credit", "--campaign", str(campaign)]) == 0
    assert "recorded: credit, every role, 2026-09-20: first route; open" in capsys.readouterr().out
    assert run(["uep", "dispute", "uept", "--campaign", str(campaign)]) == 0
    assert "recorded" not in capsys.readouterr().out
