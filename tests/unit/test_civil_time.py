"""British civil time: summer time by its rule, local midnights, and days called by words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.engine.civil_time import DAYS, local_midnight, next_day_called, offset_at
from stubs.wire.errors import Misuse

NOW = datetime(2026, 11, 28, 17, 0, tzinfo=UTC)
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2037, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


@given(INSTANTS)
def test_local_time_is_that_of_the_time_zone_data_base(instant: datetime) -> None:
    try:
        london = ZoneInfo("Europe/London")
    except ZoneInfoNotFoundError:
        pytest.skip("no time zone data on this machine")
    assert offset_at(instant) == instant.astimezone(london).utcoffset()


@pytest.mark.parametrize(
    ("day", "half_hours"),
    [("the day after the clocks go forward", 46), ("the day after the clocks go back", 50), ("a day in June", 48)],
)
def test_the_local_day_before_has_as_many_half_hours_as_the_clocks_say(day: str, half_hours: int) -> None:
    now = next_day_called(day, NOW)
    assert local_midnight(now, 0) - local_midnight(now, -1) == timedelta(minutes=30) * half_hours


@pytest.mark.parametrize(
    ("words", "instant"),
    [
        ("the day before the clocks go forward", "2027-03-27T12:00:00+00:00"),
        ("the day after the clocks go back", "2027-11-01T12:00:00+00:00"),
        ("the 1st of March of a leap year", "2028-03-01T12:00:00+00:00"),
        ("the 30th of January", "2027-01-30T12:00:00+00:00"),
    ],
)
def test_a_day_called_by_words_is_the_next_one(words: str, instant: str) -> None:
    assert next_day_called(words, NOW).isoformat() == instant


@pytest.mark.parametrize("words", DAYS)
@given(instant=INSTANTS)
def test_a_day_called_by_words_lies_ahead(words: str, instant: datetime) -> None:
    assert instant < next_day_called(words, instant) <= instant + timedelta(days=8 * 366 + 1)


def test_an_unknown_day_is_told_with_the_known_ones() -> None:
    with pytest.raises(Misuse, match="the 30th of January"):
        next_day_called("doomsday", NOW)
