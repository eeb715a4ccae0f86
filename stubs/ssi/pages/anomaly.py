"""Service management requests, anomaly thresholds by signed file, quarantine: report and action file.

The order of steps (request first, its reference quoted with the file) is stated in the DCC's Threshold Anomaly
Detection Procedures; layouts of pages and files are inferred.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence

from stubs.events import AnyEvent, FileSubmitted, ManagementRequestRaised
from stubs.service_desk import FieldError, ManagementRequest
from stubs.service_desk.files import ACTION_COLUMNS, LARGEST, THRESHOLD_COLUMNS, read_actions, read_thresholds
from stubs.service_desk.requests import REQUEST_TYPES, raise_request
from stubs.ssi import fields
from stubs.ssi.blocks import Block, Field, FormBlock, Link, Links, Record, Table, Tag, Text
from stubs.ssi.csv_files import csv_text
from stubs.ssi.pages.page import Answer, Asked, Download, Page, Redirect, Site, not_found, reporter, sheet
from stubs.ssi.sources import HeldRequest

_SIGNED = "ECDSA with SHA-256 over the exact octets of the file, as DER in base64, by the User's signing key."
_GUIDANCE = (
    "A request above your threshold is quarantined until you release or delete it. Raise a service management "
    "request of the type Anomaly thresholds, then submit the signed file with its reference."
)
_SMSR_CRUMBS = (Link("Service management requests", "/smsr"),)


# --- service management requests ---


def _own_requests(site: Site, user: str) -> list[ManagementRequest]:
    return [request for request in reversed(site.desk.requests.values()) if request.user == user]


def smsr_listing(site: Site, asked: Asked) -> Page:
    """The User's own service management requests."""
    mine = _own_requests(site, asked.viewer.user)
    rows = [
        (
            Link(request.reference, f"/smsr/{request.reference}"),
            REQUEST_TYPES[request.request_type],
            Tag(request.status.capitalize(), "open" if request.status == "open" else "good"),
            request.raised,
            request.person,
        )
        for request in mine
    ]
    blocks: list[Block] = [
        Table(
            "Your service management requests, newest first",
            ("Reference", "Type", "Status", "Raised", "By"),
            rows,
            "You have raised none.",
            keys=[request.reference for request in mine],
        )
    ]
    if "smsr-acts" in asked.viewer.functions:
        blocks.insert(0, Links([Link("Raise a service management request", "/smsr/new")]))
    return sheet("Service management requests", blocks, shown=[request.reference for request in mine])


def _smsr_form(form: fields.Form) -> FormBlock:
    types = [("", "Choose a type"), *REQUEST_TYPES.items()]
    what = [Field("request_type", "Type", "", "select", types), Field("text", "What you ask for", "", "textarea")]
    return FormBlock("/smsr/new", what, "Raise request", form)


def smsr_new(_: Site, __: Asked) -> Page:
    """The empty form."""
    return sheet("Raise a service management request", [_smsr_form(fields.Form())], crumbs=_SMSR_CRUMBS)


def smsr_create(site: Site, asked: Asked) -> Answer:
    """Raise it."""
    form = fields.read_form({"request_type": fields.plain, "text": fields.plain}, asked.fields)
    fields.need(form, request_type="a type", text="what you ask for")
    if not form.problems:
        given, by = form.values, reporter(asked.viewer)
        events = site.act(form, lambda desk, _: raise_request(desk, by, given["request_type"], given["text"]))
        if events is not None:
            raised = next(event for event in events if isinstance(event, ManagementRequestRaised))
            return Redirect(f"/smsr/{raised.reference}?done=raised")
    return sheet("Raise a service management request", [_smsr_form(form)], crumbs=_SMSR_CRUMBS, status=400)


def smsr_view(site: Site, asked: Asked) -> Page:
    """One request with the files that quote it."""
    request = site.desk.requests.get(asked.path["reference"])
    if request is None or request.user != asked.viewer.user:
        return not_found()
    record = Record(
        "Service management request",
        [
            ("type", "Type", REQUEST_TYPES[request.request_type]),
            ("status", "Status", Tag(request.status.capitalize(), "open" if request.status == "open" else "good")),
            ("raised", "Raised", request.raised),
            ("person", "Raised by", request.person),
            ("text", "Text", request.text),
        ],
    )
    notice = "The request was raised. Quote its reference with the file." if asked.query.get("done") else ""
    notes = Table("What the DCC answered", ("Time", "Text"), request.notes, "The DCC has not answered yet.")
    files = _file_table(site, asked, lambda file_request: file_request == request.reference)
    title = f"Service management request {request.reference}"
    return sheet(
        title, [record, notes, files], key=request.reference, notice=notice, crumbs=_SMSR_CRUMBS,
        shown=[request.reference],
    )  # fmt: skip


