"""The self-service pages as a person uses them: sign in as User and role, look something up. Plain HTTPS, cookies.

Fields of forms are found by name, links by what they say: the client depends on the pages' words, not their layout.
"""

from __future__ import annotations

import http.cookiejar
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.drivers.action import Action, Outcome
from harness.drivers.driver import TlsFiles
from harness.drivers.reference.html import Form, PageContent
from harness.drivers.reference.transport import ANSWER_LIMIT, tls_context

_TIMEOUT = 10.0
_KEYS = ("DeviceID", "ImportMPxN", "MPxN", "PostCode", "UPRN")
"""Parameters that say what to look up; the target device when none is given."""

_SUBJECTS: Mapping[str, tuple[str, ...]] = {
    "view-inventory": ("inventory",),
    "view-audit": ("audit", "service-audit", "messages", "record"),
}
"""What the link to a page contains."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it came: where from, HTTP status, content."""

    url: str
    status: int
    content: PageContent


class PageVisitor:
    """One person's browser: keeps cookies, follows redirects. Not for several threads at once."""

    def __init__(self, tls: TlsFiles) -> None:
        self._tls = tls
        self._opener: urllib.request.OpenerDirector | None = None

    def open(self, url: str, values: Mapping[str, str] | None = None) -> Page:
        """GET ``url``, or POST ``values`` to it. Raises: OSError: nobody answers, or the certificate is not trusted."""
        if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
            raise OSError(f"{url!r} is no web address")
        data = None if values is None else urllib.parse.urlencode(values).encode()
        request = urllib.request.Request(url, data)  # noqa: S310 - the scheme was checked above
        try:
            answer = self._session().open(request, timeout=_TIMEOUT)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            text = answer.read(ANSWER_LIMIT).decode("utf-8", "replace")
            return Page(answer.url, answer.status, PageContent(text))

    def submit(self, page: Page, form: Form, wanted: Mapping[str, str]) -> Page:
        """Fill a form in and send it."""
        target = urllib.parse.urljoin(page.url, form.action or page.url)
        filled = form.filled(wanted)
        if form.method == "post":
            return self.open(target, filled)
        return self.open(f"{target.partition('?')[0]}?{urllib.parse.urlencode(filled)}")

    def _session(self) -> urllib.request.OpenerDirector:
        if self._opener is None:
            self._opener = urllib.request.build_opener(
                urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
                urllib.request.HTTPSHandler(context=tls_context(self._tls)),
            )
        return self._opener


class SelfService:
    """The self-service actions of one User in one role; ``person`` and ``pass_phrase`` sign in."""

    def __init__(self, tls: TlsFiles, person: str, pass_phrase: str) -> None:
        self._visitor = PageVisitor(tls)
        self._person = person
        self._pass_phrase = pass_phrase
        self._home: Page | None = None

    def perform(self, action: Action, address: str) -> Outcome:
        """Do what the action says; signs in first where that has not been done."""
        if not address:
            return Outcome(action=action.id, status="unsupported", detail="the address of the SSI is not known")
        if action.kind not in {"sign-in-ssi", "sign-out-ssi", *_SUBJECTS}:
            return Outcome(action=action.id, status="unsupported", detail=f"this client cannot {action.kind} yet")
        try:
            if action.kind == "sign-out-ssi":
                return self._sign_out(action)
            if self._home is None or action.kind == "sign-in-ssi":
                outcome = self._sign_in(action, address)
                if outcome.status != "done" or action.kind == "sign-in-ssi":
                    return outcome
            return self._look_up(action)
        except OSError as error:
            reason = getattr(error, "reason", error)
            return Outcome(action=action.id, status="failed", detail=f"the SSI at {address} cannot be used: {reason}")

    def _sign_in(self, action: Action, address: str) -> Outcome:
        page = self._visitor.open(address)
        form = next((form for form in page.content.forms if _is_sign_in(form)), None)
        if form is None:
            return Outcome(
                action=action.id, status="failed", detail=f"no sign-in form at {page.url} (HTTP {page.status})"
            )
        person = str(action.parameters.get("person") or self._person)
        secret = str(action.parameters.get("pass_phrase") or self._pass_phrase)
        wanted = dict.fromkeys(("password", "pass_phrase", "credential"), secret)
        wanted |= dict.fromkeys(("user", "user_id", "eui", "party"), action.user)
        wanted |= dict.fromkeys(("role", "user_role"), action.role)
        wanted |= dict.fromkeys(("person", "name", "username", "login"), person)
        wanted |= {name.lower(): str(value) for name, value in action.parameters.items()}
        page = self._visitor.submit(page, form, wanted)
        is_signed_in = page.status < 400 and not any(_is_sign_in(form) for form in page.content.forms)
        self._home = page if is_signed_in else None
        return Outcome(
            action=action.id,
            status="done" if is_signed_in else "refused",
            values={"signed_in": is_signed_in, **_shown(page)},
            detail="signed in" if is_signed_in else f"sign-in refused (HTTP {page.status}): {page.content.title}",
        )

    def _look_up(self, action: Action) -> Outcome:
        assert self._home is not None
        page = self._visitor.open(self._link(_SUBJECTS[action.kind]))
        wanted = {name: str(action.parameters[name]) for name in _KEYS if name in action.parameters}
        if not wanted and action.target:
            wanted = {"DeviceID": action.target}
        form = next((form for form in page.content.forms if not _is_sign_out(form)), None)
        if wanted and form is not None:
            page = self._visitor.submit(page, form, _search_fields(form, wanted))
        is_shown = page.status < 400 and not any(_is_sign_in(form) for form in page.content.forms)
        return Outcome(
            action=action.id,
            status="done" if is_shown else "refused",
            values=_shown(page),
            detail=f"saw {page.content.title!r} (HTTP {page.status})",
        )

    def _link(self, subjects: tuple[str, ...]) -> str:
        assert self._home is not None
        for address, text in self._home.content.links:
            if any(subject in f"{address} {text}".lower() for subject in subjects):
                return urllib.parse.urljoin(self._home.url, address)
        return urllib.parse.urljoin(self._home.url, f"/{subjects[0]}")

    def _sign_out(self, action: Action) -> Outcome:
        if self._home is not None:
            form = next((form for form in self._home.content.forms if _is_sign_out(form)), None)
            if form is not None:
                self._visitor.submit(self._home, form, {})
            self._home = None
        return Outcome(action=action.id, status="done", detail="signed out")


def _is_sign_in(form: Form) -> bool:
    return form.has_password or "sign-in" in form.action or "login" in form.action


def _is_sign_out(form: Form) -> bool:
    return "sign-out" in form.action or "logout" in form.action


def _search_fields(form: Form, wanted: Mapping[str, str]) -> dict[str, str]:
    """What to fill in: the field of that name if there is one, else the first one that takes text."""
    by_name = {name.lower(): name for name in wanted}
    aliases = {"device": "deviceid", "device_id": "deviceid", "eui": "deviceid", "mpxn": "importmpxn"}
    values = {}
    for name in form.fields:
        key = name.lower()
        found = by_name.get(key) or by_name.get(aliases.get(key, key))
        if found:
            values[key.replace("-", "_")] = wanted[found]
    if not values:
        text = next((name for name in form.fields if form.kinds.get(name) in {"text", "search"}), None)
        if text:
            values[text.lower().replace("-", "_")] = next(iter(wanted.values()))
    return values


def _shown(page: Page) -> dict[str, Any]:
    return {"title": page.content.title, "seen": page.content.identities, "rows": page.content.rows}
