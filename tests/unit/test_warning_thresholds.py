"""Warning thresholds: told once when passed, in the hour, and never a reason to hold a request."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from stubs.access.thresholds import Thresholds
from stubs.wire.eui64 import Eui64

USER = Eui64.parse("A0-B1-C2-D3-E4-01-00-00")
NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)


def counted(thresholds: Thresholds, times: int, start: datetime = NOW) -> list[tuple[str, int] | None]:
    told = []
    for number in range(times):
        thresholds.count(USER, "8.2", start + timedelta(seconds=number))
        told.append(thresholds.warned(USER, "8.2"))
    return told


def test_a_user_is_warned_by_the_request_that_passes_the_threshold_and_by_no_other() -> None:
    thresholds = Thresholds({})
    thresholds.set_own(USER, "8.2", 2, is_warning=True)
    assert counted(thresholds, 5) == [None, None, ("8.2", 2), None, None]
    assert thresholds.breach(USER, "8.2", NOW) is None


def test_what_was_sent_an_hour_ago_does_not_count() -> None:
    thresholds = Thresholds({})
    thresholds.set_own(USER, "*", 2, is_warning=True)
    assert counted(thresholds, 2) == [None, None]
    assert counted(thresholds, 2, NOW + timedelta(hours=2)) == [None, None]


def test_a_warning_and_a_holding_threshold_count_apart() -> None:
    thresholds = Thresholds({})
    thresholds.set_own(USER, "8.2", 1, is_warning=True)
    thresholds.set_own(USER, "8.2", 3)
    assert counted(thresholds, 3) == [None, ("8.2", 1), None]
    assert thresholds.breach(USER, "8.2", NOW + timedelta(seconds=5)) is not None


def test_a_new_warning_threshold_counts_from_when_it_is_set_and_goes_when_it_is_taken_away() -> None:
    thresholds = Thresholds({})
    thresholds.set_own(USER, "8.2", 2, is_warning=True)
    counted(thresholds, 2)
    thresholds.set_own(USER, "8.2", 2, is_warning=True)
    assert counted(thresholds, 1) == [None]
    thresholds.set_own(USER, "8.2", None, is_warning=True)
    assert thresholds.is_idle