def _file_table(site: Site, asked: Asked, is_wanted: Callable[[str], bool], kind: str = "") -> Table:
    files = [
        file
        for file in reversed(site.desk.files.values())
        if file.user == asked.viewer.user and is_wanted(file.request) and kind in {"", file.file_kind}
    ]
    rows = [
        (
            file.reference,
            file.name,
            file.at,
            file.person,
            Tag("Accepted", "good") if file.accepted else Tag("Refused", "bad"),
            file.detail,
        )
        for file in files
    ]
    columns = ("File", "Name", "Submitted", "By", "State", "Detail")
    return Table("Submitted files, newest first", columns, rows, "No file was submitted.", heading="Files")


# --- signed files ---


def _upload_form(action: str, columns: Sequence[str], button: str, form: fields.Form) -> FormBlock:
    return FormBlock(
        action,
        [
            Field("request", "Service management request", "Its reference, such as SMSR0001234."),
            Field("file", "File", f"CSV with the header {','.join(columns)}.", "file"),
            Field("signature", "Signature", _SIGNED, "file"),
        ],
        button,
        form,
        heading=button,
    )


def _submit(
    site: Site,
    asked: Asked,
    kind: str,
    request_type: str,
    carry_out: Callable[[bytes, Callable[[str], AnyEvent]], None],
) -> fields.Form:
    """Take a signed file: accepted and carried out, or refused; recorded in either case once it is a file."""
    viewer, back = asked.viewer, site.sources.back
    form = fields.read_form({"request": fields.plain}, asked.fields)
    fields.need(form, request="the reference of your service management request")
    file, signature = asked.files.get("file"), asked.files.get("signature")
    if file is None or not file.octets:
        form.problems.append(fields.FieldProblem("file", "Choose a file.", "It cannot be left out."))
    elif len(file.octets) > LARGEST:
        form.problems.append(fields.FieldProblem("file", "This is too large.", f"At most {LARGEST} octets."))
    if signature is None or not signature.octets:
        form.problems.append(fields.FieldProblem("signature", "Choose the signature.", "Files are signed."))
    request = site.desk.requests.get(form.values.get("request", ""))
    if "request" in form.values and (
        request is None or request.user != viewer.user or request.request_type != request_type
    ):
        wanted = REQUEST_TYPES[request_type]
        form.problems.append(
            fields.FieldProblem("request", "You have no such request.", f"Raise one of the type {wanted} first.")
        )
    if form.problems or file is None or signature is None:
        return form
    reference = form.values["request"]
    signed_by = back.signer(viewer.user, file.octets, _octets(signature.octets))

    def submitted(detail: str, *, is_accepted: bool = True) -> AnyEvent:
        return FileSubmitted(
            reference=site.desk.next_reference("FILE"),
            user=viewer.user,
            person=viewer.person,
            file_kind=kind,
            name=file.name[:100],
            request=reference,
            body=file.octets,
            signature=signature.octets[:2000],
            signed_by=signed_by,
            accepted=is_accepted,
            detail=detail,
        )

    try:
        if not signed_by:
            raise FieldError("signature", "The signature does not hold by a key of your User.", _SIGNED)
        carry_out(file.octets, submitted)
    except FieldError as error:
        form.problems.append(fields.FieldProblem(error.field, error.message, error.suggestion))
        refused = submitted(f"{error.message} {error.suggestion}", is_accepted=False)
        back.perform(lambda _, __: [refused])
    return form


def _octets(signature: bytes) -> bytes:
    try:
        return base64.b64decode(b"".join(signature.split()), validate=True)
    except binascii.Error:
        return signature


# --- thresholds ---


