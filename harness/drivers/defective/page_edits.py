"""The edits of defects on the self-service pages: of what is looked for or filled in, and of what is told of a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from harness.drivers.action import Action, Outcome
from harness.drivers.defective.client import EditAction, EditOutcome, Memory

Told = Callable[[Action, dict[str, Any]], dict[str, Any]]


def of_kind(begins: str, edit: Told, **statuses: str) -> EditOutcome:
    """Edit the values of actions whose kind begins so; a status that is a key of ``statuses`` becomes its value."""

    def edited(action: Action, outcome: Outcome, _memory: Memory) -> Outcome:
        if not action.kind.startswith(begins):
            return outcome
        status = statuses.get(outcome.status, outcome.status)
        return msgspec.structs.replace(outcome, status=status, values=edit(action, dict(outcome.values)))

    return edited


def as_it_is(_action: Action, given: dict[str, Any]) -> dict[str, Any]:
    """Nothing is changed."""
    return given


def without(*names: str) -> Told:
    """Values of these names are left out; lists are told as empty."""

    def edit(_action: Action, given: dict[str, Any]) -> dict[str, Any]:
        empty: dict[str, Any] = {name: [] for name in names if isinstance(given.get(name), list)}
        return {name: value for name, value in given.items() if name not in names} | empty

    return edit


def added(name: str, *more: str) -> Told:
    """A list of the values has more in it; ``{target}`` stands for the action's target."""

    def edit(action: Action, given: dict[str, Any]) -> dict[str, Any]:
        extra = [text.replace("{target}", action.target) for text in more]
        return {**given, name: [*given.get(name, []), *filter(None, extra)]}

    return edit


def added_row(row: Mapping[str, Any]) -> Told:
    """A row that no page shows."""
    return lambda _action, given: {**given, "rows": [*given.get("rows", []), dict(row)]}


def last_row_lost(_action: Action, given: dict[str, Any]) -> dict[str, Any]:
    """The last row of a page is overlooked."""
    return {**given, "rows": list(given.get("rows", []))[:-1], "seen": []}


def replaced(**values: Any) -> Told:
    """Replace some values of the report."""
    return lambda _action, given: {**given, **values}


def one_row_more(_action: Action, given: dict[str, Any]) -> dict[str, Any]:
    """A report has one row more than it has."""
    return {**given, "count": given["count"] + 1} if "count" in given else given


def part_of_a_report(_action: Action, given: dict[str, Any]) -> dict[str, Any]:
    """Rows of a report that was not given out."""
    return {**given, "count": given.get("count") or 1, "rows": given.get("rows") or [{"SRV": "11.2"}]}


def other_kind(of: str, becomes: str) -> EditAction:
    """Do something else than what is asked."""

    def edited(action: Action, _memory: Memory) -> Action:
        return msgspec.structs.replace(action, kind=becomes) if action.kind == of else action

    return edited


def opposite_actions(given: Mapping[str, str]) -> dict[str, str]:
    """Release what is to be deleted, and delete what is to be released."""
    other = {"release": "delete", "delete": "release"}
    return {name: other.get(str(value), value) for name, value in given.items()}
