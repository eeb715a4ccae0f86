"""Sessions: persons, pass phrases, open sessions and the tokens of forms. No input or output, time handed in.

Tokens follow from a secret and a counter (HMAC), so a seeded run is repeatable and nobody without the secret can
guess one.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from schemas.ssi_tables import allowed
from stubs.service_desk import PersonRecord
from stubs.service_desk.people import matches
from stubs.ssi.settings import Person, SsiSettings
from stubs.ssi.sources import SsiUser, Viewer

MOST_SESSIONS = 1000
"""Beyond, the one unused for longest is ended."""

_LONGEST_INPUT = 200


@dataclass(frozen=True, slots=True)
class SignInRefused:
    """Reason for a refused sign-in: ``reason`` for the record, ``message`` and ``suggestion`` for the screen."""

    reason: str
    field: str
    message: str
    suggestion: str
    user: str = ""
    is_guess: bool = False
    """Whether name or pass phrase was wrong."""


@dataclass(slots=True)
class _Session:
    viewer: Viewer
    last_used: datetime


@dataclass(slots=True)
class Sessions:
    """Open sessions by their secret token."""

    settings: SsiSettings
    secret: bytes
    _open: dict[str, _Session] = field(default_factory=dict)
    _fixed: set[str] = field(default_factory=set)
    """Names, case folded, of signed-in persons of the settings."""
    _count: int = 0

    def _mac(self, text: str) -> str:
        return hmac.digest(self.secret, text.encode("utf-8", "backslashreplace"), hashlib.sha256).hex()

    def new_form_key(self, now: datetime) -> str:
        """A value for the cookie that ties a sign-in form to one browser."""
        self._count += 1
        return self._mac(f"form|{self._count}|{now.isoformat()}")[:32]

    def csrf(self, key: str) -> str:
        """The hidden value of forms shown to the holder of a session token or form key."""
        return self._mac(f"csrf|{key}")

    def csrf_holds(self, key: str, given: str) -> bool:
        """Whether a form came from a page we showed to the same browser."""
        return bool(key) and hmac.compare_digest(self.csrf(key).encode(), given.encode("utf-8", "backslashreplace"))

    def sign_in(
        self,
        users: Iterable[SsiUser],
        person: str,
        pass_phrase: str | None,
        role: str,
        now: datetime,
        people: Mapping[str, PersonRecord] = MappingProxyType({}),
    ) -> tuple[str, Viewer] | SignInRefused:
        """Open a session.

        Args:
            users: Users registered now.
            person: as typed, or as the client certificate says.
            pass_phrase: as typed; None: a client certificate stands for it.
            role: the User Role to act in.
            now: the run's clock, UTC.
            people: those whom administrators made, by name, case folded.
        Returns: the secret token and the viewer, or why not. A wrong name and a wrong pass phrase read the same.
        """
        registered = {user.eui.upper(): user for user in users}
        found = self._holder(person, registered.values(), people)
        if found is None or not (pass_phrase is None or self._is_right(found, pass_phrase)):
            if found is None and pass_phrase is not None:
                self._is_right(_NOBODY, pass_phrase)
            return SignInRefused(
                "unknown person or wrong pass phrase" if pass_phrase is not None else "unknown person in certificate",
                "person",
                "The name or the pass phrase is not right."
                if pass_phrase is not None
                else "The certificate names nobody.",
                "Check both; names look like tester-a0b1c2d3e4010000.",
                is_guess=True,
            )
        user = registered.get(found.user.upper())
        if found.status != "active":
            return SignInRefused(
                f"credential {found.status}",
                "person",
                f"This credential is {found.status}.",
                "Ask your Party's administrator for a new one.",
                found.user.upper(),
            )
        if user is None:
            return SignInRefused(
                f"User {found.user} is not registered",
                "person",
                "The User this person acts for is not registered with the DCC.",
                "Register the User, or sign in for another one.",
                found.user.upper(),
            )
        roles = tuple(item for item in user.roles if not found.roles or item in found.roles)
        if role not in roles:
            return SignInRefused(
                f"role {role or 'none'} is not held",
                "role",
                "This person may not act in that User Role.",
                f"Choose one of: {', '.join(roles)}." if roles else "This person may act in no role.",
                user.eui,
            )
        self._count += 1
        name = _name(found)
        token = self._mac(f"session|{self._count}|{name}|{now.isoformat()}")
        if isinstance(found, Person):
            self._fixed.add(name.casefold())
        viewer = Viewer(
            session_name(token), name, user.eui, role, user.party, found.descriptor[:30], _functions(found, role)
        )
        if len(self._open) >= MOST_SESSIONS:
            del self._open[min(self._open, key=lambda item: self._open[item].last_used)]
        self._open[token] = _Session(viewer, now)
        return token, viewer

    def _holder(
        self, person: str, users: Iterable[SsiUser], people: Mapping[str, PersonRecord]
    ) -> Person | PersonRecord | None:
        if len(person) > _LONGEST_INPUT:
            return None
        wanted = person.strip().casefold()
        known = {item.name.casefold(): item for item in persons(self.settings, users)}
        return known.get(wanted) or people.get(wanted)

    def _is_right(self, found: Person | PersonRecord, pass_phrase: str) -> bool:
        given = pass_phrase[:_LONGEST_INPUT]
        if isinstance(found, PersonRecord):
            return matches(found.secret_digest, given)
        expected = found.pass_phrase or self._mac("nobody")
        return hmac.compare_digest(expected.encode(), given.encode("utf-8", "backslashreplace"))

    def viewer(
        self, token: str, now: datetime, people: Mapping[str, PersonRecord] = MappingProxyType({})
    ) -> Viewer | None:
        """Return the person that holds ``token``; None when nobody does or the session timed out. Counts as use.

        A person whom an administrator made has the functions of the moment; one no longer active has no session.
        """
        session = self._open.get(token)
        if session is None:
            return None
        made = people.get(session.viewer.person.casefold())
        is_fixed = session.viewer.person.casefold() in self._fixed
        is_gone = not is_fixed and (made is None or made.status != "active")
        if is_gone or now - session.last_used > timedelta(minutes=self.settings.session_minutes):
            del self._open[token]
            return None
        session.last_used = now
        if made is not None and not is_fixed:
            return replace(session.viewer, functions=_functions(made, session.viewer.role))
        return session.viewer

    def end_without_right(self, token: str, users: Iterable[SsiUser]) -> None:
        """End a session whose User is no longer registered, or no longer holds the role it was opened for."""
        session = self._open.get(token)
        if session is None:
            return
        viewer = session.viewer
        user = next((each for each in users if each.eui.upper() == viewer.user.upper()), None)
        if user is None or viewer.role not in user.roles:
            del self._open[token]

    def sign_out(self, token: str) -> None:
        """End a session; one that is not open is no error."""
        self._open.pop(token, None)


def session_name(token: str) -> str:
    """Return the session's name in the journal, from which the token cannot be computed."""
    return hashlib.sha256(token.encode()).hexdigest()[:12]


