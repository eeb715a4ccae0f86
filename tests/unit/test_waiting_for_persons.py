"""A check waits for the wire after a person has answered, and when nobody was asked at all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from harness.engine.deciding import is_only_observed
from stubs.events import Entry, OutcomeClaimed

NOW = datetime(2026, 1, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("claims", "is_waited_for"),
    [
        ([], False),
        ([{"status": "done"}], False),
        ([{"status": "attested"}], False),
        ([{"status": "attested", "observed": True}], True),
        ([{"status": "blocked", "observed": True}], False),
        ([{"status": "attested", "observed": True}, {"status": "done"}], False),
    ],
)
def test_only_who_was_not_asked_is_waited_for_until_the_deadline(
    claims: list[dict[str, Any]], *, is_waited_for: bool
) -> None:
    entries = [
        Entry(seq=seq, at=NOW, event=OutcomeClaimed(scenario="S", action=f"a{seq}", content=content), hash=b"")
        for seq, content in enumerate(claims, start=1)
    ]
    assert is_only_observed(entries) is is_waited_for
