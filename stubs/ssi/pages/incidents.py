"""The Incident Management Log: what a User raised or has an interest in, and nothing of anybody else's."""

from __future__ import annotations

import re

from schemas.ssi_tables import components, incident_categories
from stubs.events import IncidentRaised
from stubs.service_desk import Incident
from stubs.service_desk.incidents import UPDATES, NewIncident, raise_incident, update_incident
from stubs.ssi import fields
from stubs.ssi.blocks import Block, Field, FormBlock, Link, Links, Record, Table, Tag
from stubs.ssi.pages.page import Answer, Asked, Page, Redirect, Site, not_found, reporter, sheet
from stubs.wire.eui64 import Eui64

_QUOTING = {"8.14.3", "8.14.4"}
"""Services whose requests may quote an incident (DUIS schema, IncidentReference)."""

_CRUMBS = (Link("Incidents", "/incidents"),)
_DONE = {
    "raised": "The incident was raised. Quote its reference in IncidentReference of 8.14.3 or 8.14.4.",
    "updated": "The update was added.",
}


def _seen_by(site: Site, user: str) -> list[Incident]:
    mine = [incident for incident in site.desk.incidents.values() if incident.is_visible_to(user)]
    return sorted(mine, key=lambda incident: (incident.raised, incident.reference), reverse=True)


def _status(incident: Incident) -> Tag:
    return Tag(incident.status.capitalize(), "good" if incident.status in {"closed", "resolved"} else "open")


def listing(site: Site, asked: Asked) -> Page:
    """UC_ViewSMI_001: incidents raised by the User, or in which it is an interested party."""
    incidents = _seen_by(site, asked.viewer.user)
    wanted = asked.query.get("status", "")
    if wanted:
        incidents = [incident for incident in incidents if incident.status == wanted]
    rows = [
        (
            Link(incident.reference, f"/incidents/{incident.reference}"),
            incident.title,
            str(incident.category),
            _status(incident),
            "You" if incident.user == asked.viewer.user else incident.party,
            incident.raised,
            incident.target,
        )
        for incident in incidents
    ]
    columns = ("Reference", "Title", "Category", "Status", "Raised by", "Raised", "Target")
    blocks: list[Block] = [
        FormBlock(
            "/incidents",
            [
                Field(
                    "status", "Status", control="select", options=[("", "All"), *((s, s.capitalize()) for s in _STATES)]
                )
            ],
            "Filter",
            fields.Form(typed={"status": wanted}),
            method="get",
        ),
        Table(
            "Incidents you raised or have an interest in, newest first",
            columns,
            rows,
            "There is no incident that you can see.",
            keys=[incident.reference for incident in incidents],
        ),
    ]
    if "incident-acts" in asked.viewer.functions:
        blocks.insert(0, Links([Link("Raise an incident", "/incidents/new")]))
    return sheet("Incidents", blocks, shown=[incident.reference for incident in incidents])


_STATES = ("open", "in progress", "resolved", "closed")


def _form(form: fields.Form) -> FormBlock:
    categories = [("", "Choose a category")]
    categories += [(str(row.category), f"{row.category}: {row.title}") for row in incident_categories().values()]
    return FormBlock(
        "/incidents/new",
        [
            Field("category", "Category", "1 is the worst.", "select", categories),
            Field("component", "Component", "", "select", [("", "None"), *((name, name) for name in components())]),
            Field("title", "Title", "One line.", is_wide=True),
            Field("description", "Description", "What happened, when, and what you tried.", "textarea"),
            Field("device", "Device ID"),
            Field("mpxn", "MPAN or MPRN"),
            Field("request_id", "RequestID", "Of the message it is about.", is_wide=True),
            Field("interested", "Interested parties", "User IDs of other Users that may see it.", is_wide=True),
        ],
        "Raise incident",
        form,
        hint="Fields of the DCC's own form are not public; these are inferred.",
    )


def new(_: Site, asked: Asked) -> Page:
    """The empty form; device and RequestID may come from a message page."""
    known = {name: asked.query[name][:200] for name in ("device", "request_id", "mpxn") if name in asked.query}
    return sheet("Raise an incident", [_form(fields.Form(typed=known))], crumbs=_CRUMBS)


