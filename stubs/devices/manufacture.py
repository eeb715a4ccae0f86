"""A device as it leaves the factory, and what a tester may change on it by hand."""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b
from typing import Any, get_args

from schemas.load import EsmeVariantRow, esme_variants
from stubs.devices.records import Switch
from stubs.devices.settling import settled
from stubs.devices.state import DeviceState, DeviceType, apply, plain, seconds
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64

_WORDS = {"single": "A", "twin": "B", "polyphase": "C"}
"""Words for the variants of an electricity meter that have nothing but their elements; the first is the default."""
_SETTLES = frozenset(
    {
        "supply",
        "outages",
        "price",
        "standing_charge",
        "balance",
        "import_register",
        "secondary_register",
        "export_register",
        "generation",
        "tariff",
        "tou",
        "blocks",
        "payment_mode",
        "is_emergency",
        "time_debt_1",
        "time_debt_2",
        "debt_1",
        "debt_2",
        "accumulated_debt",
        "payment_debt",
        "emergency_credit",
        "suspend_debt_emergency",
        "suspend_debt_disabled",
        "disablement_threshold",
        "billing",
        "resets_blocks_daily",
        "secondary_tou",
        "block_counters",
    }
)
"""Fields that hold for an instant: changing one first brings all of them up to now."""
_DEFAULTS: dict[str, dict[str, Any]] = {
    "ESME": {"firmware_version": "01020304", "price": 24_500, "standing_charge": 53_000},
    "GSME": {"firmware_version": "01020305", "price": 72_000, "standing_charge": 32_000},
    "GPF": {"firmware_version": "01020306", "clock_status": "reliable"},
    "CHF": {"firmware_version": "01020306", "clock_status": "reliable"},
    "PPMID": {"firmware_version": "01020307", "clock_status": "reliable"},
    "HCALCS": {"firmware_version": "01020308", "clock_status": "reliable", "switches": (Switch(1, "HCALCS"),)},
    "SAPC": {"firmware_version": "01020309", "switches": (Switch(1, "APC"),)},
    "IHD": {},
    "CAD": {},
}
"""Made up: prices per 1000 register units and per day in thousandths of a penny."""
_DEVICE_TYPES = get_args(DeviceType)
_METERS = frozenset({"ESME", "GSME"})
_WITH_VARIANTS = "ESME"


def manufacture(eui: Eui64, device_type: str, variant: str, seed: str, now: datetime, **values: Any) -> DeviceState:
    """A new device: install code, first register values and balance follow from ``seed``.

    Args:
        eui: its identity.
        device_type: ESME, GSME, GPF, CHF, PPMID, HCALCS, SAPC, or IHD and CAD (Type 2: no credentials, no commands).
        variant: of an ESME a DUIS ESMEVariant such as ``ADEF``, or ``single``, ``twin``, ``polyphase`` for A, B, C
            (empty: single); empty for others. ``schemas/catalogue/esme-variants.csv`` says which has what.
        seed: with the identity it decides everything that would otherwise be chance.
        now: aware; registers hold for this instant.
        values: fields of ``DeviceState`` that differ, such as ``supplier``, ``hub``, ``commissioned``.
    Raises: PeerError: unknown type, variant, field, or a value of the wrong type.
    """
    if device_type not in _DEVICE_TYPES:
        raise PeerError("no such simulated device type", expected=", ".join(_DEVICE_TYPES), got=device_type)
    made = _variant(device_type, variant)
    at = seconds(now)
    own_seed = f"{seed}/{eui.hex}"
    chance = blake2b(own_seed.encode(), digest_size=28).digest()
    first: dict[str, Any] = {"install_code": chance[:16].hex(), **_DEFAULTS[device_type]}
    if made is not None and made.controllers:
        first["switches"] = tuple(Switch(number, kind) for number, kind in enumerate(made.controllers, 1))  # type: ignore[arg-type]
    if device_type in _METERS:
        first["import_register"] = int.from_bytes(chance[16:20], "big") % 40_000_000
        first["balance"] = 1_000_000 + 1000 * (int.from_bytes(chance[20:24], "big") % 2000)
    if made is not None and made.word == "twin":
        first["secondary_register"] = int.from_bytes(chance[24:28], "big") % 20_000_000
    if values.get("commissioned"):
        first["clock_status"] = "reliable"
    state = DeviceState(
        eui=str(eui),
        device_type=device_type,  # type: ignore[arg-type]  # checked above
        variant="" if made is None else made.word,
        seed=own_seed,
        since=at,
        block_since=at,
        demand_since=at,
        voltage_since=at,
        billed_at=at,
        made=at,
        **first,
    )
    return apply(state, values) if values else state


def variant_code(variant: str) -> str:
    """The DUIS ESMEVariant of a word or a code; a word that is neither is given back."""
    return _WORDS.get(variant or next(iter(_WORDS)), variant)


def _variant(device_type: str, variant: str) -> EsmeVariantRow | None:
    """Return the row of a meter variant; None: the device type has no variants. Raises: PeerError: no such variant."""
    if device_type != _WITH_VARIANTS:
        if variant:
            raise PeerError(f"no such variant of {device_type}", expected="''", got=variant)
        return None
    found = esme_variants().get(variant_code(variant))
    if found is None:
        known = " or ".join(map(repr, (*_WORDS, *esme_variants())))
        raise PeerError(f"no such variant of {device_type}", expected=known, got=variant)
    return found


def amend(state: DeviceState, now: datetime, values: dict[str, Any]) -> dict[str, Any]:
    """The changes, fit for a journal, by which a tester gives the fields in ``values`` new values at ``now``.

    Raises: PeerError: as ``apply``.
    """
    before = settled(state, seconds(now)) if _SETTLES & values.keys() else {}
    changes = {**before, **values}
    apply(state, changes)
    return plain(changes)
