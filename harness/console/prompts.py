"""Prompts at the live page: the act that a person of the party shall do, and its result."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any

from harness.drivers import Action, KeptFile, Outcome
from harness.drivers.manual import ANSWERS, instruction, read_values

LARGEST_FILE = 8 * 1024 * 1024
"""Octets of one picture."""
_ENDINGS = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "application/pdf": ".pdf"}
"""Media types that may be handed in, each with its file ending."""
_LONGEST_NOTE = 4000


class AnswerError(ValueError):
    """A person's answer cannot be used; the text names the field and says how to mend it."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One action that waits for a person."""

    action: Action
    since: float
    """``time.monotonic``."""
    answered: Event = field(default_factory=Event)
    outcome: list[Outcome] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return the instruction to the person, in a few lines."""
        return instruction(self.action)


class Prompts:
    """The open questions, in the order asked."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._lock = Lock()
        self._open: dict[str, Prompt] = {}

    def open(self) -> tuple[Prompt, ...]:
        """Return the prompts that wait for an answer."""
        with self._lock:
            return tuple(self._open.values())

    def ask(self, action: Action) -> Outcome:
        """Show an action and wait for its answer, without a limit: the caller ends the wait at the deadline."""
        prompt = Prompt(action, time.monotonic())
        with self._lock:
            self._open[action.id] = prompt
        self._changed()
        prompt.answered.wait()
        return prompt.outcome[0]

    def answer(self, action: str, outcome: Outcome) -> None:
        """Answer a prompt. Raises: LookupError: the question is no longer open."""
        with self._lock:
            prompt = self._open.pop(action, None)
        if prompt is None:
            raise LookupError("this question is no longer open")
        prompt.outcome.append(outcome)
        prompt.answered.set()
        self._changed()

    def withdraw(self, keep: str = "") -> None:
        """Ask no longer, but for the action ``keep``."""
        with self._lock:
            gone = [prompt for name, prompt in self._open.items() if name != keep]
            self._open = {name: prompt for name, prompt in self._open.items() if name == keep}
        for prompt in gone:
            prompt.outcome.append(
                Outcome(action=prompt.action.id, status="blocked", detail="the question was withdrawn")
            )
            prompt.answered.set()
        if gone:
            self._changed()


def read_answer(action: Action, given: Mapping[str, Any]) -> Outcome:
    """The outcome a person's form means. Raises: AnswerError: a field cannot be read."""
    status = ANSWERS.get(str(given.get("status", "")))
    if status is None:
        raise AnswerError("Say how it went: done, failed, refused, nothing came, or not possible.")
    code = str(given.get("response_code", "")).strip().upper()
    if code and not (code[0] in "IEW" and code[1:].isdecimal() and len(code) <= 7):
        raise AnswerError("Response code: I, E or W and up to six digits, such as I0 or E19.")
    note = " ".join(str(given.get("note", "")).split())
    if len(note) > _LONGEST_NOTE:
        raise AnswerError(f"Note: at most {_LONGEST_NOTE} characters.")
    values = read_values(str(given.get("values", ""))) if status in {"attested", "failed"} else {}
    return Outcome(
        action=action.id,
        status=status,
        response_code=code,
        values=values,
        detail=note or "as the person at the live page says",
    )


def read_file(name: str, media_type: str, body: bytes, note: str = "") -> KeptFile:
    """A picture a person handed in. Raises: AnswerError: too large, empty, or nothing we keep."""
    if media_type not in _ENDINGS:
        raise AnswerError(
            f"Picture {name[:80]!r}: expected PNG, JPEG, WebP or PDF, found {media_type[:60] or 'nothing'}."
        )
    if not body:
        raise AnswerError(f"Picture {name[:80]!r} is empty.")
    if len(body) > LARGEST_FILE:
        raise AnswerError(f"Picture {name[:80]!r}: at most {LARGEST_FILE // 1024 // 1024} MB.")
    stem = name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0] or "picture"
    return KeptFile(
        name=f"{stem[:80]}{_ENDINGS[media_type]}", media_type=media_type, body=body, source="person", note=note
    )
