"""The self-service pages as an aiohttp application; whoever runs it gives address, port and a TLS context.

Cookies are marked Secure, so the pages work over HTTPS only. Every page and every sign-in is recorded.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from aiohttp import web

from schemas.load import roles
from schemas.ssi_tables import functions
from stubs.events import ActRefused, PageViewed, PersonSignedIn, SignInLocked
from stubs.recording import recordable
from stubs.ssi import pages as views
from stubs.ssi.audit import AuditTrail
from stubs.ssi.fields import FieldProblem, Form
from stubs.ssi.guesses import Guesses
from stubs.ssi.pages import Asked, Download, Page, Redirect, Site, Upload
from stubs.ssi.rendering import render, stylesheet
from stubs.ssi.routes import ROUTES, Route
from stubs.ssi.sessions import Sessions, SignInRefused, session_name
from stubs.ssi.settings import SsiSettings
from stubs.ssi.sources import Sources, Viewer
from stubs.wire.errors import Blocked

SESSION_COOKIE, FORM_COOKIE = "ssi_session", "ssi_form"

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
"""On every answer. No script is ever served, so none is allowed."""

_LARGEST_FORM = 16 * 1024
_LARGEST_UPLOAD = 600 * 1024
_OWN_PATH = re.compile(r"\A/(?![/\\])[\x21-\x5b\x5d-\x7e]*\Z")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ViewerHandler = Callable[[web.Request, Viewer], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class _Ssi:
    sources: Sources
    sessions: Sessions
    guesses: Guesses
    site: Site

    # --- answers ---

    def _show(self, request: web.Request, page: Page, viewer: Viewer | None, form_key: str = "") -> web.Response:
        """Render and record; recorded before it is sent, so nothing is seen that is not in the record."""
        key = request.cookies.get(SESSION_COOKIE, "") if viewer else form_key
        text = render(page, viewer=viewer, csrf=self.sessions.csrf(key), path=recordable(request.path))
        self._record_view(request, page, viewer)
        return web.Response(status=page.status, text=text, content_type="text/html")

    def _record_view(self, request: web.Request, page: Page, viewer: Viewer | None) -> None:
        self.sources.record(
            PageViewed(
                session=viewer.session if viewer else "",
                person=viewer.person if viewer else "",
                user=viewer.user if viewer else "",
                role=viewer.role if viewer else "",
                path=recordable(request.path),
                status=page.status,
                title=recordable(page.title),
                query={
                    recordable(name): recordable(value)[:200]
                    for name, value in request.query.items()
                    if name != "pass_phrase"
                },
                shown=page.shown,
                method=request.method,
            )
        )

    def _signed_in(self, handler: ViewerHandler) -> Handler:
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

    # --- signing in and out ---

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
        key, is_new = self._form_key(request)
        notice = "Your session has ended. Sign in again to go on." if request.query.get("ended") else ""
        response = self._show(
            request, self._sign_in_page(Form(), _own_path(request.query.get("next", "")), notice), None, key
        )
        if is_new:
            _set_cookie(response, FORM_COOKIE, key)
        return response

    async def sign_in(self, request: web.Request) -> web.StreamResponse:
        given = await _form_fields(request)
        onward = _own_path(given.get("next", ""))
        key, _ = self._form_key(request)
        form = Form(typed={name: given.get(name, "")[:200] for name in ("person", "role")})
        if not self.sessions.csrf_holds(request.cookies.get(FORM_COOKIE, ""), given.get("csrf", "")):
            form.problems.append(
                FieldProblem("person", "This form is out of date.", "Fill it in again; cookies must be allowed.")
            )
            response = self._show(request, self._sign_in_page(form, onward), None, key)
            _set_cookie(response, FORM_COOKIE, key)
            return response
        for name, what in (("person", "your name"), ("pass_phrase", "your pass phrase"), ("role", "a User Role")):
            if not given.get(name, "").strip():
                form.problems.append(FieldProblem(name, f"Enter {what}.", "All three are needed."))
        if form.problems:
            return self._show(request, self._sign_in_page(form, onward), None, key)
        now = self.sources.now()
        until = self.guesses.wait_until(given["person"], now)
        if until is not None:
            refused = SignInRefused(
                "too many wrong guesses",
                "person",
                "There were too many wrong guesses for this name.",
                f"Try again after {until:%H:%M:%S} of the run's clock.",
            )
            return self._signed(request, form, refused, onward, key)
        people = self.sources.back.desk().people
        result = self.sessions.sign_in(
            self.sources.users(), given["person"], given["pass_phrase"], given["role"], now, people
        )
        self._count_guess(given["person"], result, now)
        return self._signed(request, form, result, onward, key)

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
            is_certified = request.path.endswith("/certificate")
            name = "role" if is_certified else result.field
            form.problems.append(FieldProblem(name, result.message, result.suggestion))
            page = (
                self._certificate_page(form.typed["person"], form, onward)
                if is_certified
                else self._sign_in_page(form, onward)
            )
            return self._show(request, page, None, key)
        token, viewer = result
        self._record_sign_in(session_name(token), viewer.person, viewer.user, viewer.role, "")
        response = web.Response(status=303, headers={"Location": onward or "/"})
        _set_cookie(response, SESSION_COOKIE, token)
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
        response = self._show(request, self._certificate_page(_certified(request), Form(), ""), None, key)
        if is_new:
            _set_cookie(response, FORM_COOKIE, key)
        return response

    def _certificate_page(self, person: str, form: Form, onward: str) -> Page:
        context = {"form": form, "roles": roles().values(), "person": person, "next": onward}
        return Page("certificate.html", "Sign in by certificate", context, status=400 if form.problems else 200)

    async def sign_in_by_certificate(self, request: web.Request) -> web.StreamResponse:
        """Take the form of ``certificate_form``."""
        given = await _form_fields(request)
        key, person = self._form_key(request)[0], _certified(request)
        form = Form(typed={"person": person, "role": given.get("role", "")[:20]})
        if not self.sessions.csrf_holds(request.cookies.get(FORM_COOKIE, ""), given.get("csrf", "")):
            form.problems.append(FieldProblem("role", "This form is out of date.", "Fill it in again."))
        elif not person:
            form.problems.append(
                FieldProblem("role", "Your browser showed no certificate.", "Install one of this test authority.")
            )
        if form.problems:
            return self._show(request, self._certificate_page(person, form, ""), None, key)
        back = self.sources.back
        result = self.sessions.sign_in(
            self.sources.users(), person, None, form.typed["role"], self.sources.now(), back.desk().people
        )
        return self._signed(request, form, result, "", key)

    def _record_sign_in(self, session: str, person: str, user: str, role: str, reason: str) -> None:
        self.sources.record(
            PersonSignedIn(session=session, person=person, user=user, role=role, accepted=not reason, reason=reason)
        )

    async def sign_out(self, request: web.Request, viewer: Viewer) -> web.StreamResponse:
        token = request.cookies[SESSION_COOKIE]
        if not self.sessions.csrf_holds(token, (await _form_fields(request)).get("csrf", "")):
            text = "This form is out of date. Go back, reload the page and try again."
            return self._show(request, views.problem("Form refused", text, 403), viewer)
        self.sessions.sign_out(token)
        response = web.Response(status=303, headers={"Location": "/sign-in"})
        response.del_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="Strict")
        return response

    # --- pages ---

    def page(self, route: Route) -> ViewerHandler:
        """The handler of one row of the routes: function, token of the form, fault, page, record."""
        row = functions()[route.function]

        async def handle(request: web.Request, viewer: Viewer) -> web.StreamResponse:
            if route.function not in viewer.functions:
                return self._refuse(request, viewer, route.function)
            fields: dict[str, str] = {}
            files: dict[str, Upload] = {}
            if request.method == "POST":
                fields, files = await _form(request)
                token = request.cookies[SESSION_COOKIE]
                if not self.sessions.csrf_holds(token, fields.get("csrf", "")):
                    text = "This form is out of date. Go back, reload the page and try again."
                    return self._show(request, views.problem("Form refused", text, 403), viewer)
            down = await self._bent(request, viewer, row.component)
            if down is not None:
                return self._show(request, down, viewer)
            path = {name: _part(request, name) for name in request.match_info}
            query = {recordable(name): recordable(value) for name, value in request.query.items()}
            asked = Asked(viewer, path, query, fields, files)
            answer = route.answer(self.site, asked)
            if isinstance(answer, Redirect):
                return web.Response(status=303, headers={"Location": answer.to})
            if isinstance(answer, Download):
                self._record_view(request, Page("", answer.title, shown=answer.shown), viewer)
                disposition = f'attachment; filename="{answer.name}"'
                headers = {"Content-Disposition": disposition}
                return web.Response(body=answer.body, content_type=answer.content_type, headers=headers)
            return self._show(request, answer, viewer)

        return handle

    def _refuse(self, request: web.Request, viewer: Viewer, function: str) -> web.Response:
        row = functions()[function]
        is_role = viewer.role in row.roles
        reason = (
            "the job types of the person do not have it" if is_role else f"User Role {viewer.role} does not have it"
        )
        self.sources.record(
            ActRefused(
                session=viewer.session,
                person=viewer.person,
                user=viewer.user,
                role=viewer.role,
                path=recordable(request.path),
                function=function,
                reason=reason,
            )
        )
        text = f"You may not use this function ({row.title}): {reason}. Ask your Party's administrator."
        return self._show(request, views.problem("Not allowed", text, 403), viewer)

    async def _bent(self, request: web.Request, viewer: Viewer, component: str) -> Page | None:
        """Let a fault act on the page; the page to show instead when its component is down."""
        path = recordable(request.path)
        facts = {"user": viewer.user, "path": path, "component": component}
        fault = self.sources.back.fault("ssi-page", facts, path)
        if fault is None:
            return None
        if fault.effect == "delay":
            await self.sources.back.sleep(fault.seconds)
            return None
        text = f"{component} is unavailable. See Service status, and try again later."
        return views.problem("Not available", text, 503)

    async def elsewhere(self, request: web.Request, viewer: Viewer) -> web.StreamResponse:
        return self._show(request, views.not_found(), viewer)


def make_ssi_app(sources: Sources, settings: SsiSettings, secret: bytes) -> web.Application:
    """The application.

    Args:
        sources: what the pages read and where they report to.
        settings: persons, time-out, visibility.
        secret: 32 octets; tokens of sessions and forms follow from it.
    """
    site = Site(sources, settings, AuditTrail(sources.entries, settings.profile_services))
    ssi = _Ssi(sources, Sessions(settings, secret), Guesses(), site)
    app = web.Application(client_max_size=_LARGEST_UPLOAD, middlewares=[_blocked_is_told])
    router, guarded = app.router, ssi._signed_in  # noqa: SLF001 - the class is this module's own
    router.add_get("/static/ssi.css", _style)
    router.add_get("/sign-in", ssi.sign_in_form)
    router.add_post("/sign-in", ssi.sign_in)
    router.add_get("/sign-in/certificate", ssi.certificate_form)
    router.add_post("/sign-in/certificate", ssi.sign_in_by_certificate)
    router.add_post("/sign-out", guarded(ssi.sign_out))
    for route in ROUTES:
        router.add_route(route.method, route.path, guarded(ssi.page(route)))
    router.add_get("/{elsewhere:.*}", guarded(ssi.elsewhere))
    app.on_response_prepare.append(_secure)
    return app


def _certified(request: web.Request) -> str:
    """Common name of the client certificate that the connection was opened with; empty: none."""
    certificate = (request.transport.get_extra_info("peercert") if request.transport else None) or {}
    parts = (part for group in certificate.get("subject", ()) for part in group)
    return next((str(value) for name, value in parts if name == "commonName"), "")


async def _style(_request: web.Request) -> web.Response:
    return web.Response(text=stylesheet(), content_type="text/css")


async def _secure(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(SECURITY_HEADERS)


@web.middleware
async def _blocked_is_told(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Blocked as error:
        page = views.problem("Not available", f"The simulated DCC cannot record this: {error}", 503)
        text = render(page, viewer=None, csrf="", path=recordable(request.path))
        return web.Response(status=503, text=text, content_type="text/html")


def _part(request: web.Request, name: str) -> str:
    """A part of the path, recordable."""
    return recordable(request.match_info[name])


async def _form_fields(request: web.Request) -> Mapping[str, str]:
    """Text fields of a posted form; anything else, files included, is left out."""
    return (await _form(request))[0]


async def _form(request: web.Request) -> tuple[dict[str, str], dict[str, Upload]]:
    """Text fields and files of a posted form; several values of a name are joined by spaces."""
    fields: dict[str, str] = {}
    files: dict[str, Upload] = {}
    kind = request.content_type
    if kind not in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        return fields, files
    if kind != "multipart/form-data" and (request.content_length or 0) > _LARGEST_FORM:
        raise web.HTTPRequestEntityTooLarge(_LARGEST_FORM, request.content_length or 0)
    try:
        posted = await request.post()
    except (LookupError, ValueError):
        return fields, files  # a charset nobody knows, octets that are none of it, parts that are none
    for given, value in posted.items():
        name = recordable(given)
        if isinstance(value, web.FileField):
            files[name] = Upload(recordable(value.filename), value.file.read())
        elif isinstance(value, str):
            text = recordable(value)
            fields[name] = f"{fields[name]} {text}" if name in fields else text
    return fields, files


def _own_path(text: str) -> str:
    """``text`` if it is a path on this site; so a sign-in never leads elsewhere."""
    return text if len(text) <= 500 and _OWN_PATH.match(text) else ""


def _set_cookie(response: web.Response, name: str, value: str) -> None:
    response.set_cookie(name, value, path="/", secure=True, httponly=True, samesite="Strict")
