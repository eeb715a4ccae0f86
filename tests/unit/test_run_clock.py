"""The run's clock: forward only, and never out of what dates can hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from stubs.clock import FASTEST, LATEST, VirtualClock

NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)


@pytest.mark.parametrize("rate", [-1.0, float("nan"), float("inf"), 1e300, FASTEST * 2])
def test_a_rate_that_no_date_survives_is_refused(rate: float) -> None:
    clock = VirtualClock(NOW, rate=0)
    with pytest.raises(ValueError, match="rate must be"):
        clock.set_rate(rate)
    with pytest.raises(ValueError, match="rate must be"):
        VirtualClock(NOW, rate=rate)
    assert clock.now() == NOW


def test_the_clock_does_not_go_back() -> None:
    clock = VirtualClock(NOW, rate=0)
    with pytest.raises(ValueError, match="cannot go back"):
        clock.jump(NOW - timedelta(seconds=1))


def test_the_clock_is_not_put_beyond_its_end() -> None:
    clock = VirtualClock(NOW, rate=0)
    with pytest.raises(ValueError, match="goes to 2100"):
        clock.jump(LATEST + timedelta(seconds=1))
    assert clock.now() == NOW


def test_the_clock_stops_at_its_end() -> None:
    clock = VirtualClock(LATEST - timedelta(microseconds=1), rate=FASTEST)
    while clock.now() != LATEST:
        pass
    assert clock.now() == LATEST
    assert VirtualClock(LATEST + timedelta(days=1)).now() == LATEST


def test_an_advance_never_fails_for_racing_with_the_running_clock() -> None:
    """Whatever passes between reading the clock and moving it: at this rate a microsecond is a second."""
    clock = VirtualClock(NOW, rate=FASTEST / 10_000)
    for _ in range(20_000):
        before = clock.now()
        clock.move_to(before)
        assert clock.now() >= before
        clock.advance(timedelta())
    with pytest.raises(ValueError, match="only goes forward"):
        clock.advance(timedelta(seconds=-1))


def test_a_move_to_the_past_stays_and_one_beyond_the_end_is_refused() -> None:
    clock = VirtualClock(NOW, rate=0)
    clock.move_to(NOW - timedelta(days=1))
    assert clock.now() == NOW
    clock.move_to(NOW + timedelta(days=1))
    assert clock.now() == NOW + timedelta(days=1)
    with pytest.raises(ValueError, match="goes to 2100"):
        clock.move_to(LATEST + timedelta(seconds=1))
