"""Communications Hubs: SM WAN coverage of a place, diagnostics of a hub, forecasts and orders."""

from __future__ import annotations

from stubs.events import HubsOrdered
from stubs.service_desk import Order
from stubs.service_desk.requests import REGIONS, VARIANTS, forecast_hubs, order_hubs
from stubs.ssi import fields
from stubs.ssi.blocks import Block, Cell, Field, FormBlock, Link, Links, Record, Table, Tag, Text
from stubs.ssi.pages.page import Answer, Asked, Page, Redirect, Site, not_found, reporter, sheet
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64

_OUTCOMES = {
    "true": "Will connect",
    "date": "Will connect from the date below",
    "false": "Cannot be confirmed",
}
"""Outcomes by postcode: SEC H8.16 (widely known)."""


def coverage(site: Site, asked: Asked) -> Page:
    """SM WAN coverage of a post code or the first half of one; agrees with 12.1."""
    form = fields.read_form(fields.COVERAGE, asked.query)
    blocks: list[Block] = [
        FormBlock(
            "/coverage",
            [Field("postcode", "Post code", "A whole post code, or its first half such as SW1A.")],
            "Search",
            form,
            method="get",
        )
    ]
    shown: list[str] = []
    if form.values and not form.problems:
        place = form.values["postcode"]
        found = site.sources.back.coverage(place)
        is_there = found.get("CoverageAvailability") == "true"
        date = found.get("AnticipatedCoverageDate", "")
        outcome = _OUTCOMES["true" if is_there else "date" if date else "false"]
        rows: list[tuple[str, str, Cell]] = [
            ("outcome", "Outcome", Tag(outcome, "good" if is_there else "open")),
            ("date", "Expected from", date),
            ("region", "Region", found.get("CSPRegion", "")),
            ("variant", "WAN variant needed", found.get("WANTechnology", "")),
            ("likelihood", "Likelihood of connection", found.get("ConnectivityLikelihood", "")),
            ("aerial", "Aerial or other equipment", found.get("AuxiliaryEquipmentRequired", "") or "None"),
            ("issues", "Known issues", found.get("AdditionalInformation", "") or "None"),
        ]
        blocks.append(Record(f"SM WAN coverage of {place}", rows))
        blocks.append(Text(["The same as service 12.1 answers for this place."]))
        shown = [place, outcome, date]
    return sheet("SM WAN coverage", blocks, status=400 if form.problems else 200, shown=shown)


def hub_search(site: Site, asked: Asked) -> Answer:
    """Choose a hub to look at: by its own Device ID or that of a device on it."""
    form = fields.read_form({"device": fields.device_id}, asked.query)
    if form.values and not form.problems:
        record = site.device(asked.viewer, Eui64.parse(form.values["device"]))
        family = site.sources.inventory.family(record) if record is not None else []
        hub = next((item for item in family if item.as_dict().get("DeviceType") == "CHF"), None)
        if hub is not None and site.visible(asked.viewer, [hub]):
            return Redirect(f"/hubs/{hub.device}")
        form.problems.append(
            fields.FieldProblem("device", "There is no hub of this device that you can see.", "Look it up first.")
        )
    search = FormBlock(
        "/hubs", [Field("device", "Device ID", "Of the hub or a device on it.")], "Open", form, method="get"
    )
    return sheet("Hub diagnostics", [search], status=400 if form.problems else 200)


_LABELS = {
    "state": "Connection",
    "last_contact": "Last contact",
    "signal": "Signal",
    "band": "Band",
    "region": "Region",
    "variant": "Home area network variant",
    "firmware": "Firmware version",
    "devices": "Devices on its network",
}


def hub(site: Site, asked: Asked) -> Page:
    """Diagnostics of one hub: connection, signal, last contact, alerts."""
    try:
        eui = Eui64.parse(asked.path["device"])
    except PeerError:
        return not_found()
    record = site.device(asked.viewer, eui)
    if record is None or record.as_dict().get("DeviceType") != "CHF":
        return not_found()
    found = site.sources.back.hub(eui)
    rows: list[tuple[str, str, Cell]] = [
        (key, label, Tag(found[key], "good" if found[key] == "Connected" else "bad") if key == "state" else found[key])
        for key, label in _LABELS.items()
        if found.get(key)
    ]
    family = {str(item.device) for item in site.sources.inventory.family(record)}
    alerts = [item for item in site.records(asked.viewer) if item.kind.endswith("alert") and item.device in family]
    table = Table(
        "Alerts of the hub and the devices on it, newest first",
        ("Time", "Alert", "Device", "Code"),
        [(item.at, Link(item.name, f"/audit/{item.name}"), item.device, item.code) for item in alerts[:50]],
        "You received no alert.",
        heading="Alerts",
    )
    return sheet(
        f"Communications Hub {eui}",
        [Record("Diagnostics", rows), Text(["What a real hub's diagnostics hold is not public; inferred."]), table],
        key=str(eui),
        crumbs=[Link("Inventory record", f"/inventory/{eui}"), Link("Hub diagnostics", "/hubs")],
        shown=[str(eui), found.get("state", ""), *(word for item in alerts[:50] for word in (item.name, item.code))],
    )


# --- forecasts and orders ---


