"""The edits that defects are made of. Each is a small function, or makes one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from harness.drivers.action import Action, Outcome
from harness.drivers.defective.client import EditAction, EditOutcome, Memory
from stubs.wire.duis import Node

EditValue = Callable[[Any], Any]

# --- what is reported --------------------------------------------------------------------------------------------


def values(edit: Callable[[dict[str, Any]], dict[str, Any]]) -> EditOutcome:
    """Edit the values of outcomes that have some."""

    def edited(_action: Action, outcome: Outcome, _memory: Memory) -> Outcome:
        return msgspec.structs.replace(outcome, values=edit(dict(outcome.values))) if outcome.values else outcome

    return edited


def numbers(edit: EditValue) -> EditOutcome:
    """Edit every number of the values, at any depth."""
    return values(
        lambda given: _deep(
            given, edit, lambda value: isinstance(value, int | float) and value is not True and value is not False
        )
    )


def texts(edit: EditValue) -> EditOutcome:
    """Edit every text of the values, at any depth."""
    return values(lambda given: _deep(given, edit, lambda value: isinstance(value, str)))


def lists(edit: Callable[[list[Any]], list[Any]]) -> EditOutcome:
    """Edit every list of the values."""
    return values(
        lambda given: {name: edit(value) if isinstance(value, list) else value for name, value in given.items()}
    )


def _deep(value: Any, edit: EditValue, wanted: Callable[[Any], bool]) -> Any:
    if isinstance(value, Mapping):
        return {name: _deep(one, edit, wanted) for name, one in value.items()}
    if isinstance(value, list):
        return [_deep(one, edit, wanted) for one in value]
    return edit(value) if wanted(value) else value


def an_hour_later(text: str) -> str:
    """Return an instant in UTC an hour later; other text unchanged."""
    return _later(text, timedelta(hours=1))


def half_an_hour_later(text: str) -> str:
    """An instant in UTC told half an hour later, as one that confuses beginning and end of a half hour does."""
    return _later(text, timedelta(minutes=30))


def _later(text: str, by: timedelta) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{moment + by:%Y-%m-%dT%H:%M:%SZ}" if "T" in text else text


def day_only(text: str) -> str:
    """Return the day of an instant; other text unchanged."""
    return text[:10] if _later(text, timedelta()) == text and "T" in text else text


def shifted_names(given: dict[str, Any]) -> dict[str, Any]:
    """Every value under the name of the one before it."""
    names = list(given)
    return dict(zip(names[1:] + names[:1], given.values(), strict=True))


def swapped_numbers(given: dict[str, Any]) -> dict[str, Any]:
    """The first two numbers in each other's place."""
    names = [name for name, value in given.items() if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(names) > 1:
        given[names[0]], given[names[1]] = given[names[1]], given[names[0]]
    return given


def rotated(name: str) -> Callable[[list[Any]], list[Any]]:
    """One field of the items of a list moved on by one item."""

    def edit(items: list[Any]) -> list[Any]:
        if not all(isinstance(item, Mapping) for item in items):
            return items
        moved = [item.get(name) for item in items[1:] + items[:1]]
        return [
            {**item, name: value} if value is not None else dict(item) for item, value in zip(items, moved, strict=True)
        ]

    return edit


def status(becomes: Mapping[str, str]) -> EditOutcome:
    """Another status than the one concluded."""

    def edited(_action: Action, outcome: Outcome, _memory: Memory) -> Outcome:
        return msgspec.structs.replace(outcome, status=becomes.get(outcome.status, outcome.status))

    return edited


def status_of_code(begins: str, becomes: str) -> EditOutcome:
    """Another status for outcomes whose response code begins so."""

    def edited(_action: Action, outcome: Outcome, _memory: Memory) -> Outcome:
        is_meant = outcome.response_code.startswith(begins)
        return msgspec.structs.replace(outcome, status=becomes) if is_meant else outcome

    return edited


def of_kind(kind: str, **fields: Any) -> EditOutcome:
    """Fields of every outcome of actions of one kind replaced."""

    def edited(action: Action, outcome: Outcome, _memory: Memory) -> Outcome:
        return msgspec.structs.replace(outcome, **fields) if action.kind == kind else outcome

    return edited


def once(kind: str) -> EditOutcome:
    """Only the first action of a kind brings anything; later ones time out."""

    def edited(action: Action, outcome: Outcome, memory: Memory) -> Outcome:
        if action.kind != kind or memory.last(kind) is None:
            return outcome
        return Outcome(action=outcome.action, status="timeout")

    return edited


def changed(**fields: Any) -> EditOutcome:
    """Fields of every ``send`` outcome replaced."""

    def edited(action: Action, outcome: Outcome, _memory: Memory) -> Outcome:
        return msgspec.structs.replace(outcome, **fields) if action.kind == "send" else outcome

    return edited


def processed(more: int) -> EditOutcome:
    """Messages counted wrongly."""

    def edited(action: Action, outcome: Outcome, _memory: Memory) -> Outcome:
        count = max(0, outcome.messages_processed + more)
        return msgspec.structs.replace(outcome, messages_processed=count) if action.kind == "send" else outcome

    return edited


def values_of_before(when: frozenset[str]) -> EditOutcome:
    """Replace the values of outcomes with these statuses by those of an earlier reading, or by made-up ones."""

    def edited(action: Action, outcome: Outcome, memory: Memory) -> Outcome:
        if action.kind != "send" or outcome.status not in when:
            return outcome
        return msgspec.structs.replace(outcome, values=memory.last_values() or {"ActiveImportRegister": 4711})

    return edited


def first_values_for_ever(action: Action, outcome: Outcome, memory: Memory) -> Outcome:
    """The values of the first reading of a service, whatever comes later."""
    for asked, before in memory.outcomes:
        if asked.service == action.service and before.values and outcome.values:
            return msgspec.structs.replace(outcome, values=dict(before.values))
    return outcome


def request_id_of_before(_action: Action, outcome: Outcome, memory: Memory) -> Outcome:
    """The RequestID of the request before; a made-up one for the first."""
    before = next((one.request_id for _, one in reversed(memory.outcomes) if one.request_id), "")
    other = before or outcome.request_id.rpartition(":")[0] + ":1"
    return msgspec.structs.replace(outcome, request_id=other) if outcome.request_id else outcome


def alerts(edit: Callable[[list[dict[str, Any]], Action], list[dict[str, Any]]]) -> EditOutcome:
    """Edit the alerts that the outcome reports."""

    def edited(action: Action, outcome: Outcome, _memory: Memory) -> Outcome:
        return msgspec.structs.replace(outcome, alerts=edit([dict(alert) for alert in outcome.alerts], action))

    return edited


def each_alert(**fields: Any) -> EditOutcome:
    """Fields of every alert replaced."""
    return alerts(lambda given, _action: [{**alert, **fields} for alert in given])


# --- what is understood ------------------------------------------------------------------------------------------


def parameter(name: str, edit: EditValue) -> EditAction:
    """One parameter of what is asked, understood otherwise; None takes it away."""

    def edited(action: Action, _memory: Memory) -> Action:
        if name not in action.parameters:
            return action
        value = edit(action.parameters[name])
        rest = {key: one for key, one in action.parameters.items() if key != name}
        return msgspec.structs.replace(action, parameters=rest if value is None else {**rest, name: value})

    return edited


def each_parameter(edit: EditValue) -> EditAction:
    """Every parameter of what is asked, understood otherwise; None takes one away."""

    def edited(action: Action, _memory: Memory) -> Action:
        given = {name: edit(value) for name, value in action.parameters.items()}
        return msgspec.structs.replace(
            action, parameters={name: value for name, value in given.items() if value is not None}
        )

    return edited


def each_number(edit: EditValue) -> EditAction:
    """Every number of what is asked, understood otherwise."""
    return each_parameter(
        lambda value: edit(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    )


def last_digit_zero(value: Any) -> Any:
    """A text with a zero for its last sign."""
    return f"{value[:-1]}0" if isinstance(value, str) else value


def mistyped_target(action: Action, _memory: Memory) -> Action:
    """The last two octets of the target in each other's place."""
    if action.kind != "send" or not action.target:
        return action
    octets = action.target.split("-")
    octets[-1], octets[-2] = octets[-2], octets[-1]
    return msgspec.structs.replace(action, target="-".join(octets))


def dated(parameters: Mapping[str, Any]) -> EditAction:
    """Parameters that were not asked for."""

    def edited(action: Action, _memory: Memory) -> Action:
        takes = action.kind == "send" and action.service in {"4.1.1", "4.3", "11.2"}
        return msgspec.structs.replace(action, parameters={**parameters, **action.parameters}) if takes else action

    return edited


# --- what is sent ------------------------------------------------------------------------------------------------


def element(name: str, edit: Callable[[str], str]) -> Callable[[Node], Node]:
    """The text of every element of that name in a request's body."""

    def edited(node: Node) -> Node:
        if node.children:
            return msgspec.structs.replace(node, children=tuple(edited(child) for child in node.children))
        return msgspec.structs.replace(node, text=edit(node.text)) if node.name == name else node

    return edited


def constant(name: str, value: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A value that is always the same."""
    return lambda given: {**given, name: value} if name in given else given


def reversed_octets(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A hexadecimal value with its octets in the other order."""

    def edit(given: dict[str, Any]) -> dict[str, Any]:
        text = str(given.get(name, ""))
        pairs = [text[at : at + 2] for at in range(0, len(text), 2)]
        return {**given, name: "".join(reversed(pairs))} if text else given

    return edit


def each_item(name: str, value: Any) -> Callable[[list[Any]], list[Any]]:
    """A field of every item of a list replaced, where an item has it."""
    return lambda items: [
        {**item, name: value} if isinstance(item, Mapping) and name in item else item for item in items
    ]


def made_up_alert(action: Action) -> dict[str, Any]:
    """Return an alert that nobody sent."""
    return {
        "kind": "device",
        "code": "8F72",
        "device": action.target,
        "response_id": "",
        "values": {},
        "verified": True,
    }
