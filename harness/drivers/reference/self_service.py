"""The self-service pages as a person of the Party uses them: sign in, look something up, fill a form in.

Fields of forms are found by name, pages by the ways of the menu: the client depends on the pages' words, not their
layout. A person is one browser; a page that asks again who we are is answered by signing in again.
"""

from __future__ import annotations

import csv
import io
import re
import urllib.parse
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

from harness.drivers.action import Action, Outcome
from harness.drivers.driver import TlsFiles
from harness.drivers.reference.pages import Page, PageVisitor, is_sign_in, is_sign_out
from harness.drivers.reference.ssi_ways import ACTS, FILES, VIEWS, Act, View

_REFERENCE = re.compile(r"\b(?:INC|SMSR|ORD|RUN)\d{7}\b")
_SECRETS = frozenset({"Pass phrase"})
"""Rows that are kept and never told."""

_MOST_ROWS = 200
"""Number of a report's rows that the outcome holds."""

SignFile = Callable[[bytes], bytes]
"""The signature of a file: what is uploaded beside it."""


class SelfService:
    """One person of one User in one role, in one browser.

    Args:
        tls: how the DCC's certificate is verified.
        person: name to sign in with.
        pass_phrases: by person; the first of a person that is created is kept here.
        sign_file: signs thresholds and action files.
        agent: what the browser calls itself.
    """

    def __init__(
        self, tls: TlsFiles, person: str, pass_phrases: MutableMapping[str, str], sign_file: SignFile, agent: str
    ) -> None:
        self._visitor = PageVisitor(tls, agent)
        self._person = person
        self._pass_phrases = pass_phrases
        self._sign_file = sign_file
        self._home: Page | None = None

    def perform(self, action: Action, address: str) -> Outcome:
        """Do what the action says; signs in first where that has not been done."""
        if not address:
            return Outcome(action=action.id, status="unsupported", detail="the address of the SSI is not known")
        try:
            if action.kind == "sign-out-ssi":
                return self._sign_out(action)
            if action.kind == "sign-in-ssi":
                return self._sign_in(action, address)
            if self._home is None and action.options.get("sign_in") is not False:
                outcome = self._sign_in(action, address)
                if outcome.status != "done":
                    return outcome
            page, values = self._do(action, address)
            if page.is_sign_in and action.options.get("sign_in") is not False:  # the session has timed out
                outcome = self._sign_in(action, address)
                if outcome.status != "done":
                    return outcome
                page, values = self._do(action, address)
        except OSError as error:
            reason = getattr(error, "reason", error)
            return Outcome(action=action.id, status="failed", detail=f"the SSI at {address} cannot be used: {reason}")
        return Outcome(
            action=action.id,
            status="done" if page.is_shown else "refused",
            response_code=_code(values),
            values=values,
            detail=f"saw {page.content.title or page.url!r} (HTTP {page.status})",
        )

    # --- signing in and out -----------------------------------------------------------------------------------

    def _sign_in(self, action: Action, address: str) -> Outcome:
        page = self._visitor.open(urllib.parse.urljoin(address, "/sign-in"))
        form = next((form for form in page.content.forms if is_sign_in(form)), None)
        if form is None:
            return Outcome(
                action=action.id, status="failed", detail=f"no sign-in form at {page.url} (HTTP {page.status})"
            )
        secret = str(action.parameters.get("pass_phrase") or self._pass_phrases.get(self._person, ""))
        wanted = dict.fromkeys(("password", "pass_phrase", "credential"), secret)
        wanted |= dict.fromkeys(("user", "user_id", "eui", "party"), action.user)
        wanted |= dict.fromkeys(("role", "user_role"), action.role)
        wanted |= dict.fromkeys(("person", "name", "username", "login"), self._person)
        page = self._visitor.submit(page, form, wanted)
        self._home = page if page.is_shown else None
        return Outcome(
            action=action.id,
            status="done" if page.is_shown else "refused",
            values={"signed_in": page.is_shown, **_report_of(page), **({"menu": _menu(page)} if page.is_shown else {})},
            detail="signed in" if page.is_shown else f"sign-in refused (HTTP {page.status}): {page.content.title}",
        )

    def _sign_out(self, action: Action) -> Outcome:
        if self._home is not None:
            form = next((form for form in self._home.content.forms if is_sign_out(form)), None)
            if form is not None:
                self._visitor.submit(self._home, form, {})
            self._home = None
        return Outcome(action=action.id, status="done", detail="signed out")

    # --- looking and acting -----------------------------------------------------------------------------------

    def _do(self, action: Action, address: str) -> tuple[Page, dict[str, Any]]:
        base = self._home.url if self._home is not None else address
        if action.kind in VIEWS:
            return self._view(VIEWS[action.kind], action, base)
        return self._act(ACTS[action.kind], action, base)

    def _open(self, path: str, base: str) -> Page:
        """A page by the way that the home page offers, else by its address."""
        way = self._home.link(path) if self._home is not None else ""
        return self._visitor.open(way or urllib.parse.urljoin(base, path))

    def _view(self, view: View, action: Action, base: str) -> tuple[Page, dict[str, Any]]:
        page = self._open(view.path, base)
        wanted = {
            field: str(action.parameters[name]) for name, field in view.search.items() if name in action.parameters
        }
        if action.target and not wanted and "DeviceID" in view.search:
            wanted = {view.search["DeviceID"]: action.target}
        form = page.form_to(view.path)
        if wanted and form is not None and page.is_shown:
            page = self._visitor.submit(page, form, wanted)
        item = str(action.parameters.get(view.item, "")) if view.item else ""
        if view.item == "DeviceID":
            item = item or action.target
        if item:
            page = self._visitor.open(
                page.link(f"{view.path}/{item}") or urllib.parse.urljoin(base, f"{view.path}/{item}")
            )
        elif view.opens_first and page.is_shown:
            ways = (urllib.parse.urlsplit(address).path for address, _ in page.content.links)
            first = next((way for way in ways if re.fullmatch(rf"{view.path}/\w+", way)), "")
            page = self._visitor.open(urllib.parse.urljoin(base, first)) if first else page
        values = _report_of(page)
        if action.kind == "view-home":
            values["menu"] = _menu(page)
        if action.kind == "view-message":
            values |= _message(values)
        return page, values

    def _act(self, act: Act, action: Action, base: str) -> tuple[Page, dict[str, Any]]:
        named = {name: str(value) for name, value in action.parameters.items() if isinstance(value, str | int)}
        target = act.form.format_map(_Named(named))
        page = self._open(act.path, base)
        form = page.form_to(target)
        if form is None and not page.is_sign_in:
            page = self._visitor.open(page.link(target) or urllib.parse.urljoin(base, target))
            form = page.form_to(target)
        if form is None:
            return page, _report_of(page)
        wanted = {act.fields.get(name, name).lower(): value for name, value in named.items()}
        wanted.update(act.given)
        page = self._visitor.submit(page, form, wanted, self._files(action))
        values = _report_of(page)
        if action.kind == "create-person" and page.is_shown:
            phrase = next((row["Pass phrase"] for row in page.content.rows if "Pass phrase" in row), "")
            self._pass_phrases[str(action.parameters.get("name", ""))] = phrase
        if action.kind == "run-report":
            values |= self._report(page, action.target)
        return page, values

    def _files(self, action: Action) -> dict[str, tuple[str, bytes]] | None:
        if action.kind not in FILES:
            return None
        parameter, columns = FILES[action.kind]
        rows: Mapping[str, Any] = action.parameters.get(parameter) or {}
        text = io.StringIO(newline="")
        csv.writer(text).writerows([columns, *((name, str(value).capitalize()) for name, value in rows.items())])
        octets = text.getvalue().encode()
        return {"file": (f"{parameter}.csv", octets), "signature": (f"{parameter}.sig", self._sign_file(octets))}

    def _report(self, page: Page, target: str) -> dict[str, Any]:
        """Count of rows, and those that name the target; nothing where no file is offered."""
        ways = (address for address, _ in page.content.links if urllib.parse.urlsplit(address).path.endswith(".csv"))
        way = next(ways, "")
        if not way:
            return {}
        rows = list(
            csv.DictReader(io.StringIO(self._visitor.open(urllib.parse.urljoin(page.url, way)).text, newline=""))
        )
        about = [row for row in rows if target and target in row.values()]
        return {"count": len(rows), "rows": (about or rows)[:_MOST_ROWS]}