def _fields(*more: Field) -> list[Field]:
    return [
        Field("month", "Month", "Such as 2026-05."),
        Field("region", "Region", "", "select", [("", "Choose a region"), *((name, name) for name in REGIONS)]),
        Field("variant", "Variant", "", "select", [("", "Choose a variant"), *((name, name) for name in VARIANTS)]),
        Field("quantity", "Quantity"),
        *more,
    ]


def orders(site: Site, asked: Asked, form: fields.Form | None = None) -> Page:
    """The User's forecasts and orders."""
    user = asked.viewer.user
    mine = [item for item in reversed(site.desk.orders.values()) if item.user == user]
    forecasts = [item for item in site.desk.forecasts.values() if item.user == user]
    blocks: list[Block] = [
        Table(
            "Your forecasts",
            ("Month", "Region", "Variant", "Quantity", "Given"),
            [(item.month, item.region, item.variant, str(item.quantity), item.at) for item in forecasts],
            "You have given no forecast.",
            heading="Forecasts",
        ),
        Table(
            "Your orders, newest first",
            ("Order", "Month", "Region", "Variant", "Quantity", "Status"),
            [
                (
                    Link(item.reference, f"/hub-orders/{item.reference}"),
                    item.month,
                    item.region,
                    item.variant,
                    str(item.quantity),
                    _order_status(item),
                )
                for item in mine
            ],
            "You have placed no order.",
            heading="Orders",
            keys=[item.reference for item in mine],
        ),
    ]
    if "hub-order-acts" in asked.viewer.functions:
        action = "/hub-orders/forecasts"
        blocks.insert(0, Links([Link("Place an order", "/hub-orders/new")]))
        blocks.append(FormBlock(action, _fields(), "Give forecast", form or fields.Form(), heading="Forecast"))
    return sheet(
        "Hub forecasts and orders",
        blocks,
        notice="The forecast was taken." if asked.query.get("done") else "",
        status=400 if form and form.problems else 200,
        shown=[
            *(word for item in forecasts for word in (item.month, item.region, item.variant, str(item.quantity))),
            *(word for item in mine for word in (item.reference, item.status.capitalize())),
        ],
    )


def _order_status(order: Order) -> Tag:
    return Tag(order.status.capitalize(), "good" if order.status == "delivered" else "open")


_READERS: fields.Readers = {
    "month": fields.plain,
    "region": fields.plain,
    "variant": fields.plain,
    "quantity": fields.number,
    "site": fields.plain,
}


def _read(asked: Asked, *, is_order: bool) -> fields.Form:
    form = fields.read_form(_READERS, asked.fields)
    fields.need(form, month="a month", region="a region", variant="a variant", quantity="how many")
    if is_order:
        fields.need(form, site="a delivery site")
    return form


def create_forecast(site: Site, asked: Asked) -> Answer:
    """Take a forecast."""
    form, by = _read(asked, is_order=False), reporter(asked.viewer)
    given = form.values
    if not form.problems and (
        site.act(
            form,
            lambda _, __: forecast_hubs(by, given["month"], given["region"], given["variant"], int(given["quantity"])),
        )
        is not None
    ):
        return Redirect("/hub-orders?done=yes")
    return orders(site, asked, form)


def _order_page(form: fields.Form) -> Page:
    site_field = Field("site", "Delivery site", "Where the hubs go.", is_wide=True)
    block = FormBlock("/hub-orders/new", _fields(site_field), "Place order", form)
    crumbs = [Link("Hub forecasts and orders", "/hub-orders")]
    hint = Text(["An order needs a forecast of the same month, region and variant (inferred)."])
    return sheet("Place a hub order", [hint, block], crumbs=crumbs, status=400 if form.problems else 200)


def new_order(_: Site, __: Asked) -> Page:
    """The form of an order."""
    return _order_page(fields.Form())


def create_order(site: Site, asked: Asked) -> Answer:
    """Place an order."""
    form, by = _read(asked, is_order=True), reporter(asked.viewer)
    given = form.values
    if not form.problems:
        events = site.act(
            form,
            lambda desk, _: order_hubs(
                desk, by, given["month"], given["region"], given["variant"], int(given["quantity"]), given["site"]
            ),
        )
        if events is not None:
            placed = next(event for event in events if isinstance(event, HubsOrdered))
            return Redirect(f"/hub-orders/{placed.reference}")
    return _order_page(form)


def order(site: Site, asked: Asked) -> Page:
    """One order with its history and delivery."""
    found = site.desk.orders.get(asked.path["reference"])
    if found is None or found.user != asked.viewer.user:
        return not_found()
    record = Record(
        "Order",
        [
            ("status", "Status", _order_status(found)),
            ("month", "Month", found.month),
            ("region", "Region", found.region),
            ("variant", "Variant", found.variant),
            ("quantity", "Quantity", str(found.quantity)),
            ("site", "Delivery site", found.site),
            ("person", "Placed by", found.person),
        ],
    )
    rows = [(at, status.capitalize(), detail) for at, status, detail in found.history]
    history = Table("History, oldest first", ("Time", "Status", "Detail"), rows, "")
    return sheet(
        f"Hub order {found.reference}",
        [record, history],
        key=found.reference,
        crumbs=[Link("Hub forecasts and orders", "/hub-orders")],
        shown=[found.reference, found.status.capitalize(), *(detail for _, _, detail in found.history)],
    )
