"""DLMS date-times that are not plain UTC: converted by their deviation, or refused; shown with their octets.

Source of the values: COSEM Blue Book, date and time formats. The deviation is local time to UTC in minutes, signed, 8000
when not given; bit 7 of the clock status says that summer time is in force, FF that the status is not given.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from stubs.wire.gbcs.dlms import read_moment
from stubs.wire.gbcs.octets import GbcsError
from stubs.wire.gbcs.view.words import date_time_words, is_date_time


@pytest.mark.parametrize(
    ("octets", "utc"),
    [
        ("07ea010fff0a1e00008000ff", datetime(2026, 1, 15, 10, 30, tzinfo=UTC)),
        ("07ea010f040a1e0000000000", datetime(2026, 1, 15, 10, 30, tzinfo=UTC)),
        # 60 minutes east of Greenwich: local time plus -60 is UTC.
        ("07ea070fff0a1e0000ffc480", datetime(2026, 7, 15, 9, 30, tzinfo=UTC)),
        ("07ea070fff0a1e0000ffc4ff", datetime(2026, 7, 15, 9, 30, tzinfo=UTC)),
        ("07ea010fff0a1e0000012cff", datetime(2026, 1, 15, 15, 30, tzinfo=UTC)),
        # Across midnight and the turn of the year; hundredths are cut.
        ("07ea0101ff001e0063ff88ff", datetime(2025, 12, 31, 22, 30, tzinfo=UTC)),
        ("07ea010fff0a1e00ff8000ff", datetime(2026, 1, 15, 10, 30, tzinfo=UTC)),
    ],
)
def test_local_time_becomes_utc(octets: str, utc: datetime) -> None:
    assert read_moment(bytes.fromhex(octets)) == utc
    words = date_time_words(bytes.fromhex(octets))
    assert words.startswith(utc.strftime("%Y-%m-%dT%H:%M:%SZ"))
    assert (octets in words) == (not octets.endswith("ff0a1e00008000ff"))
    assert is_date_time(bytes.fromhex(octets))


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        ("07ea070fff0a1e0000800080", "summer time without a deviation"),
        ("07ea070fff0a1e000002d1ff", "a deviation from UTC"),
        ("07ea070fff0a1e0000fd2fff", "a deviation from UTC"),
        ("07ea070fff0a1e00648000ff", "hundredths"),
        ("ffff070fff0a1e00008000ff", "not a DLMS date-time"),
        ("07eaff0fff0a1e00008000ff", "not a DLMS date-time"),
        ("07eafd0fff0a1e00008000ff", "not a DLMS date-time"),
        ("07ea07feff0a1e00008000ff", "not a DLMS date-time"),
        ("07ea070fffff1e00008000ff", "not a DLMS date-time"),
        ("07ea070fff0a1eff008000ff", "not a DLMS date-time"),
    ],
)
def test_what_cannot_be_converted_is_refused_and_shown_as_it_was_read(octets: str, why: str) -> None:
    with pytest.raises(GbcsError, match=why):
        read_moment(bytes.fromhex(octets))
    words = date_time_words(bytes.fromhex(octets))
    assert "Z" not in words
    shown = words.replace("-", "").lower()
    assert octets[:18] in shown or "ff is any" in shown