class _Named(dict[str, str]):
    """Parameters for a path; what is missing or no part of a path stands for nothing."""

    def __missing__(self, _key: str) -> str:
        return "-"

    def __getitem__(self, key: str) -> str:
        return urllib.parse.quote(super().__getitem__(key), safe="")


def _report_of(page: Page) -> dict[str, Any]:
    """Return what a person would report of a page; nothing that is secret."""
    rows = [{name: value for name, value in row.items() if name not in _SECRETS} for row in page.content.rows]
    values: dict[str, Any] = {"title": page.content.title, "seen": page.content.identities, "rows": rows}
    if page.content.headings:
        values["headings"] = page.content.headings
    found = _REFERENCE.search(page.content.title)
    if found:
        values["reference"] = found[0]
    if page.content.alerts:
        values["problems"] = page.content.alerts
    return values


def _message(values: Mapping[str, Any]) -> dict[str, Any]:
    """Code, meaning and advice of a message page, from its summary."""
    rows: list[dict[str, str]] = values["rows"]
    summary = next((row for row in rows if "Code" in row and "State" in row), {})
    code, _, meaning = summary.get("Code", "").partition(" ")
    return {"ResponseCode": code, "meaning": meaning, "advice": summary.get("What to do", "")} if code else {}


def _code(values: Mapping[str, Any]) -> str:
    """The response code that a message page shows; empty: none, or an alert's."""
    code = str(values.get("ResponseCode", ""))
    return code if re.fullmatch(r"[IEW][0-9]{1,6}", code) else ""


def _menu(page: Page) -> list[str]:
    """Texts of the ways that the home page offers to pages of this site."""
    return list(dict.fromkeys(text for address, text in page.content.links if address.startswith("/") and text))
