"""Signing in to the self-service pages by pass phrase or client certificate, and out; the guard of all other pages."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from aiohttp import web

from schemas.load import roles
from stubs.events import PersonSignedIn, PersonSignedOut, SignInLocked
from stubs.recording import recordable
from stubs.ssi.answers import FORM_COOKIE, SESSION_COOKIE, Answers
from stubs.ssi.fields import FieldProblem, Form
from stubs.ssi.forms import certified, form_fields, own_path, set_cookie
from stubs.ssi.guesses import Guesses
from stubs.ssi.pages import Page, Site
from stubs.ssi.sessions import Sessions, SignInRefused, session_name
from stubs.ssi.sources import Sources, Viewer

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ViewerHandler = Callable[[web.Request, Viewer], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class SigningIn:
    """Sign-in: the forms, their refusals, the session."""

    answers: Answers
    guesses: Guesses
    site: Site

    @property
    def sources(self) -> Sources:
        """Return the sources that the pages read and report to."""
        return self.answers.sources

    @property
    def sessions(self) -> Sessions:
        """Open sessions."""
        return self.answers.sessions

    def signed_in(self, handler: ViewerHandler) -> Handler:
        """Admit only viewers with a session; send all others to the sign-in form."""

        async def handle(request: web.Request) -> web.StreamResponse:
            token = request.cookies.get(SESSION_COOKIE, "")
            self.sessions.end_without_right(token, self.sources.users())
            viewer = self.sessions.viewer(token, self.sources.now(), self.sources.back.desk().people)
            if viewer is None:
                query = {"next": recordable(request.path_qs)} if request.method == "GET" and request.path != "/" else {}
                if token:
                    query["ended"] = "yes"
                location = "/sign-in" + (f"?{urlencode(query)}" if query else "")
                return web.Response(status=303, headers={"Location": location})
            await asyncio.to_thread(self.site.trail.catch_up)
            return await handler(request, viewer)

        return handle

    def _form_key(self, request: web.Request) -> tuple[str, bool]:
        key = request.cookies.get(FORM_COOKIE, "")
        is_new = not re.fullmatch(r"[0-9a-f]{32}", key)
        if is_new:
            key = self.sessions.new_form_key(self.sources.now())
        return key, is_new

    def _sign_in_page(self, form: Form, onward: str, notice: str = "") -> Page:
        context = {"form": form, "roles": roles().values(), "next": onward, "notice": notice}
        return Page("sign-in.html", "Sign in", context, status=400 if form.problems else 200)

    async def sign_in_form(self, request: web.Request) -> web.StreamResponse:
        """The form for name and pass phrase."""
        key, is_new = self._form_key(request)
        notice = "Your session has ended. Sign in again to go on." if request.query.get("ended") else ""
        response = self.answers.show(
            request, self._sign_in_page(Form(), own_path(request.query.get("next", "")), notice), None, key
        )
        if is_new:
            set_cookie(response, FORM_COOKIE, key)
        return response

    async def sign_in(self, request: web.Request) -> web.StreamResponse:
        """Take the form of ``sign_in_form``."""
        given = await form_fields(request)
        onward = own_path(given.get("next", ""))
        key, _ = self._form_key(request)
        form = Form(typed={name: given.get(name, "")[:200] for name in ("person", "role")})
        if not self.sessions.csrf_holds(request.cookies.get(FORM_COOKIE, ""), given.get("csrf", "")):
            form.problems.append(
                FieldProblem("person", "This form is out of date.", "Fill it in again; cookies must be allowed.")
            )
            response = self.answers.show(request, self._sign_in_page(form, onward), None, key)
            set_cookie(response, FORM_COOKIE, key)
            return response
        for name, what in (("person", "your name"), ("pass_phrase", "your pass phrase"), ("role", "a User Role")):
            if not given.get(name, "").strip():
                form.problems.append(FieldProblem(name, f"Enter {what}.", "All three are needed."))
        if form.problems:
            return self.answers.show(request, self._sign_in_page(form, onward), None, key)
        result = self._try(given["person"], given["pass_phrase"], given["role"])
        return self._signed(request, form, result, onward, key)

    def _try(self, person: str, pass_phrase: str | None, role: str) -> tuple[str, Viewer] | SignInRefused:
        """Open a session, unless too much was guessed for the name; None as pass phrase: by certificate."""
        now = self.sources.now()
        name = person if pass_phrase is not None else f"certificate of {person}"  # so that neither locks the other
        desk = self.sources.back.desk()
        self.guesses.forget_before(desk.resets)
        until = self.guesses.wait_until(name, now)
        if until is not None:
            return SignInRefused(
                "too many wrong guesses",
                "person",
                "There were too many wrong guesses for this name.",
                f"Try again after {until:%H:%M:%S} of the run's clock.",
            )
        result = self.sessions.sign_in(self.sources.users(), person, pass_phrase, role, now, desk.people)
        self._count_guess(name, result, now)
        return result

    def _signed(
        self, request: web.Request, form: Form, result: tuple[str, Viewer] | SignInRefused, onward: str, key: str
    ) -> web.Response:
        """Answer a sign-in; a fault may let the credential be expired."""
        if not isinstance(result, SignInRefused):
            token, viewer = result
            facts = {"user": viewer.user, "path": "/sign-in"}
            if self.sources.back.fault("ssi-sign-in", facts, viewer.person) is not None:
                self.sessions.sign_out(token)
                result = SignInRefused(
                    "credential expired",
                    "person",
                    "This credential is expired.",
                    "Ask your Party's administrator for a new one.",
                    viewer.user,
                )
        if isinstance(result, SignInRefused):
            self._record_sign_in("", form.typed["person"], result.user, form.typed["role"], result.reason)
            iscertified = request.path.endswith("/certificate")
            name = "role" if iscertified else result.field
            form.problems.append(FieldProblem(name, result.message, result.suggestion))
            page = (
                self._certificate_page(form.typed["person"], form, onward)
                if iscertified
                else self._sign_in_page(form, onward)
            )
            return self.answers.show(request, page, None, key)
        token, viewer = result
        self._record_sign_in(session_name(token), viewer.person, viewer.user, viewer.role, "")
        response = web.Response(status=303, headers={"Location": onward or "/"})
        set_cookie(response, SESSION_COOKIE, token)
        return response

    def _count_guess(self, person: str, result: tuple[str, Viewer] | SignInRefused, now: datetime) -> None:
        if not isinstance(result, SignInRefused):
            self.guesses.right(person)
        elif result.is_guess:
            locked = self.guesses.wrong(person, now)
            if locked is not None:
                self.sources.record(SignInLocked(person=person[:200], until=locked))

    async def certificate_form(self, request: web.Request) -> web.StreamResponse:
        """Sign in by client certificate: the person is its common name, the User Role is chosen."""
        key, is_new = self._form_key(request)
        response = self.answers.show(request, self._certificate_page(certified(request), Form(), ""), None, key)
        if is_new:
            set_cookie(response, FORM_COOKIE, key)
        return response

    def _certificate_page(self, person: str, form: Form, onward: str) -> Page:
        context = {"form": form, "roles": roles().values(), "person": person, "next": onward}
        return Page("certificate.html", "Sign in by certificate", context, status=400 if form.problems else 200)

    async def sign_in_by_certificate(self, request: web.Request) -> web.StreamResponse:
        """Take the form of ``certificate_form``."""
        given = await form_fields(request)
        key, person = self._form_key(request)[0], certified(request)
        form = Form(typed={"person": person, "role": given.get("role", "")[:20]})
        if not self.sessions.csrf_holds(request.cookies.get(FORM_COOKIE, ""), given.get("csrf", "")):
            form.problems.append(FieldProblem("role", "This form is out of date.", "Fill it in again."))
        elif not person:
            form.problems.append(
                FieldProblem("role", "Your browser showed no certificate.", "Install one of this test authority.")
            )
        if form.problems:
            return self.answers.show(request, self._certificate_page(person, form, ""), None, key)
        return self._signed(request, form, self._try(person, None, form.typed["role"]), "", key)

    def _record_sign_in(self, session: str, person: str, user: str, role: str, reason: str) -> None:
        self.sources.record(
            PersonSignedIn(session=session, person=person, user=user, role=role, accepted=not reason, reason=reason)
        )

    async def sign_out(self, request: web.Request, viewer: Viewer) -> web.StreamResponse:
        """End the session, and say so in the record."""
        token = request.cookies[SESSION_COOKIE]
        if not self.sessions.csrf_holds(token, (await form_fields(request)).get("csrf", "")):
            return self.answers.out_of_date(request, viewer)
        self.sessions.sign_out(token)
        self.sources.record(
            PersonSignedOut(session=viewer.session, person=viewer.person, user=viewer.user, role=viewer.role)
        )
        response = web.Response(status=303, headers={"Location": "/sign-in"})
        response.del_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="Strict")
        return response
