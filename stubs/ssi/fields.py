"""Search fields: what people type is read, or answered with the error and a suggestion how to correct it.

That validation messages come with suggestions is stated (SEC glossary page of the SSI specification); their texts
are ours.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from schemas.load import response_codes, service_requests
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.identifiers import read_mpxn, read_postcode, read_uprn
from stubs.wire.request_id import RequestId

LONGEST = 120
"""Characters of any field; longer input is refused unread."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One wrong field: its name in the form, what is wrong, how to put it right."""

    name: str
    message: str
    suggestion: str


class _WrongError(Exception):
    def __init__(self, message: str, suggestion: str) -> None:
        super().__init__(message)
        self.message = message
        self.suggestion = suggestion


@dataclass(slots=True)
class Form:
    """Fields as typed (``typed``), as read (``values``), and what is wrong with them (``problems``)."""

    typed: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    problems: list[FieldProblem] = field(default_factory=list)

    def problem(self, name: str) -> FieldProblem | None:
        """Return the error in one field; None: it has none."""
        return next((item for item in self.problems if item.name == name), None)


def device_id(text: str) -> str:
    """EUI-64, dashed, upper case."""
    try:
        return str(Eui64.parse(text))
    except PeerError:
        digits = re.sub(r"[^0-9A-Fa-f]", "", text)
        if len(digits) == 16 and not re.search(r"[G-Zg-z]", text):
            suggestion = f"Did you mean {bytes.fromhex(digits).hex('-').upper()}?"
        else:
            suggestion = "Write eight pairs of 0-9 and A-F joined by '-', such as 00-DB-12-34-56-78-90-A0."
        raise _WrongError("This is not a Device ID.", suggestion) from None


def _read(reader: Callable[[str], str], text: str, message: str, suggestion: str) -> str:
    try:
        return reader(text)
    except PeerError:
        raise _WrongError(message, suggestion) from None


def mpxn(text: str) -> str:
    """MPAN (13 digits) or MPRN (6 to 10 digits)."""
    only = re.sub(r"\D", "", text, flags=re.ASCII)
    is_near = only != text and (len(only) == 13 or 6 <= len(only) <= 10)
    suggestion = f"Did you mean {only}?" if is_near else "An MPAN has 13 digits, an MPRN 6 to 10."
    return _read(read_mpxn, text, "This is neither an MPAN nor an MPRN.", suggestion)


def uprn(text: str) -> str:
    """Unique Property Reference Number, 1 to 12 digits."""
    return _read(read_uprn, text, "This is not a UPRN.", "A UPRN has up to 12 digits and nothing else.")


def postcode(text: str) -> str:
    """Post code, upper case, one space."""
    suggestion = "Write it like SW1A 1AA; half a post code is not enough here."
    return _read(read_postcode, text, "This is not a full post code.", suggestion)


def srv(text: str) -> str:
    """Service reference variant of the catalogue."""
    known = [str(key) for key in service_requests()]
    if text in known:
        return text
    near = difflib.get_close_matches(text, known, 3, 0.5)
    suggestion = f"Did you mean {' or '.join(near)}?" if near else "Write it like 4.1.1 or 8.2."
    raise _WrongError("There is no such service reference variant.", suggestion)


def code(text: str) -> str:
    """Response code of the catalogue, or an alert code (four hexadecimal digits, or N and a number)."""
    wanted = text.upper()
    known = [str(key) for key in response_codes()]
    if wanted in known or re.match(r"\A(?:[0-9A-F]{4}|N[0-9]{1,3}|AD[0-9])\Z", wanted):
        return wanted
    near = difflib.get_close_matches(wanted, known, 3, 0.5)
    suggestion = f"Did you mean {' or '.join(near)}?" if near else "Write it like I0, I99, E5 or 8F66."
    raise _WrongError("There is no such response or alert code.", suggestion)


def request_id(text: str) -> str:
    """RequestID in canonical form."""
    try:
        return str(RequestId.parse(text))
    except PeerError as error:
        raise _WrongError(
            "This is not a RequestID.",
            f"Write originator:target:counter, two Device or User IDs and a number ({error.what}).",
        ) from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        match = re.match(r"\A([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})\Z", text)
        suggestion = "Write the day as year-month-day, such as 2026-03-01."
        if match:
            day, month, year = (int(part) for part in match.groups())
            try:
                suggestion = f"Did you mean {date(year, month, day).isoformat()}?"
            except ValueError:
                suggestion += " That day does not exist."
        raise _WrongError("This is not a date.", suggestion) from None


