"""One defect that shows in many scenarios is one line."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from harness.reporting.attention import grouped
from harness.reporting.model import Check, Scenario

NOW = datetime(2026, 1, 15, tzinfo=UTC)


def scenario(
    key: str, verdict: str, check: str = "", cause: str = "", owner: str = "Party", srv: str = "4.1.1"
) -> Scenario:
    checks = (Check(check, verdict, "e", "g", "r", 0, 1, 1, cause=cause),) if check else ()
    return Scenario(
        key=key, id=key, role="IS", attempt=1, title=key, scope="DUIS", priority="P1", polarity="positive", basis="own",
        services=(srv,), feature="f", verdict=verdict, reason=f"reason of {key}", started=NOW, finished=NOW, seconds=0.0,
        first=1, last=1, owner=owner, devices={}, steps=(), checks=checks, claims=(),
    )  # fmt: skip


def test_the_same_check_and_kind_of_difference_is_one_group() -> None:
    found = grouped(
        [
            scenario("A", "PASS"),
            scenario("B", "BLOCKED", owner="harness"),
            scenario("C", "FAIL", "reading-agrees", "scale"),
            scenario("D", "FAIL", "reading-agrees", "unit"),
            scenario("E", "FAIL", "reading-agrees", "scale", srv="4.2"),
        ]
    )
    assert [(group.verdict, [one.key for one in group.scenarios]) for group in found] == [
        ("FAIL", ["C", "E"]),
        ("FAIL", ["D"]),
        ("BLOCKED", ["B"]),
    ]
    assert found[0].services == ("4.1.1", "4.2")
    assert found[0].reason == "reason of C"


def test_another_owner_is_another_group() -> None:
    one = scenario("A", "FAIL", "c", "x")
    other = msgspec.structs.replace(one, key="B", owner="specification unclear")
    assert len(grouped([one, other])) == 2
