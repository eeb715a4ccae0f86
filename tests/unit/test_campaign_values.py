"""Every value of a campaign replaced by one that cannot be: one line with file and key, or a campaign that can be used."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from harness.campaign.campaign_results import read_campaign_results
from harness.campaign.dates import deadlines_of, timeline_of
from harness.campaign.folder import CAMPAIGN, open_campaign
from harness.campaign.status import status_of
from harness.cli import run
from harness.reporting.completion.write import write_completion_report
from stubs.wire.errors import InputError
from tests.campaign_kit import make_campaign

TODAY = datetime(2026, 9, 28, 12, tzinfo=UTC)
MORE = """
[[deviations]]
id = "DEV-1"
kind = "service unused"
services = ["9.1"]
reason = "r"
effect = "e"
agreed_by = "DCC"
agreed_on = 2026-06-20
[entry_criteria.EN-1]
met = true
on = 2026-06-01
evidence = ["campaign.toml"]
[artefacts.TEST_PLAN]
file = "campaign.toml"
approved_on = 2026-07-01
[prerequisites.SREPT]
status = "PASSED"
done_on = 2026-05-20
evidence = ["campaign.toml"]
[[assessments]]
role = "OU"
kind = "FUSA"
applied_on = 2026-04-01
booked_for = 2026-07-06
status = "Approved"
[credit]
as_of = 2026-06-01
unpaid = 18000
estimate = 22000.5
unsecured_factor = 0.20
cpi = 135.0
[[credit.instruments]]
kind = "bank guarantee"
amount = 100
expiry = 2027-01-01
[[regressions]]
from_build = "0"
to_build = "1"
statement = "s"
by = "t"
on = 2026-09-20
[[disputes]]
subject = "uept"
role = "OU"
opened_on = 2026-09-20
[words]
observations = ["o"]
"""
DATES = {"notice": 6, "start": 9, "end": 9, "report": 9, "receipt": 9, "review": 10, "quality_gate": 10}
DAYS: tuple[Any, ...] = (date(1, 1, 1), date(9999, 12, 31), date(2031, 1, 1), date(2024, 1, 1))
NUMBERS: tuple[Any, ...] = (-1, 10**30, float("nan"), float("inf"))
TEXTS: tuple[Any, ...] = ("", "\0", "../../etc/passwd")
OTHERS: tuple[Any, ...] = (True, {"a": 1}, datetime(2026, 1, 1, 1, 1, tzinfo=UTC))


def wrong_values(value: Any) -> tuple[Any, ...]:
    """What is wrong in the value's own kind, and one of another kind."""
    match value:
        case bool() | dict() | list():
            return (1, "x")
        case date():
            return (*DAYS, *OTHERS[-1:])
        case int() | float():
            return (*NUMBERS, *OTHERS[:1])
        case _:
            return (*TEXTS, *OTHERS[1:2])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_campaign(tmp_path_factory.mktemp("c"), more=MORE)


