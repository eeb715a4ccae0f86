"""Comparing what a party says it read with what a device sent: names and numbers, no conversion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.checks.comparing import is_number, is_same
from harness.checks.comparing import named as value_of


def disagreements(sent: Mapping[str, Any], claimed: Mapping[str, Any], names: tuple[str, ...] = ()) -> list[str]:
    """One sentence per named value that is missing or differs.

    Args:
        sent: what the device put into its answer, names of the use case.
        claimed: what the party reports.
        names: which values must be there; empty means every number that was sent, and every value where no number
            was.
    """
    found: list[str] = []
    for name in names or _compared(sent):
        said = value_of(claimed, name, _UNSAID)
        if said is _UNSAID:
            found.append(f"{name} {_MISSING}")
        elif not is_same(sent.get(name), said):
            found.append(f"{name} is {said!r}, the device sent {sent.get(name)!r}")
    return found


def only_missing(found: list[str]) -> bool:
    """Whether nothing was said otherwise than it was sent: what is missing is not claimed."""
    return bool(found) and all(one.endswith(_MISSING) for one in found)


_UNSAID, _MISSING = object(), "is missing"


def _compared(sent: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(name for name, value in sent.items() if is_number(value)) or tuple(sent)


def named(sent: Mapping[str, Any], names: tuple[str, ...] = ()) -> str:
    """The values that were compared, in words."""
    wanted = names or _compared(sent)
    return ", ".join(f"{name} {sent.get(name)!r}" for name in wanted)
