"""The state of our own devices follows the request; where it does not, the fault is ours and never the party's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from harness.checks import Finding, Owner, Verdict, evidence_of, judge
from harness.engine.results import ScenarioRun
from schemas.load import Srv, service_requests, state_effects
from stubs.events import DeviceChanged, Entry

if TYPE_CHECKING:
    from tests.clients.conftest import Bench

CHECK = "device-took-what-was-sent"
KEYS = (
    "SR-105-IS",
    "SR-106-IS",
    "SR-111-IS-2.1",
    "SR-112-IS",
    "SR-121-IS",
    "SR-501-IS",
    "IC-025-IS-8.7.1",
    "IC-021-IS",
)
Alter = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.fixture(scope="module")
def told(bench: Bench) -> Callable[..., Finding]:
    result = bench.run(select=" or ".join(KEYS))
    entries = list(bench.dcc.journal.entries(after=result.run.first - 1))
    runs = {one.key: one for one in result.run.scenarios}
    assert set(runs) == set(KEYS)
    return lambda key, check=CHECK, alter=dict, **parameters: _judged(entries, runs[key], check, alter, parameters)


def _judged(entries: list[Entry], run: ScenarioRun, check: str, alter: Alter, parameters: dict[str, Any]) -> Finding:
    altered = [
        replace(one, event=replace(one.event, values=alter(one.event.values)))
        if isinstance(one.event, DeviceChanged)
        else one
        for one in entries
    ]
    return judge(check, evidence_of(altered, run.id, run.role, run.first, run.last), parameters)


@pytest.mark.parametrize("key", KEYS)
def test_what_the_device_took_is_what_was_sent(told: Callable[..., Finding], key: str) -> None:
    finding = told(key)
    assert finding.verdict is Verdict.PASS, finding.lines
    assert finding.references


def other(name: str, value: Any) -> Alter:
    """The field with another value, wherever it changes."""
    return lambda values: {**values, name: value} if name in values else values


@pytest.mark.parametrize(
    ("key", "alter", "words"),
    [
        ("SR-105-IS", other("balance", 2_242_000), "balance is '2242000', told was 2742000 after 2242000"),
        ("SR-106-IS", other("payment_mode", "credit"), "payment_mode is 'credit', told was prepayment"),
        ("SR-111-IS-2.1", other("maximum_balance", 24100), "maximum_balance is '24100', told was 24100000"),
        ("SR-112-IS", other("credits", [[1, 10_000_000, "74521451339273755295"]]), "credited was nothing"),
        ("SR-112-IS", other("credits", []), "worth 1000 pence, credited was nothing"),
        ("SR-121-IS", other("display_message", "other"), "display_message is 'other'"),
        ("SR-501-IS", other("supply", "armed"), "supply is 'armed'"),
        ("IC-025-IS-8.7.1", other("joined", []), "joined is '[]', told was holds"),
        ("IC-021-IS", other("clock_status", "unreliable"), "clock_status is 'unreliable', told was reliable"),
    ],
)
def test_a_device_that_took_something_else_is_our_fault(
    told: Callable[..., Finding], key: str, alter: Alter, words: str
) -> None:
    finding = told(key, alter=alter)
    assert (finding.verdict, finding.owner) == (Verdict.BLOCKED, Owner.HARNESS), finding.lines
    assert words in finding.got


def test_what_a_named_check_misses_in_a_device_told_rightly_is_our_fault_too(told: Callable[..., Finding]) -> None:
    missed = told("SR-106-IS", "device-state-becomes", other("payment_mode", "credit"),
                  device=_meter(told), name="payment_mode", value="prepayment")  # fmt: skip
    assert (missed.verdict, missed.owner) == (Verdict.BLOCKED, Owner.HARNESS), missed.lines


def _meter(told: Callable[..., Finding]) -> str:
    return told("SR-106-IS", alter=other("payment_mode", "credit")).got.split()[2].rstrip(":")


def test_the_table_names_services_and_ways_that_there_are() -> None:
    ways = {"equals", "rises by", "holds", "lacks", "is credited"}
    for srv, rows in state_effects().items():
        assert Srv(srv) in service_requests()
        for row in rows:
            assert row.how in ways or row.how.startswith("is "), row
            assert row.provenance in {"stated", "inferred"}
            assert row.field
