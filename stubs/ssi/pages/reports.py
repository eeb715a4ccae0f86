"""The six reports of the SSI Reporting Interface Specification 1.0: titles stated, the rest inferred."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice

from schemas.ssi_tables import ReportRow, reports
from stubs.events import ReportRun
from stubs.ssi import fields
from stubs.ssi.audit import AuditRecord
from stubs.ssi.blocks import Field, FormBlock, Link, Links, Record, Table, Text
from stubs.ssi.csv_files import csv_text
from stubs.ssi.pages.page import Answer, Asked, Download, Page, Redirect, Site, instant_text, not_found, sheet
from stubs.ssi.sources import Viewer
from stubs.wire.eui64 import Eui64

Row = tuple[str, ...]
Period = tuple[datetime, datetime]

_MOST_DRAFTS = 50
_ROWS_SHOWN = 50
_CRUMBS = (Link("Reports", "/reports"),)


def listing(site: Site, asked: Asked) -> Page:
    """Reports of the viewer's User Role, and its User's runs."""
    viewer = asked.viewer
    offered = [row for row in reports().values() if viewer.role in row.roles]
    runs = [run for run in reversed(site.desk.runs.values()) if run.user == viewer.user]
    return sheet(
        "Reports",
        [
            Table(
                "Reports you can run",
                ("Report", "Title"),
                [(Link(row.report, f"/reports/{row.report}"), row.title) for row in offered],
                "Your User Role has no report.",
                keys=[row.report for row in offered],
            ),
            Table(
                "Runs, newest first",
                ("Run", "Report", "Time", "Rows", "Outcome"),
                [
                    (
                        Link(run.run, f"/reports/runs/{run.run}"),
                        run.report,
                        run.at,
                        str(run.rows),
                        _OUTCOMES[run.outcome],
                    )
                    for run in runs[:_ROWS_SHOWN]
                ],
                "No report was run yet.",
                heading="Runs",
                keys=[run.run for run in runs[:_ROWS_SHOWN]],
            ),
        ],
        shown=[row.report for row in offered],
    )


_OUTCOMES = {"complete": "Complete", "empty": "Empty", "too-large": "Too large"}


def _offered(asked: Asked) -> ReportRow | None:
    row = reports().get(asked.path["report"])
    return row if row is not None and asked.viewer.role in row.roles else None


def form_page(site: Site, asked: Asked, form: fields.Form | None = None) -> Page:
    """Show the columns of a report, and the form for its parameters."""
    row = _offered(asked)
    if row is None:
        return not_found()
    parameters = [
        Field("from", "From (day, UTC)", "", "date"),
        Field("to", "To (day included, UTC)", "", "date"),
    ]
    today = site.now.date().isoformat()
    filled = form or fields.Form(typed={"from": (site.now - timedelta(days=30)).date().isoformat(), "to": today})
    return sheet(
        f"{row.report} {row.title}",
        [
            Text([f"Columns: {', '.join(row.columns)}.", f"Source: {row.provenance}."]),
            FormBlock(f"/reports/{row.report}", parameters if row.by_period else [], "Run report", filled),
        ],
        key=row.report,
        crumbs=_CRUMBS,
        status=400 if filled.problems else 200,
        shown=[row.report],
    )


def run(site: Site, asked: Asked) -> Answer:
    """Run it: complete, empty, or refused as too large; a part is never given out as the whole."""
    row = _offered(asked)
    if row is None:
        return not_found()
    form = fields.read_form(fields.PERIOD if row.by_period else {}, asked.fields)
    if row.by_period:
        fields.need(form, **{"from": "the first day", "to": "the last day"})
    given = form.values
    if not form.problems and row.by_period and given["from"] >= given["to"]:
        form.problems.append(fields.FieldProblem("to", "The last day is before the first.", "Choose a later day."))
    if form.problems:
        return form_page(site, asked, form)
    period = (
        (datetime.fromisoformat(given["from"]), datetime.fromisoformat(given["to"]))
        if row.by_period
        else (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    )
    viewer, limit = asked.viewer, site.settings.report_rows
    facts = {"user": viewer.user, "path": f"/reports/{row.report}", "report": row.report}
    fault = site.sources.back.fault("ssi-report", facts, row.report)
    effect = fault.effect if fault is not None else ""
    rows = [] if effect == "empty" else list(islice(_BUILDERS[row.report](site, viewer, period), limit + 1))
    outcome = "too-large" if len(rows) > limit or effect == "huge" else "complete" if rows else "empty"
    name = ""

    def record(desk: object, _: datetime) -> list[ReportRun]:
        nonlocal name
        name = site.desk.next_reference("RUN")
        del desk
        return [
            ReportRun(
                run=name,
                report=row.report,
                user=viewer.user,
                person=viewer.person,
                role=viewer.role,
                parameters=dict(form.typed),
                rows=len(rows) if outcome == "complete" else 0,
                outcome=outcome,
            )
        ]

    site.sources.back.perform(record)
    if outcome != "too-large":
        columns = ("ReportID", "RunID", *row.columns)
        body = csv_text(columns, ((row.report, name, *cells) for cells in rows)).encode()
        site.drafts[name] = (viewer.user, body)
        while len(site.drafts) > _MOST_DRAFTS:
            del site.drafts[next(iter(site.drafts))]
    return Redirect(f"/reports/runs/{name}")


def result(site: Site, asked: Asked) -> Page:
    """Show the result of a run."""
    found = site.desk.runs.get(asked.path["run"])
    if found is None or found.user != asked.viewer.user:
        return not_found()
    row = reports()[found.report]
    limit = site.settings.report_rows
    text = {
        "complete": f"The report has {found.rows} rows.",
        "empty": "There is nothing to report for these parameters. Choose a longer period, or another report.",
        "too-large": f"The report would have more than {limit} rows: nothing was given out. Choose a shorter period.",
    }[found.outcome]
    draft = site.drafts.get(found.run)
    blocks: list[Text | Record | Links | Table] = [
        Text([text], tone="" if found.outcome == "complete" else "notice"),
        Record(
            "Run",
            [
                ("report", "Report", f"{found.report} {row.title}"),
                ("run", "Run", found.run),
                ("time", "Time", found.at),
                *((name, name.capitalize(), value) for name, value in found.parameters.items()),
                ("rows", "Rows", str(found.rows)),
                ("outcome", "Outcome", _OUTCOMES[found.outcome]),
            ],
        ),
    ]
    if found.outcome == "complete" and draft is not None:
        blocks.append(Links([Link("Download the report (CSV)", f"/reports/runs/{found.run}.csv")]))
    elif found.outcome == "complete":
        blocks.append(Text(["The file is no longer kept. Run the report again."]))
    return sheet(
        f"Run {found.run}",
        blocks,
        key=found.run,
        crumbs=_CRUMBS,
        status=422 if found.outcome == "too-large" else 200,
        shown=[found.run, found.report, found.outcome],
    )


def download(site: Site, asked: Asked) -> Answer:
    """The file of a run."""
    name = asked.path["run"]
    user, body = site.drafts.get(name, ("", b""))
    found = site.desk.runs.get(name)
    if user != asked.viewer.user or found is None or found.user != user:
        return not_found()
    return Download(f"{found.report}-{name}.csv", "text/csv", body, f"Report {found.report}, run {name}", (name,))


# --- rows ---


def _devices(site: Site, viewer: Viewer) -> list[dict[str, str]]:
    records = [site.sources.inventory.records[name] for name in sorted(site.sources.inventory.records)]
    return [
        {
            key: ", ".join(value) if isinstance(value, list | tuple) else str(value)
            for key, value in one.as_dict().items()
        }
        for one in site.visible(viewer, records)
    ]


def _status_date(site: Site, device: str) -> datetime | None:
    statuses = site.trail.statuses(device)
    return statuses[-1].at if statuses else None


def _text(at: datetime | None) -> str:
    return instant_text(at) if at is not None else ""


def _installation(site: Site, viewer: Viewer, period: Period) -> Iterator[Row]:
    for row in _devices(site, viewer):
        at = _status_date(site, row["DeviceID"])
        if row.get("DeviceType") not in {"ESME", "GSME"} or at is None or not period[0] <= at < period[1]:
            continue
        parties = {str(party) for role in ("IS", "GS") for party in _responsible(site, row["DeviceID"]).get(role, ())}
        yield (
            row.get("ImportMPxN", ""), row["DeviceID"], row.get("DeviceType", ""), row.get("DeviceStatus", ""),
            _text(at), row.get("DateCommissioned", ""), row.get("AssociatedCHFDeviceID", ""),
            row.get("CSPRegion", ""), " ".join(sorted(parties)),
        )  # fmt: skip


def _responsible(site: Site, device: str) -> Mapping[str, frozenset[Eui64]]:
    inventory = site.sources.inventory
    known = inventory.responsible(inventory.get(Eui64.parse(device)))
    return {role.value: parties for role, parties in known.items() if parties is not None}


def _firmware(site: Site, viewer: Viewer, _: Period) -> Iterator[Row]:
    for row in _devices(site, viewer):
        yield (
            row["DeviceID"], row.get("DeviceType", ""), row.get("DeviceManufacturer", ""), row.get("DeviceModel", ""),
            row.get("DeviceFirmwareVersion", ""), row.get("DeviceFirmwareVersionStatus", ""),
            row.get("CPLStatus", ""), row.get("DeviceStatus", ""), _text(_status_date(site, row["DeviceID"])),
            row.get("ImportMPxN", ""),
        )  # fmt: skip


def _models(site: Site, viewer: Viewer, _: Period) -> Iterator[Row]:
    def kind(row: dict[str, str]) -> Row:
        return tuple(row.get(key, "") for key in ("DeviceManufacturer", "DeviceModel", "DeviceType", "DeviceStatus"))

    for key, group in groupby(sorted(map(kind, _devices(site, viewer)))):
        yield (*key, str(len(list(group))))


def _hubs(site: Site, viewer: Viewer, _: Period) -> Iterator[Row]:
    rows = {row["DeviceID"]: row for row in _devices(site, viewer)}
    gateways = {
        row.get("AssociatedCHFDeviceID", ""): name for name, row in rows.items() if row.get("DeviceType") == "GPF"
    }
    for name, row in rows.items():
        hub = rows.get(row.get("AssociatedCHFDeviceID", ""))
        if hub is None or row is hub:
            continue
        yield (
            hub["DeviceID"], gateways.get(hub["DeviceID"], ""), hub.get("DeviceStatus", ""), hub.get("CSPRegion", ""),
            hub.get("UPRN", ""), hub.get("PostCode", ""), name, row.get("DeviceType", ""),
            row.get("DeviceStatus", ""), _text(_status_date(site, name)),
        )  # fmt: skip


def _within(site: Site, viewer: Viewer, period: Period) -> list[AuditRecord]:
    return [record for record in reversed(site.records(viewer)) if period[0] <= record.at < period[1]]


def _months(site: Site, viewer: Viewer, period: Period) -> Iterator[Row]:
    def key(record: AuditRecord) -> tuple[str, str]:
        return record.at.strftime("%Y-%m"), record.srv

    for (month, srv), group in groupby(sorted(_within(site, viewer, period), key=key), key):
        records = list(group)
        sent = [record for record in records if record.kind == "request"]
        codes = [record.code for record in records if record.kind in {"request", "response"} and record.code]
        wrong = sorted({code for code in codes if code.startswith(("E", "HTTP"))})
        counts = (
            len(sent),
            codes.count("I0"),
            sum(code in wrong for code in codes),
        )
        yield (
            month, viewer.user, viewer.role, srv, *map(str, counts),
            " ".join(f"{code}:{codes.count(code)}" for code in wrong),
            str(sum(record.kind == "device-alert" for record in records)),
            str(sum(record.kind == "dcc-alert" for record in records)),
        )  # fmt: skip


def _transactions(site: Site, viewer: Viewer, period: Period) -> Iterator[Row]:
    for record in sorted(_within(site, viewer, period), key=lambda each: (each.device, each.at)):
        is_alert = record.kind.endswith("alert")
        yield (
            record.device, instant_text(record.at), "sent" if record.kind == "request" else "received",
            fields.KIND_NAMES.get(record.kind, record.kind), record.srv, record.code if is_alert else "",
            record.request_id, "" if is_alert else record.code,
        )  # fmt: skip


_BUILDERS: Mapping[str, Callable[[Site, Viewer, Period], Iterator[Row]]] = {
    "RSMI_001": _installation,
    "RSMI_002": _firmware,
    "RSMI_003": _models,
    "RSMI_004": _hubs,
    "RSAT_001": _months,
    "RSAT_002": _transactions,
}