def persons(settings: SsiSettings, users: Iterable[SsiUser]) -> tuple[Person, ...]:
    """Return the persons that may sign in: of the settings, else test persons for each User."""
    if settings.persons:
        return settings.persons
    made: list[Person] = []
    for user in users:
        name = user.eui.replace("-", "").lower()
        phrase = settings.test_pass_phrase
        made.append(Person(name=f"tester-{name}", user=user.eui, pass_phrase=phrase, descriptor="Tester"))
        made.append(
            Person(
                name=f"reader-{name}", user=user.eui, pass_phrase=phrase, descriptor="Reader", job_types=("read-only",)
            )
        )
        made.append(
            Person(
                name=f"admin-{name}",
                user=user.eui,
                pass_phrase=phrase,
                descriptor="Administrator",
                job_types=("administrator",),
            )
        )
        made.append(Person(name=f"lapsed-{name}", user=user.eui, pass_phrase=phrase, status="expired"))
    return tuple(made)


_NOBODY = Person(name="nobody", user="", pass_phrase="")
"""Digest compared for an unknown name, so that both refusals take equally long."""


def _name(holder: Person | PersonRecord) -> str:
    return holder.name if isinstance(holder, Person) else holder.person


def _functions(holder: Person | PersonRecord, role: str) -> frozenset[str]:
    return allowed(role, frozenset(holder.job_types) if holder.job_types else None)
