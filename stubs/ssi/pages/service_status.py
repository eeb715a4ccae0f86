"""The DCC's services: dashboard, service alerts, maintenance, questions (draft SSI specification 2015)."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.ssi_tables import components, questions
from stubs.service_desk import Alert, Maintenance
from stubs.ssi.blocks import Link, Links, Record, Table, Tag, Text
from stubs.ssi.pages.page import Asked, Page, Site, instant_text, not_found, sheet

WORDS = {"degraded": "Degraded", "unavailable": "Unavailable", "information": "Information"}
_TONES = {"degraded": "open", "unavailable": "bad", "information": "open"}


@dataclass(frozen=True, slots=True)
class ComponentState:
    """A component with its high-level status and the service alerts behind it."""

    component: str
    what: str
    status: str
    tone: str
    alerts: tuple[Alert, ...]


def component_states(site: Site) -> list[ComponentState]:
    """All components, in the order of the table; the worst open alert or armed fault decides."""
    active = [alert for alert in site.desk.alerts.values() if alert.closed is None]
    down = site.sources.back.components_down()
    found = []
    for row in components().values():
        alerts = tuple(alert for alert in active if row.component in alert.components)
        states = {alert.state for alert in alerts} | ({"unavailable"} if row.component in down else set())
        worst = next((state for state in ("unavailable", "degraded") if state in states), "")
        found.append(
            ComponentState(row.component, row.what, WORDS.get(worst, "Available"), _TONES.get(worst, "good"), alerts)
        )
    return found


def dashboard(site: Site, _: Asked) -> Page:
    """UC_ServiceDashboard_001: components with status, count of alerts, and the alerts of Major Incidents."""
    states = component_states(site)
    major = [alert for alert in site.desk.alerts.values() if alert.is_major and alert.closed is None]
    rows = [
        (
            state.component,
            Tag(state.status, state.tone),
            Link(str(len(state.alerts)), f"/service/alerts?component={state.component.replace(' ', '+')}"),
            state.what,
        )
        for state in states
    ]
    return sheet(
        "Service status",
        [
            Text(["One view of the DCC's components as they are now."], tone="lead"),
            Table(
                "Components of the DCC",
                ("Component", "Status", "Service alerts", "What it is"),
                rows,
                "No component is known.",
                keys=[state.component for state in states],
            ),
            _alert_table("Alerts of Major Incidents", major, "There is no Major Incident."),
            Links([Link("All service alerts", "/service/alerts"), Link("Maintenance", "/service/maintenance")]),
        ],
        shown=[
            *(word for state in states if state.tone != "good" for word in (state.component, state.status)),
            *(alert.alert for alert in major),
        ],
    )


def _alert_table(heading: str, alerts: list[Alert], empty: str) -> Table:
    rows = [
        (
            Link(alert.alert, f"/service/alerts/{alert.alert}"),
            alert.title,
            ", ".join(alert.components),
            alert.impact,
            Tag("Closed", "good") if alert.closed else Tag(WORDS[alert.state], _TONES[alert.state]),
            alert.created,
            alert.expected or "",
            alert.closed or "",
            alert.updates[-1][1],
        )
        for alert in alerts
    ]
    columns = (
        "Alert", "Title", "Components", "Geographic impact", "State", "Created", "Expected resolution", "Closed",
        "Latest update",
    )  # fmt: skip
    return Table(heading, columns, rows, empty, heading=heading, keys=[alert.alert for alert in alerts])


def alerts(site: Site, asked: Asked) -> Page:
    """UC_ServiceAlerts_001: the list, open ones first, newest first."""
    wanted = asked.query.get("component", "")
    fitting = [alert for alert in site.desk.alerts.values() if not wanted or wanted in alert.components]
    newest = sorted(fitting, key=lambda alert: alert.created, reverse=True)
    active = [alert for alert in newest if alert.closed is None]
    closed = [alert for alert in newest if alert.closed is not None]
    return sheet(
        "Service alerts",
        [
            _alert_table("Active service alerts", active, "There is no active service alert."),
            _alert_table("Closed service alerts", closed, "There is no closed service alert."),
        ],
        crumbs=[Link("Service status", "/service")],
        shown=[word for alert in newest for word in _words(alert)],
    )


def _words(alert: Alert) -> list[str]:
    """Return the words that a page shows of an alert."""
    expected = [instant_text(alert.expected)] if alert.expected else []
    return [alert.alert, alert.title, *alert.components, alert.impact, *expected, alert.updates[-1][1]]


def alert(site: Site, asked: Asked) -> Page:
    """UC_ServiceAlerts_002: one alert in full."""
    found = site.desk.alerts.get(asked.path["alert"])
    if found is None:
        return not_found()
    record = Record(
        "Service alert",
        [
            ("title", "Title", found.title),
            ("components", "Components", ", ".join(found.components)),
            ("impact", "Geographic impact", found.impact),
            ("state", "State", Tag(WORDS[found.state], _TONES[found.state])),
            ("major", "Major Incident", "Yes" if found.is_major else "No"),
            ("created", "Created", found.created),
            ("expected", "Expected resolution", found.expected or ""),
            ("closed", "Closed", found.closed or ""),
        ],
    )
    updates = Table("Updates, newest first", ("Time", "Update"), found.updates[::-1], "There is no update.")
    return sheet(
        f"Service alert {found.alert}",
        [record, updates],
        key=found.alert,
        crumbs=[Link("Service alerts", "/service/alerts")],
        shown=_words(found),
    )


def maintenance(site: Site, _: Asked) -> Page:
    """Planned and unplanned maintenance, what ended left out."""
    entries = sorted(site.desk.maintenance.values(), key=lambda entry: entry.starts)
    ahead = [entry for entry in entries if entry.ends >= site.now]

    def table(caption: str, chosen: list[Maintenance], empty: str) -> Table:
        rows = [
            (entry.maintenance, entry.title, ", ".join(entry.services), entry.starts, entry.ends, entry.detail)
            for entry in chosen
        ]
        columns = ("Reference", "Title", "Services", "From", "To", "Detail")
        return Table(caption, columns, rows, empty, keys=[entry.maintenance for entry in chosen])

    planned = [entry for entry in ahead if entry.is_planned]
    unplanned = [entry for entry in ahead if not entry.is_planned]
    return sheet(
        "Maintenance",
        [
            table("Planned maintenance", planned, "No maintenance is planned."),
            table("Unplanned maintenance", unplanned, "There is no unplanned maintenance."),
        ],
        crumbs=[Link("Service status", "/service")],
        shown=[
            word
            for entry in ahead
            for word in (
                entry.maintenance,
                entry.title,
                *entry.services,
                *map(instant_text, (entry.starts, entry.ends)),
            )
        ],
    )


def help_page(_: Site, __: Asked) -> Page:
    """Questions with answers, and where each answer comes from."""
    blocks = [Text([row.answer, f"Source: {row.provenance}."], heading=f"{row.question}") for row in questions()]
    return sheet("Help and questions", blocks, shown=[row.question for row in questions()])
