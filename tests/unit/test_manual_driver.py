"""A person at the terminal, or nobody at all."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.drivers import Action, DriverContext, Outcome, make_driver, running
from harness.drivers.manual import instruction, read_values

ACTION = Action(
    id="a1",
    service="7.2",
    user="A0-B1-C2-D3-E4-01-00-00",
    role="IS",
    target="DE-51-CE-00-00-00-00-E1",
    parameters={"DeviceID": "x"},
    options={"command_variant": 1},
)


def perform(name: str, answers: list[str], action: Action = ACTION) -> tuple[Outcome, list[str]]:
    shown: list[str] = []

    def ask(question: str) -> str:
        shown.append(question)
        if not answers:
            raise EOFError
        return answers.pop(0)

    context = DriverContext(
        pki=Path(),
        users=(),
        urls={},
        state_dir=Path(),
        now=lambda: datetime(2026, 1, 15, tzinfo=UTC),
        say=shown.append,
        ask=ask,
    )
    with running(make_driver(name), context) as driver:
        return driver.perform(action), shown


def test_the_person_reads_what_to_do_and_with_which_device() -> None:
    _, shown = perform("manual", ["", "", ""])
    assert "7.2" in shown[0]
    assert "DE-51-CE-00-00-00-00-E1" in shown[0]
    assert "command variant: 1" in shown[0]


def test_the_actions_own_words_come_first() -> None:
    assert instruction(Action(id="a1", instruction="Disable the supply.")).startswith("Disable the supply.")


def test_an_action_without_words_of_its_own_gets_some() -> None:
    assert "alert" in instruction(Action(id="a1", kind="wait-alert"))


def test_enter_attests_with_code_and_values() -> None:
    outcome, _ = perform("manual", ["", "i0", "ActiveImportRegister=1234567 Unit='kW h' Factor=0.5 junk"])
    assert outcome.status == "attested"
    assert outcome.response_code == "I0"
    assert outcome.values == {"ActiveImportRegister": 1234567, "Unit": "kW h", "Factor": 0.5}


def test_an_answer_that_is_none_is_asked_for_again() -> None:
    outcome, shown = perform("manual", ["maybe", "r", "E-five", "E5"])
    assert (outcome.status, outcome.response_code) == ("refused", "E5")
    assert "'maybe' is not one of the answers" in shown
    assert any("not a response code" in text for text in shown)


@pytest.mark.parametrize(("answer", "status"), [("f", "failed"), ("t", "timeout"), ("u", "unsupported")])
def test_the_person_may_say_how_it_ended(answer: str, status: str) -> None:
    assert perform("manual", [answer, "", ""])[0].status == status


def test_without_a_terminal_the_action_is_blocked_with_advice() -> None:
    outcome, _ = perform("manual", [])
    assert outcome.status == "blocked"
    assert "observe" in outcome.detail


def test_unclosed_quotes_in_values_are_no_trouble() -> None:
    assert read_values("Name='open") == {"Name": "'open"}


def test_observing_asks_nobody() -> None:
    outcome, shown = perform("observe", [])
    assert outcome.status == "attested"
    assert len(shown) == 1
