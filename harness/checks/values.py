"""Comparing what a party says it read with what a device sent: names and numbers, no conversion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def disagreements(sent: Mapping[str, Any], claimed: Mapping[str, Any], names: tuple[str, ...] = ()) -> list[str]:
    """One sentence per named value that is missing or differs.

    Args:
        sent: what the device put into its answer, names of the use case.
        claimed: what the party reports.
        names: which values must be there; empty means every number that was sent, and every value where no number
            was.
    """
    wanted = names or _compared(sent)
    found: list[str] = []
    for name in wanted:
        if name not in claimed:
            found.append(f"{name} is missing")
        elif not is_same(sent.get(name), claimed[name]):
            found.append(f"{name} is {claimed[name]!r}, the device sent {sent.get(name)!r}")
    return found


def _compared(sent: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(name for name, value in sent.items() if is_number(value)) or tuple(sent)


def is_number(value: object) -> bool:
    """Whether a value is a number; True and False are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_same(sent: object, claimed: object) -> bool:
    """Equal; numbers may be written as text (a driver speaks JSON), text is compared without regard to case.

    Lists and groups of values are the same when each of their values is.
    """
    if sent == claimed:
        return True
    if isinstance(sent, Mapping) and isinstance(claimed, Mapping):
        return sent.keys() == claimed.keys() and all(is_same(value, claimed[name]) for name, value in sent.items())
    if isinstance(sent, list | tuple) and isinstance(claimed, list | tuple):
        return len(sent) == len(claimed) and all(map(is_same, sent, claimed))
    if is_number(sent) or is_number(claimed):
        try:
            return float(str(sent)) == float(str(claimed))
        except ValueError:
            return False
    return str(sent).strip().upper() == str(claimed).strip().upper()


def named(sent: Mapping[str, Any], names: tuple[str, ...] = ()) -> str:
    """The values that were compared, in words."""
    wanted = names or _compared(sent)
    return ", ".join(f"{name} {sent.get(name)!r}" for name in wanted)
