"""The self-service pages as an aiohttp application; whoever runs it gives address, port and a TLS context.

Cookies are marked Secure, so the pages work over HTTPS only. Every page and every sign-in is recorded.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from schemas.ssi_tables import functions
from stubs.events import ActRefused
from stubs.recording import recordable
from stubs.ssi import pages as views
from stubs.ssi.answers import SESSION_COOKIE, Answers
from stubs.ssi.audit import AuditTrail
from stubs.ssi.forms import LARGEST_UPLOAD, posted_form
from stubs.ssi.guesses import Guesses
from stubs.ssi.pages import Asked, Download, Page, Redirect, Site, Upload
from stubs.ssi.rendering import render, stylesheet
from stubs.ssi.routes import ROUTES, Route
from stubs.ssi.sessions import Sessions
from stubs.ssi.settings import SsiSettings
from stubs.ssi.signing_in import SigningIn, ViewerHandler
from stubs.ssi.sources import Sources, Viewer
from stubs.wire.errors import Blocked

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

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class _Pages:
    """The handlers of all pages behind the sign-in."""

    answers: Answers
    site: Site

    @property
    def sources(self) -> Sources:
        """Return the sources that the pages read and report to."""
        return self.site.sources

    def page(self, route: Route) -> ViewerHandler:
        """The handler of one row of the routes: function, token of the form, fault, page, record."""
        row = functions()[route.function]

        async def handle(request: web.Request, viewer: Viewer) -> web.StreamResponse:
            if route.function not in viewer.functions:
                return self._refuse(request, viewer, route.function)
            fields: dict[str, str] = {}
            files: dict[str, Upload] = {}
            if request.method == "POST":
                fields, files = await posted_form(request)
                token = request.cookies[SESSION_COOKIE]
                if not self.answers.sessions.csrf_holds(token, fields.get("csrf", "")):
                    return self.answers.out_of_date(request, viewer)
            down = await self._faulty_page(request, viewer, row.component)
            if down is not None:
                return self.answers.show(request, down, viewer)
            path = {name: _part(request, name) for name in request.match_info}
            query = {recordable(name): recordable(value) for name, value in request.query.items()}
            asked = Asked(viewer, path, query, fields, files)
            answer = route.answer(self.site, asked)
            if isinstance(answer, Redirect):
                return web.Response(status=303, headers={"Location": answer.to})
            if isinstance(answer, Download):
                text = answer.body.decode("utf-8", "replace")
                self.answers.record_view(request, Page("", answer.title, shown=answer.shown), viewer, text)
                disposition = f'attachment; filename="{answer.name}"'
                headers = {"Content-Disposition": disposition}
                return web.Response(body=answer.body, content_type=answer.content_type, headers=headers)
            return self.answers.show(request, answer, viewer)

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
        return self.answers.show(request, views.problem("Not allowed", text, 403), viewer)

    async def _faulty_page(self, request: web.Request, viewer: Viewer, component: str) -> Page | None:
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
        return self.answers.show(request, views.not_found(), viewer)


def make_ssi_app(sources: Sources, settings: SsiSettings, secret: bytes) -> web.Application:
    """The application.

    Args:
        sources: what the pages read and where they report to.
        settings: persons, time-out, visibility.
        secret: 32 octets; tokens of sessions and forms follow from it.
    """
    site = Site(sources, settings, AuditTrail(sources.entries, settings.profile_services))
    answers = Answers(sources, Sessions(settings, secret))
    signing, pages = SigningIn(answers, Guesses(), site), _Pages(answers, site)
    app = web.Application(client_max_size=LARGEST_UPLOAD, middlewares=[_blocked_is_told])
    router, guarded = app.router, signing.signed_in
    router.add_get("/static/ssi.css", _style)
    router.add_get("/sign-in", signing.sign_in_form)
    router.add_post("/sign-in", signing.sign_in)
    router.add_get("/sign-in/certificate", signing.certificate_form)
    router.add_post("/sign-in/certificate", signing.sign_in_by_certificate)
    router.add_post("/sign-out", guarded(signing.sign_out))
    for route in ROUTES:
        router.add_route(route.method, route.path, guarded(pages.page(route)))
    router.add_get("/{elsewhere:.*}", guarded(pages.elsewhere))
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
