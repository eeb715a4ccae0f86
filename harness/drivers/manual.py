"""Driver of a person, who carries the action out in the party's own system and reports the result.

The person may name the response code and values seen; checks then compare them. What went over the wire decides
in any case: an answer here is an attestation, not a proof.
"""

from __future__ import annotations

import shlex
from threading import Lock
from typing import Any

from harness.drivers.action import KINDS, Action, Outcome, OutcomeStatus
from harness.drivers.driver import DriverContext
from stubs.wire import Blocked

ANSWERS: dict[str, OutcomeStatus] = {
    "": "attested",
    "d": "attested",
    "done": "attested",
    "f": "failed",
    "failed": "failed",
    "r": "refused",
    "refused": "refused",
    "t": "timeout",
    "timeout": "timeout",
    "u": "unsupported",
    "unsupported": "unsupported",
}
"""Words that a person types, each with the status it means."""
_QUESTION = "Enter = done, f = failed, r = refused, t = nothing came, u = not possible in our system\n> "
_CODE_QUESTION = "Response code your system showed (Enter = none)\n> "
_VALUES_QUESTION = "Values it showed, as Name=value Name=value (Enter = none)\n> "


class ManualDriver:
    """Asks one person, one action at a time."""

    def __init__(self) -> None:
        self._context: DriverContext | None = None
        self._one_at_a_time = Lock()

    def describe(self) -> dict[str, Any]:
        """Name and kinds."""
        return {"driver": "manual", "kinds": list(KINDS)}

    @property
    def receive_url(self) -> str | None:
        """None: the party's system receives by itself."""
        return None

    def start(self, context: DriverContext) -> None:
        """Nothing to prepare."""
        self._context = context

    def perform(self, action: Action) -> Outcome:
        """Show the instruction, then ask how it went."""
        if self._context is None:
            raise Blocked("the manual driver has not been started")
        if self._context.person is not None:
            return self._context.person(action)
        with self._one_at_a_time:
            self._context.say(instruction(action))
            try:
                return self._ask(self._context, action)
            except EOFError:
                return Outcome(
                    action=action.id,
                    status="blocked",
                    detail="nobody is at the terminal to answer; run with a terminal, or with --driver observe",
                )

    def _ask(self, context: DriverContext, action: Action) -> Outcome:
        answer = context.ask(_QUESTION).strip().lower()
        while answer not in ANSWERS:
            context.say(f"{answer!r} is not one of the answers")
            answer = context.ask(_QUESTION).strip().lower()
        status = ANSWERS[answer]
        code = context.ask(_CODE_QUESTION).strip().upper()
        while code and not (code[0] in "IEW" and code[1:].isdecimal() and len(code) <= 7):
            context.say(f"{code!r} is not a response code: I, E or W and up to six digits")
            code = context.ask(_CODE_QUESTION).strip().upper()
        values = read_values(context.ask(_VALUES_QUESTION)) if status in {"attested", "failed"} else {}
        return Outcome(
            action=action.id,
            status=status,
            response_code=code,
            values=values,
            detail="as the person at the terminal says",
        )

    def close(self) -> None:
        """Nothing to let go of."""


def instruction(action: Action) -> str:
    """Return the instruction to a person, in a few lines; the action's own words first, where it has some."""
    lines = [action.instruction or _in_words(action)]
    if action.user:
        lines.append(f"  as User    {action.user}" + (f" in role {action.role}" if action.role else ""))
    if action.target:
        lines.append(f"  device     {action.target}")
    lines += [f"  {name:<10} {value}" for name, value in action.parameters.items()]
    lines += [f"  ({name.replace('_', ' ')}: {value})" for name, value in action.options.items()]
    lines.append(f"  within     {action.deadline:g} seconds")
    return "\n".join(lines)


def _in_words(action: Action) -> str:
    if action.kind == "send":
        return f"Please send service request {action.service} and see it through to its answer."
    return f"Please {KINDS[action.kind]}."


def read_values(text: str) -> dict[str, Any]:
    """``Name=value Name="two words"`` to values; whole and decimal numbers become numbers, the rest stays text."""
    values: dict[str, Any] = {}
    try:
        words = shlex.split(text)
    except ValueError:
        words = text.split()
    for word in words:
        name, equals, value = word.partition("=")
        if equals and name:
            values[name] = _number(value)
    return values


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
