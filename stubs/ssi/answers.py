"""Answers to every page of the self-service interface: rendered, and recorded before they are sent."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from stubs.events import PageViewed
from stubs.recording import recordable
from stubs.ssi import pages as views
from stubs.ssi.pages import Page
from stubs.ssi.rendering import render
from stubs.ssi.served import identities_in, ways_in
from stubs.ssi.sessions import Sessions
from stubs.ssi.sources import Sources, Viewer

SESSION_COOKIE, FORM_COOKIE = "ssi_session", "ssi_form"


@dataclass(frozen=True, slots=True)
class Answers:
    """Makes answers."""

    sources: Sources
    sessions: Sessions

    def show(self, request: web.Request, page: Page, viewer: Viewer | None, form_key: str = "") -> web.Response:
        """Render and record; recorded before it is sent, so nothing is seen that is not in the record."""
        key = request.cookies.get(SESSION_COOKIE, "") if viewer else form_key
        text = render(page, viewer=viewer, csrf=self.sessions.csrf(key), path=recordable(request.path))
        self.record_view(request, page, viewer, text, ways=ways_in(text))
        return web.Response(status=page.status, text=text, content_type="text/html")

    def record_view(
        self, request: web.Request, page: Page, viewer: Viewer | None, text: str, ways: tuple[str, ...] = ()
    ) -> None:
        """Record what is about to be sent: the page or file ``text``, which offers ``ways``."""
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
                agent=recordable(request.headers.get("User-Agent", ""))[:200],
                identities=identities_in(text),
                ways=tuple(recordable(way) for way in ways),
            )
        )

    def out_of_date(self, request: web.Request, viewer: Viewer) -> web.Response:
        """A form that did not come from a page we showed to this browser."""
        text = "This form is out of date. Go back, reload the page and try again."
        return self.show(request, views.problem("Form refused", text, 403), viewer)
