"""Refusals of the plugin."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from harness.checks import Finding, Verdict
from harness.engine.plugin import refuse_async
from harness.engine.scenario_errors import CheckBlocked, CheckFailed, NotAsked, ending_of, stop_for
from stubs.wire.errors import Misuse


async def coroutine_step() -> None:
    """Would pass without running."""


async def generator_step() -> AsyncIterator[None]:
    """Would pass without running."""
    yield


@pytest.mark.parametrize("step", [coroutine_step, generator_step])
def test_an_async_step_is_refused(step: Callable[..., Any]) -> None:
    with pytest.raises(Misuse, match="is async and would pass without running"):
        refuse_async(step)


def test_a_plain_step_is_let_through() -> None:
    refuse_async(lambda: None)


@pytest.mark.parametrize(
    ("verdict", "stop"),
    [
        (Verdict.FAIL, CheckFailed),
        (Verdict.BLOCKED, CheckBlocked),
        (Verdict.NOT_RUN, NotAsked),
        (Verdict.PASS, type(None)),
        (Verdict.WARNING, type(None)),
        (Verdict.ATTESTED, type(None)),
    ],
)
def test_a_finding_stops_its_scenario_or_not(verdict: Verdict, stop: type) -> None:
    stopped = stop_for(Finding(verdict, "e", "g", "r"))
    assert isinstance(stopped, stop)


def test_the_message_of_a_failed_check_is_three_lines() -> None:
    assert str(CheckFailed(Finding(Verdict.FAIL, "e", "g", "r"))).splitlines() == [
        "expected  e",
        "got       g",
        "rule      r",
    ]


@pytest.mark.parametrize("error", [ValueError("x"), AssertionError("x"), Misuse("x"), OSError("x")])
def test_an_unexpected_error_is_blocked(error: Exception) -> None:
    assert ending_of(error)[0] is Verdict.BLOCKED