@pytest.fixture(scope="module")
def whole(folder: Path) -> dict[str, Any]:
    """A campaign in which every table is filled."""
    values = tomllib.loads((folder / CAMPAIGN).read_text(encoding="utf-8"))
    values["party"] |= {"eui64_ranges": ["90-B3-D5-1F-30"], "accession_date": date(2026, 1, 5)}
    values["roles"]["OU"] |= {"user_ids": ["90-B3-D5-1F-30-01-00-00"], "notified_on": date(2026, 5, 4)}
    values["roles"]["OU"]["dates"] = {name: date(2026, month, 4) for name, month in DATES.items()}
    return values


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every table, list and value of a document, with where it stands."""
    if path:
        yield path, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from places(one, (*path, key))


def put(folder: Path, values: dict[str, Any]) -> None:
    (folder / CAMPAIGN).write_text(tomlkit.dumps(values), encoding="utf-8")


def test_a_wrong_value_anywhere_is_one_error_with_its_key_or_a_campaign_of_use(
    folder: Path, whole: dict[str, Any]
) -> None:
    refused = 0
    for path, value in places(whole):
        for wrong in wrong_values(value):
            put(folder, changed(whole, path, wrong))
            try:
                opened = open_campaign(folder)
                campaign = opened.campaign
                assert all(opened.digest(name) is not None for name, _ in opened.missing_evidence)
                for role in campaign.roles:
                    deadlines_of(campaign, role)
                    timeline_of(campaign, role, TODAY.date())
            except InputError as error:
                refused += 1
                assert CAMPAIGN in str(error), f"{path}: {error}"  # noqa: PT017 - not all are refused
    put(folder, whole)
    assert refused > 100


def test_text_that_no_spreadsheet_takes_is_written_all_the_same(folder: Path, whole: dict[str, Any]) -> None:
    values = changed(changed(whole, ("title",), "a\0b"), ("party", "name"), "\x01")
    put(folder, values)
    assert write_completion_report(read_campaign_results(open_campaign(folder)), TODAY).files["completion-report.xlsx"]
    put(folder, whole)


def test_the_filled_campaign_is_reported_in_every_format(folder: Path, whole: dict[str, Any]) -> None:
    put(folder, whole)
    campaign_results = read_campaign_results(open_campaign(folder))
    assert status_of(campaign_results, TODAY.date()).roles
    assert len(write_completion_report(campaign_results, TODAY).files) == 6


def changed(values: dict[str, Any], path: tuple[Any, ...], wrong: Any) -> dict[str, Any]:
    """A copy with one value replaced."""
    copied = copy.deepcopy(values)
    table = copied
    for key in path[:-1]:
        table = table[key]
    table[path[-1]] = wrong
    return copied


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"start": date(2026, 5, 1)}, "roles.OU.dates.start: 2026-05-01 lies before notice = 2026-06-04"),
        ({"receipt": date(2026, 9, 3)}, "roles.OU.dates.receipt: 2026-09-03 lies before report"),
        ({"certificate": date(2026, 10, 3)}, "roles.OU.dates.certificate: 2026-10-03 lies before quality_gate"),
        ({"end": date(2206, 9, 5)}, "roles.OU.dates.end: 2206-09-05 is not between 2000 and 2100"),
    ],
)
def test_dates_out_of_their_order_are_told_with_their_line(
    folder: Path, whole: dict[str, Any], change: dict[str, date], words: str
) -> None:
    values = copy.deepcopy(whole)
    values["roles"]["OU"]["dates"] |= change
    put(folder, values)
    with pytest.raises(InputError, match=rf"campaign\.toml:\d+: {words}"):
        open_campaign(folder)
    put(folder, whole)


def test_holidays_beyond_their_data_are_told_with_the_role(folder: Path, whole: dict[str, Any]) -> None:
    values = copy.deepcopy(whole)
    values["roles"]["OU"]["dates"] = {"notice": date(2030, 12, 2)}
    put(folder, values)
    with pytest.raises(InputError, match=r"campaign.toml: roles.OU.dates: bank holidays are known .* not for 2031"):
        status_of(read_campaign_results(open_campaign(folder)), TODAY.date())
    put(folder, whole)


@pytest.mark.parametrize(
    "arguments",
    [
        ["uep", "dates", "--assessment-applied", "9999-12-31"],
        ["uep", "dates", "--assessment-booked", "0001-01-01"],
        ["uep", "dates", "--start", "2031-03-03"],
        ["uep", "credit-cover", "--unpaid", "1e300"],
        ["uep", "credit-cover", "--unpaid", "nan"],
        ["uep", "credit-cover", "--unpaid", "1", "--ucf", "nan"],
        ["uep", "credit-cover", "--unpaid", "1", "--cpi", "inf"],
        ["uep", "credit-cover", "--unpaid", "1", "--base-cpi", "1e-30"],
    ],
)
def test_wrong_values_at_the_prompt_are_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "error of the harness" not in told
