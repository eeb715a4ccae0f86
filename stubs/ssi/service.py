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
from stubs.events import PageViewed, PersonSignedIn, SignInLocked
from stubs.recording import recordable
from stubs.ssi import pages as views
from stubs.ssi.audit import AuditTrail
from stubs.ssi.fields import FieldProblem, Form
from stubs.ssi.guesses import Guesses
from stubs.ssi.pages import Page, Pages
from stubs.ssi.rendering import render, stylesheet
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
_OWN_PATH = re.compile(r"\A/(?![/\\])[\x21-\x5b\x5d-\x7e]*\Z")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ViewerHandler = Callable[[web.Request, Viewer], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class _Ssi:
    sources: Sources
    sessions: Sessions
    guesses: Guesses
    pages: Pages

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
            )
        )

    def _signed_in(self, handler: ViewerHandler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            token = request.cookies.get(SESSION_COOKIE, "")
            self.sessions.end_without_right(token, self.sources.users())
            viewer = self.sessions.viewer(token, self.sources.now())
            if viewer is None:
                query = {"next": recordable(request.path_qs)} if request.method == "GET" and request.path != "/" else {}
                if token:
                    query["ended"] = "yes"
                location = "/sign-in" + (f"?{urlencode(query)}" if query else "")
                return web.Response(status=303, headers={"Location": location})
            await asyncio.to_thread(self.pages.trail.catch_up)
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
            self._record_sign_in("", form.typed["person"], "", form.typed["role"], refused.reason)
            form.problems.append(FieldProblem(refused.field, refused.message, refused.suggestion))
            return self._show(request, self._sign_in_page(form, onward), None, key)
        result = self.sessions.sign_in(self.sources.users(), given["person"], given["pass_phrase"], given["role"], now)
        self._count_guess(given["person"], result, now)
        if isinstance(result, SignInRefused):
            self._record_sign_in("", form.typed["person"], result.user, form.typed["role"], result.reason)
            form.problems.append(FieldProblem(result.field, result.message, result.suggestion))
            return self._show(request, self._sign_in_page(form, onward), None, key)
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

    async def home(self, request: web.Request, viewer: Viewer) -> web.StreamResponse:
        return self._show(request, self.pages.home(viewer), viewer)

    async def inventory(self, request: web.Request, viewer: Viewer) -> web.StreamResponse:
        return self._show(request, self.pages.inventory(viewer, request.query), viewer)

    async def device(self, request: web.Request, viewer: Viewer) -> web.StreamResponse:
        return self._show(request, self.pages.device(viewer, _part(request, "device")), viewer)

    async def audit(self, request: web.Request, viewer: Viewer) -> web.StreamResponse:
        return self._show(request, self.pages.audit(viewer, request.query), viewer)

    async def message(self, request: web.Request, viewer: Viewer) -> web.StreamResponse:
        return self._show(request, self.pages.message(viewer, _part(request, "name")), viewer)

    async def body(self, request: web.Request, viewer: Viewer) -> web.StreamResponse:
        name, part = _part(request, "name"), _part(request, "part")
        body = self.pages.body(viewer, name, part)
        if body is None:
            return self._show(request, views.not_found(), viewer)
        self._record_view(request, Page("", f"Download {name} {part}", shown=(name,)), viewer)
        disposition = f'attachment; filename="{name}-{part}.xml"'
        return web.Response(body=body, content_type="application/xml", headers={"Content-Disposition": disposition})

    async def elsewhere(self, request: web.Request, viewer: Viewer) -> web.StreamResponse:
        return self._show(request, views.not_found(), viewer)


def make_ssi_app(sources: Sources, settings: SsiSettings, secret: bytes) -> web.Application:
    """The application.

    Args:
        sources: what the pages read and where they report to.
        settings: persons, time-out, visibility.
        secret: 32 octets; tokens of sessions and forms follow from it.
    """
    pages = Pages(sources, settings, AuditTrail(sources.entries))
    ssi = _Ssi(sources, Sessions(settings, secret), Guesses(), pages)
    app = web.Application(client_max_size=_LARGEST_FORM, middlewares=[_blocked_is_told])
    router, guarded = app.router, ssi._signed_in  # noqa: SLF001 - the class is this module's own
    router.add_get("/static/ssi.css", _style)
    router.add_get("/sign-in", ssi.sign_in_form)
    router.add_post("/sign-in", ssi.sign_in)
    router.add_post("/sign-out", guarded(ssi.sign_out))
    router.add_get("/", guarded(ssi.home))
    router.add_get("/inventory", guarded(ssi.inventory))
    router.add_get("/inventory/{device}", guarded(ssi.device))
    router.add_get("/audit", guarded(ssi.audit))
    router.add_get("/audit/{name}", guarded(ssi.message))
    router.add_get("/audit/{name}/{part:request|answer|message}.xml", guarded(ssi.body))
    router.add_get("/{elsewhere:.*}", guarded(ssi.elsewhere))
    app.on_response_prepare.append(_secure)
    return app


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
    if request.content_type != "application/x-www-form-urlencoded":
        return {}
    try:
        fields = await request.post()
    except (LookupError, ValueError):
        return {}  # a charset nobody knows, octets that are none of it
    return {recordable(name): recordable(value) for name, value in fields.items() if isinstance(value, str)}


def _own_path(text: str) -> str:
    """``text`` if it is a path on this site; so a sign-in never leads elsewhere."""
    return text if len(text) <= 500 and _OWN_PATH.match(text) else ""


def _set_cookie(response: web.Response, name: str, value: str) -> None:
    response.set_cookie(name, value, path="/", secure=True, httponly=True, samesite="Strict")
