"""Two results side by side: what got worse, what was mended, what is new or gone, what fails for another reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec


class Change(StrEnum):
    """Change of one scenario; in the order in which people want to read it."""

    REGRESSION = "regression"
    """It passed, and does not any more."""
    FIXED = "fixed"
    """It did not pass, and does now."""
    VERDICT = "verdict"
    """Neither passed nor passes, with another verdict."""
    REASON = "reason"
    """The same verdict for another reason."""
    NEW = "new"
    GONE = "gone"
    SAME = "same"


class ScenarioOutcome(msgspec.Struct, frozen=True):
    """The part of a scenario in ``result.json`` that is compared; other fields are ignored."""

    key: str
    title: str
    verdict: str
    reason: str = ""
    priority: str = ""


class RoleOutcome(msgspec.Struct, frozen=True):
    """The part of a role in ``result.json`` that is compared."""

    role: str
    verdict: str
    reason: str = ""


class ResultFile(msgspec.Struct, frozen=True):
    """The part of ``result.json`` that is compared."""

    run: str
    scenarios: tuple[ScenarioOutcome, ...]
    roles: tuple[RoleOutcome, ...] = ()
    not_started: tuple[str, ...] = ()
    evidence_digest: str = ""


class ScenarioChange(msgspec.Struct, frozen=True):
    """One scenario in both runs; ``was`` and ``now`` are verdicts, empty where it did not exist."""

    key: str
    title: str
    change: Change
    was: str
    now: str
    why: str


class Difference(msgspec.Struct, frozen=True):
    """All that differs between two runs, and how many are the same."""

    old: str
    new: str
    changes: tuple[ScenarioChange, ...]
    same: int
    roles: tuple[tuple[str, str, str], ...]
    """Role, verdict before, verdict now; only where they differ."""

    def of(self, *kinds: Change) -> tuple[ScenarioChange, ...]:
        """The changes of these kinds."""
        return tuple(one for one in self.changes if one.change in kinds)

    @property
    def counts(self) -> dict[str, int]:
        """Return the number of changes of each kind, the same ones too."""
        found = {kind.value: len(self.of(kind)) for kind in Change if kind is not Change.SAME}
        return found | {Change.SAME.value: self.same}


_PASSED = frozenset({"PASS", "RETEST_PASS", "ATTESTED", "WARNING"})


def compare(old: ResultFile, new: ResultFile) -> Difference:
    """Return the changes from ``old`` to ``new``."""
    before, after = ({one.key: one for one in result.scenarios} for result in (old, new))
    found = [_change(before.get(key), after.get(key)) for key in dict.fromkeys((*before, *after))]
    order = list(Change)
    listed = sorted((one for one in found if one.change is not Change.SAME), key=lambda one: order.index(one.change))
    was, now = ({one.role: one.verdict for one in result.roles} for result in (old, new))
    roles = [(role, was.get(role, ""), now.get(role, "")) for role in dict.fromkeys((*was, *now))]
    return Difference(
        old=old.run,
        new=new.run,
        changes=tuple(listed),
        same=len(found) - len(listed),
        roles=tuple(row for row in roles if row[1] != row[2]),
    )


def _change(old: ScenarioOutcome | None, new: ScenarioOutcome | None) -> ScenarioChange:
    one = new or old
    assert one is not None, "a key comes from one of the two"
    was, now = (old.verdict if old else ""), (new.verdict if new else "")
    return ScenarioChange(one.key, one.title, _kind(old, new), was, now, one.reason if new else "")


def _kind(old: ScenarioOutcome | None, new: ScenarioOutcome | None) -> Change:
    if old is None or new is None:
        return Change.NEW if old is None else Change.GONE
    did, does = old.verdict in _PASSED, new.verdict in _PASSED
    if did and not does:
        return Change.REGRESSION
    if does and not did:
        return Change.FIXED
    if old.verdict != new.verdict:
        return Change.VERDICT
    return Change.REASON if not does and old.reason != new.reason else Change.SAME


def as_rows(changes: Iterable[ScenarioChange]) -> list[Sequence[str]]:
    """Columns for a terminal: change, scenario, before, now, why."""
    return [(one.change.value, one.key, one.was or "-", one.now or "-", one.why or one.title) for one in changes]


def as_plain(difference: Difference) -> Mapping[str, Any]:
    """The whole difference, JSON-plain."""
    plain: dict[str, Any] = msgspec.to_builtins(difference)
    return plain | {"counts": difference.counts}


def as_markdown(difference: Difference) -> str:
    """A comment for a merge request: the sum first, then a table of what differs."""
    counts = ", ".join(f"{number} {kind}" for kind, number in difference.counts.items() if number)
    lines = [f"**Rehearsal**: {counts or 'nothing was compared'} ({difference.old} → {difference.new})", ""]
    lines += [f"- {role}: {was or 'not run'} → {now or 'not run'}" for role, was, now in difference.roles]
    if difference.changes:
        lines += ["", "| change | scenario | before | now | why |", "|---|---|---|---|---|"]
        cells = ([cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in as_rows(difference.changes))
        lines += [f"| {' | '.join(row)} |" for row in cells]
    return "\n".join(lines) + "\n"
