"""Home page: state of the DCC's components, the last day in numbers, the latest messages."""

from __future__ import annotations

from datetime import timedelta

from stubs.ssi.pages.messages import identities
from stubs.ssi.pages.page import Asked, Page, Site
from stubs.ssi.pages.service_status import component_states

_RECENT = 10


def home(site: Site, asked: Asked) -> Page:
    """The home page."""
    viewer = asked.viewer
    records = site.records(viewer) if "audit" in viewer.functions else []
    day = [record for record in records if site.now - record.at < timedelta(days=1)]
    sent = [record for record in day if record.kind == "request"]
    counts = (
        ("Requests sent", len(sent), "kind=request"),
        ("Requests refused", sum(record.state == "Refused" for record in sent), "kind=request"),
        ("Responses", sum(record.kind == "response" for record in day), "kind=response"),
        ("Device alerts", sum(record.kind == "device-alert" for record in day), "kind=device-alert"),
        ("DCC alerts", sum(record.kind == "dcc-alert" for record in day), "kind=dcc-alert"),
    )
    recent = records[:_RECENT]
    states = component_states(site)
    context = {
        "counts": counts,
        "records": recent,
        "troubled": [state for state in states if state.tone != "good"],
        "components": len(states),
    }
    return Page("home.html", "Home", context, shown=identities(recent))