def create(site: Site, asked: Asked) -> Answer:
    """Raise it."""
    viewer = asked.viewer
    form = fields.read_form(fields.INCIDENT, asked.fields)
    fields.need(form, category="a category", title="a title", description="what happened")
    given = form.values
    request = given.get("request_id", "")
    if request and all(request not in {record.request_id, record.response_id} for record in site.records(viewer)):
        form.problems.append(
            fields.FieldProblem("request_id", "You have no such message.", "Copy it from your service audit trail.")
        )
    if "device" in given and site.device(viewer, Eui64.parse(given["device"])) is None:
        form.problems.append(
            fields.FieldProblem("device", "There is no such device that you can see.", "Look it up in the inventory.")
        )
    if not form.problems:
        told = NewIncident(
            category=int(given["category"]),
            title=given["title"],
            description=given["description"],
            device=given.get("device", ""),
            mpxn=given.get("mpxn", ""),
            request_id=request,
            component=given.get("component", ""),
            interested=tuple(given.get("interested", "").split()),
        )
        users = [user.eui for user in site.sources.users()]
        events = site.act(form, lambda desk, now: raise_incident(desk, reporter(viewer), told, users, now))
        if events is not None:
            raised = next(event for event in events if isinstance(event, IncidentRaised))
            return Redirect(f"/incidents/{raised.reference}?done=raised")
    return sheet("Raise an incident", [_form(form)], crumbs=_CRUMBS, status=400)


def _quoted_by(site: Site, asked: Asked, reference: str) -> list[tuple[str, str]]:
    """The viewer's own requests that quote the incident: name and RequestID."""
    pattern = re.compile(rf"IncidentReference>\s*{re.escape(reference)}\s*<")
    found = []
    for record in site.records(asked.viewer):
        if record.kind == "request" and record.srv in _QUOTING:
            body = site.trail.body(record, "request")
            if body is not None and pattern.search(body.decode("utf-8", "replace")):
                found.append((record.name, record.request_id))
    return found


def _view(site: Site, asked: Asked, incident: Incident, form: fields.Form, notice: str = "") -> Page:
    category = incident_categories()[incident.category]
    record = Record(
        "Incident",
        [
            ("title", "Title", incident.title),
            ("status", "Status", _status(incident)),
            ("category", "Category", f"{incident.category}: {category.title}"),
            ("raiser", "Raised by", incident.party),
            ("raised", "Raised", incident.raised),
            ("target", "Target", incident.target),
            ("closed", "Closed", incident.closed or ""),
            ("component", "Component", incident.component),
            (
                "device",
                "Device",
                Link(incident.device, f"/inventory/{incident.device}", is_identity=True) if incident.device else "",
            ),
            ("mpxn", "MPAN or MPRN", incident.mpxn),
            ("request_id", "RequestID", incident.request_id),
            ("interested", "Interested parties", ", ".join(site.party_of(user) for user in incident.interested)),
            ("description", "Description", incident.description),
        ],
    )
    history = Table(
        "History, oldest first",
        ("Time", "By", "Update", "Text"),
        [(note.at, note.by, note.update.capitalize(), note.text) for note in incident.notes],
        "Nothing was added yet.",
        heading="History",
    )
    blocks: list[Block] = [record, history]
    quoted = _quoted_by(site, asked, incident.reference)
    if quoted:
        rows = [(Link(name, f"/audit/{name}"), request) for name, request in quoted]
        blocks.append(Table("Requests that quote it", ("Message", "RequestID"), rows, "", heading="Quoted by"))
    if "incident-acts" in asked.viewer.functions:
        options = [("", "Choose one"), *((name, words) for name, words in UPDATES.items())]
        update = [Field("update", "Type of update", "", "select", options), Field("text", "Text", "", "textarea")]
        target = f"/incidents/{incident.reference}"
        blocks.append(FormBlock(target, update, "Add update", form, heading="Update"))
    return sheet(
        f"Incident {incident.reference}",
        blocks,
        key=incident.reference,
        notice=notice,
        crumbs=_CRUMBS,
        status=400 if form.problems else 200,
        shown=[
            *(incident.reference, incident.device, incident.mpxn, incident.request_id),
            *(incident.status.capitalize(), *(note.text for note in incident.notes)),
            *(request for _, request in quoted),
        ],
    )


def _find(site: Site, asked: Asked) -> Incident | None:
    incident = site.desk.incidents.get(asked.path["reference"])
    return incident if incident is not None and incident.is_visible_to(asked.viewer.user) else None


def view(site: Site, asked: Asked) -> Page:
    """One incident with its history."""
    incident = _find(site, asked)
    if incident is None:
        return not_found()
    return _view(site, asked, incident, fields.Form(), _DONE.get(asked.query.get("done", ""), ""))


def update(site: Site, asked: Asked) -> Answer:
    """Add an update, close or re-open."""
    incident = _find(site, asked)
    if incident is None:
        return not_found()
    form = fields.read_form({"update": fields.plain, "text": fields.plain}, asked.fields)
    fields.need(form, update="a type of update", text="what is to be added")
    if not form.problems:
        kind, text, by = form.values["update"], form.values["text"], reporter(asked.viewer)
        done = site.act(form, lambda desk, _: update_incident(desk.incidents[incident.reference], by, kind, text))
        if done is not None:
            return Redirect(f"/incidents/{incident.reference}?done=updated")
    return _view(site, asked, incident, form)