def thresholds(site: Site, asked: Asked, form: fields.Form | None = None) -> Page:
    """The User's own thresholds, with guidance, the template and the form for a signed file."""
    own = site.sources.back.thresholds(asked.viewer.user)
    rows = [(srv, str(limit)) for srv, limit in sorted(own.items())]
    warnings = site.trail.warnings(asked.viewer.user)  # that the SSI lists them is inferred
    blocks: list[Block] = [
        Text(
            [_GUIDANCE],
            tone="lead",
        ),
        Links([Link("Template of a thresholds file", "/thresholds/template.csv")]),
        Table(
            "Your thresholds: requests in an hour",
            ("Service", "Threshold"),
            rows,
            "You have set no threshold.",
            keys=sorted(own),
        ),
        Table(
            "Warnings",
            ("Service", "Warning threshold", "Passed at", "By request"),
            [(event.srv, str(event.limit), at, event.request_id) for at, event in warnings],
            "No warning threshold was passed.",
            heading="Warnings",
            keys=[event.request_id for _, event in warnings],
        ),
        _file_table(site, asked, lambda _: True, "thresholds"),
    ]
    if "threshold-acts" in asked.viewer.functions:
        action = "/thresholds/files"
        blocks.append(_upload_form(action, THRESHOLD_COLUMNS, "Submit thresholds file", form or fields.Form()))
    notice = "The file was accepted; the thresholds hold from now on." if asked.query.get("done") else ""
    status = 400 if form and form.problems else 200
    shown = [*own, *(limit for _, limit in rows), *(event.request_id for _, event in warnings)]
    return sheet("Anomaly thresholds", blocks, notice=notice, status=status, shown=shown)


def threshold_template(_: Site, __: Asked) -> Answer:
    """The template of a thresholds file."""
    body = csv_text(THRESHOLD_COLUMNS, [("4.1.1", "100"), ("*", "1000")]).encode()
    return Download("thresholds.csv", "text/csv", body, "Template of a thresholds file")


def submit_thresholds(site: Site, asked: Asked) -> Answer:
    """Take a thresholds file."""

    def carry_out(octets: bytes, submitted: Callable[[str], AnyEvent]) -> None:
        rows = read_thresholds(octets)
        site.sources.back.set_thresholds(asked.viewer.user, rows, submitted(f"{len(rows)} thresholds"))

    form = _submit(site, asked, "thresholds", "thresholds", carry_out)
    return thresholds(site, asked, form) if form.problems else Redirect("/thresholds?done=yes")


# --- quarantine ---

_HELD_COLUMNS = ("QuarantineReference", "RequestID", "ServiceReferenceVariant", "DeviceID", "Breach", "Detail")


def _held_row(held: HeldRequest) -> tuple[str, ...]:
    return (held.reference, held.request_id, held.srv, held.device, held.breach, held.detail)


def quarantine(site: Site, asked: Asked, form: fields.Form | None = None) -> Page:
    """The User's quarantined communications, and the form for a signed action file."""
    held = site.sources.back.held(asked.viewer.user)
    blocks: list[Block] = [
        Text(["Communications of yours that anomaly detection holds until you decide."], tone="lead"),
        Table(
            "Quarantined communications",
            ("Reference", "RequestID", "Service", "Device", "Breach", "Detail"),
            [_held_row(item) for item in held],
            "Nothing of yours is quarantined.",
            keys=[item.reference for item in held],
        ),
        Links([Link("Report file (CSV)", "/quarantine/report.csv")]),
        _file_table(site, asked, lambda _: True, "actions"),
    ]
    if "quarantine-acts" in asked.viewer.functions:
        blocks.append(_upload_form("/quarantine/files", ACTION_COLUMNS, "Submit action file", form or fields.Form()))
    notice = "The file was accepted and its actions were applied." if asked.query.get("done") else ""
    shown = [name for item in held for name in (item.reference, item.request_id, item.device)]
    status = 400 if form and form.problems else 200
    return sheet("Quarantine", blocks, notice=notice, status=status, shown=shown)


def quarantine_report(site: Site, asked: Asked) -> Answer:
    """The report file: what is held, one row each."""
    held = site.sources.back.held(asked.viewer.user)
    body = csv_text(_HELD_COLUMNS, [_held_row(item) for item in held]).encode()
    shown = tuple(item.reference for item in held)
    return Download("quarantine.csv", "text/csv", body, "Quarantine report file", shown)


def submit_actions(site: Site, asked: Asked) -> Answer:
    """Take an action file: every row is carried out, or none."""
    user, back = asked.viewer.user, site.sources.back

    def carry_out(octets: bytes, submitted: Callable[[str], AnyEvent]) -> None:
        rows = read_actions(octets)
        known = {item.reference for item in back.held(user)}
        for number, row in enumerate(rows, 2):
            if row.reference not in known:
                raise FieldError(
                    "file", f"Line {number}: nothing of yours is held as {row.reference!r}.", "Look above."
                )
        if len({row.reference for row in rows}) < len(rows):
            raise FieldError("file", "A reference stands in two lines.", "Decide once for each.")
        released = sum(row.is_released for row in rows)
        detail = f"{released} released, {len(rows) - released} deleted"
        back.end_quarantine(user, rows, submitted(detail))

    form = _submit(site, asked, "actions", "quarantine", carry_out)
    return quarantine(site, asked, form) if form.problems else Redirect("/quarantine?done=yes")
