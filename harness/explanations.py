"""Meaning of a code, rule, check or event: why it may come here, what to do, and the source of that."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from harness.checks.registry import checks
from schemas.load import advice, dcc_alerts, device_alerts, gateway_rules, response_codes, service_requests
from stubs.events import AnyEvent
from stubs.wire.errors import InputError

_NOT_PUBLIC = "its meaning is not public"


@dataclass(frozen=True, slots=True)
class Explanation:
    """One thing explained. ``kind`` is response code, rule, check, DCC alert, device alert, service or event."""

    subject: str
    kind: str
    meaning: str
    why: str
    mend: str
    source: str
    related: tuple[str, ...] = ()
    """Further subjects that belong to it, such as the rules a response code answers for."""


def explain(subject: str) -> tuple[Explanation, ...]:
    """Everything of that name; compared without regard to case.

    Raises: InputError: nothing has that name, with the nearest that does.
    """
    wanted = subject.strip().lower()
    found = tuple(one for one in _all() if one.subject.lower() == wanted)
    if not found:
        names = sorted({one.subject.lower() for one in _all()})
        near = get_close_matches(wanted, names, n=3) or [name for name in names if wanted and wanted in name][:5]
        hint = (
            f"Did you mean {', '.join(near)}?"
            if near
            else "Codes: `uept catalogue codes`; rules: `uept docs simulated`."
        )
        raise InputError(f"nothing is called {subject!r}", mend=hint)
    return found


def _all() -> Iterator[Explanation]:
    yield from _codes()
    yield from _rules()
    yield from _checks()
    yield from _alerts()
    yield from _services()
    for event in typing.get_args(AnyEvent):
        meaning = " ".join((inspect.getdoc(event) or "").split())
        yield Explanation(event.__name__, "event", meaning, "", "", f"{event.__module__.replace('.', '/')}.py")


def _codes() -> Iterator[Explanation]:
    for row in response_codes().values():
        answering = tuple(rule.rule for rule in gateway_rules().values() if rule.response_code == row.code)
        why, mend = advice().get(str(row.code), ("", ""))
        why = why or (f"Here it answers for: {', '.join(answering)}." if answering else "")
        mend = mend or (f"`uept explain {answering[0]}` says what to do." if answering else "")
        source = f"{row.provenance}, confidence {row.confidence}"
        yield Explanation(str(row.code), "response code", row.meaning or _NOT_PUBLIC, why, mend, source, answering)


def _rules() -> Iterator[Explanation]:
    for row in gateway_rules().values():
        why, mend = advice().get(row.rule, ("", ""))
        answer = row.response_code or f"HTTP {row.http_status}"
        meaning = f"{row.checks}. Otherwise the answer is {answer}."
        source = f"{row.provenance}, confidence {row.confidence}" + (f"; {row.note}" if row.note else "")
        mend = mend or "The refusal's detail, in the report and on standard error of `uept serve`, says what was found."
        yield Explanation(
            row.rule, "rule", meaning, why, mend, source, (row.response_code,) if row.response_code else ()
        )


def _checks() -> Iterator[Explanation]:
    for one in checks().values():
        caught = (
            f"To see it fail: {', '.join(f'--driver broken:{name}' for name in one.caught_by)}."
            if one.caught_by
            else ""
        )
        mend = "The failure prints what was expected and what was seen; the report shows the messages behind it."
        yield Explanation(one.id, "check", one.rule, caught, mend, f"{one.clause}; {one.provenance}", one.caught_by)


def _alerts() -> Iterator[Explanation]:
    for row in dcc_alerts().values():
        source = f"{row.provenance}, confidence {row.confidence}"
        why = f"It carries {' or '.join(row.structures)}." if row.structures else ""
        yield Explanation(row.code, "DCC alert", row.meaning or _NOT_PUBLIC, why, "Acknowledge it with 2xx.", source)
    for device in device_alerts().values():
        source = f"{device.provenance}, confidence {device.confidence}"
        why = f"It is addressed to: {device.recipient.replace('_', ' ')}."
        yield Explanation(device.code, "device alert", device.meaning, why, "Acknowledge it with 2xx.", source)


def _services() -> Iterator[Explanation]:
    for row in service_requests().values():
        kind = "critical" if row.is_critical else "Non-Device" if row.is_non_device else "non-critical"
        roles = ", ".join(sorted(row.eligible_roles)) or "no role, by the public matrix"
        mend = f"`uept catalogue srv {row.srv} --example` prints a request."
        yield Explanation(str(row.srv), "service", f"{row.name}, {kind}.", f"For {roles}.", mend, "DUIS service matrix")
