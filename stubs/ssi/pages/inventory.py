"""Search of the Smart Metering Inventory, and one device: record, status history, associations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stubs.ssi import fields
from stubs.ssi.labels import DEVICE_FIELDS, INVENTORY_LABELS, METER_POINT_FIELDS
from stubs.ssi.pages.page import Asked, Page, Site, not_found
from stubs.ssi.sources import InventoryRecordLike, Viewer
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64


def search(site: Site, asked: Asked) -> Page:
    """Search of the Smart Metering Inventory; keys given together all have to fit."""
    form = fields.read_form(fields.INVENTORY, asked.query)
    given = form.values
    if "address" in form.typed and "postcode" not in form.typed:
        form.problems.append(
            fields.FieldProblem("postcode", "An address needs its post code.", "Fill in the post code as well.")
        )
    if "postcode" in given and "address" not in form.typed:
        form.problems.append(
            fields.FieldProblem("address", "A post code needs an address.", "Add the premises' number or name.")
        )
    is_asked = bool(form.typed)
    found = _search(site, asked.viewer, given) if is_asked and not form.problems else []
    rows = [record.as_dict() for record in found]
    return Page(
        "inventory.html",
        "Inventory search",
        {"form": form, "rows": rows, "is_asked": is_asked and not form.problems},
        status=400 if form.problems else 200,
        shown=tuple(dict.fromkeys(identity for row in rows for identity in row_identities(row))),
    )


def _search(site: Site, viewer: Viewer, given: Mapping[str, str]) -> list[InventoryRecordLike]:
    inventory = site.sources.inventory
    sets: list[list[InventoryRecordLike]] = []
    if "device" in given:
        record = inventory.get(Eui64.parse(given["device"]))
        sets.append([] if record is None else list(inventory.family(record)))
    if "mpxn" in given:
        sets.append(list(inventory.by_meter_point(given["mpxn"])))
    if "uprn" in given:
        sets.append(list(inventory.by_uprn(given["uprn"])))
    if "postcode" in given:
        sets.append(list(inventory.by_place(given["postcode"], given["address"])))
    first, *others = sets
    common = [item for item in first if all(item.device in {one.device for one in other} for other in others)]
    visible = site.visible(viewer, common)
    if "device" in given and all(item.device != Eui64.parse(given["device"]) for item in visible):
        return []
    return visible


def device(site: Site, asked: Asked) -> Page:
    """One device: its record, its status history, what is associated with it."""
    try:
        eui = Eui64.parse(asked.path["device"])
    except PeerError:
        return not_found()
    viewer, inventory = asked.viewer, site.sources.inventory
    record = site.device(viewer, eui)
    if record is None:
        return not_found()
    values = record.as_dict()
    family = site.visible(viewer, inventory.family(record))
    others = [item.as_dict() for item in family if item.device != eui]
    known = {str(item.device) for item in family}
    rows = [
        {
            "name": key,
            "label": label,
            "value": ", ".join(values[key]) if isinstance(values[key], list | tuple) else str(values[key]),
            "is_device": key in DEVICE_FIELDS and values[key] in known,
        }
        for key, label in INVENTORY_LABELS.items()
        if values.get(key)
    ]
    statuses = site.trail.statuses(str(eui))
    shown = [str(eui), *row_identities(values), *(str(item["DeviceID"]) for item in others)]
    shown += [change.status for change in statuses]
    return Page(
        "device.html",
        f"{values.get('DeviceType', 'Device')} {eui}",
        {
            "device": str(eui),
            "rows": rows,
            "others": others,
            "statuses": statuses,
            "is_hub": values.get("DeviceType") == "CHF",
        },
        shown=tuple(dict.fromkeys(shown)),
    )


def row_identities(row: Mapping[str, Any]) -> list[str]:
    """Device and meter points of an inventory row."""
    return [str(row["DeviceID"]), *(str(row[name]) for name in METER_POINT_FIELDS if row.get(name))]