def first_instant(text: str) -> str:
    """Start of a day, UTC, ISO 8601."""
    return datetime.combine(_day(text), time.min, UTC).isoformat()


def last_instant(text: str) -> str:
    """Start of the day after, UTC, ISO 8601; the last day a calendar holds ends with itself."""
    start = datetime.combine(_day(text), time.min, UTC)
    try:
        return (start + timedelta(days=1)).isoformat()
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC).isoformat()


def plain(text: str) -> str:
    """Any text."""
    return text


def area(text: str) -> str:
    """A post code or the first half of one, upper case, one space."""
    joined = "".join(text.split()).upper()
    with suppress(PeerError):
        return read_postcode(text)
    if re.match(r"\A[A-Z]{1,2}[0-9][A-Z0-9]?\Z", joined):
        return joined
    raise _WrongError("This is no post code.", "Write it like SW1A 1AA, or its first half like SW1A.")


def number(text: str) -> str:
    """A whole number, not negative, of at most 7 digits."""
    if text.isascii() and text.isdigit() and len(text) <= 7:
        return text
    raise _WrongError("This is not a number.", "Write digits only, such as 120.")


def eui64s(text: str) -> str:
    """User or Device IDs separated by white space or commas; canonical, separated by spaces."""
    return " ".join(device_id(part) for part in text.replace(",", " ").split())


def one_of(*choices: str) -> Callable[[str], str]:
    """A reader of a fixed choice."""

    def read(text: str) -> str:
        if text in choices:
            return text
        raise _WrongError("This is not one of the choices.", f"Choose one of: {', '.join(choices)}.")

    return read


Readers = Mapping[str, Callable[[str], str]]

INVENTORY: Readers = {"device": device_id, "mpxn": mpxn, "uprn": uprn, "postcode": postcode, "address": plain}

PROFILE_READS: Readers = {"device": device_id, "mpxn": mpxn}

COVERAGE: Readers = {"postcode": area}

INCIDENT: Readers = {
    "category": one_of("1", "2", "3", "4", "5"),
    "title": plain,
    "description": plain,
    "device": device_id,
    "mpxn": mpxn,
    "request_id": request_id,
    "component": plain,
    "interested": eui64s,
}

PERIOD: Readers = {"from": first_instant, "to": last_instant}

KINDS = {
    "request": "Requests I sent",
    "response": "Responses",
    "device-alert": "Device alerts",
    "dcc-alert": "DCC alerts",
}

KIND_NAMES = {
    "request": "Request",
    "response": "Response",
    "device-alert": "Device alert",
    "dcc-alert": "DCC alert",
}

AUDIT: Readers = {
    "from": first_instant,
    "to": last_instant,
    "device": device_id,
    "mpxn": mpxn,
    "srv": srv,
    "request_id": request_id,
    "code": code,
    "kind": one_of(*KINDS),
}


LONG_TEXTS = {"description": 4000, "text": 4000, "interested": 500}
"""Characters of fields that hold more than ``LONGEST``."""


def need(form: Form, **what: str) -> None:
    """Say of each field that must not be empty and is, what to enter (``Enter …``)."""
    for name, wanted in what.items():
        if name not in form.typed:
            form.problems.append(FieldProblem(name, f"Enter {wanted}.", "It cannot be left empty."))


def read_form(readers: Readers, given: Mapping[str, str]) -> Form:
    """Read the fields of one form; empty ones are left out, unknown ones ignored."""
    form = Form()
    for name, reader in readers.items():
        text = given.get(name, "").strip()
        if not text:
            continue
        longest = LONG_TEXTS.get(name, LONGEST)
        form.typed[name] = text[:longest]
        if len(text) > longest:
            form.problems.append(FieldProblem(name, "This is too long.", f"Write at most {longest} characters."))
            continue
        try:
            form.values[name] = reader(text)
        except _WrongError as wrong:
            form.problems.append(FieldProblem(name, wrong.message, wrong.suggestion))
    return form
