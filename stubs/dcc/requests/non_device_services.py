"""The one registry of the Non-Device services: the function that decides each, its rules, and their stage.

A service decides and returns what it answers and what changes; nothing is emitted here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import msgspec

from schemas.load import Srv
from stubs import inventory
from stubs.dcc.context import DccContext
from stubs.dcc.requests import local_responses, opt_in, schedule_services
from stubs.dcc.state.dcc_state import DccState
from stubs.inventory import Inventory, NonDeviceRequest, NonDeviceResult

Decide = Callable[[DccContext, DccState, NonDeviceRequest], NonDeviceResult]


class NonDeviceService(msgspec.Struct, frozen=True):
    """One service.

    Args:
        decide: gives the result. Raises: Refusal: one of ``rules``.
        rules: its own rules, in the order in which it applies them.
        checked_before: those of ``rules`` that ``check`` applies on its own, earlier than ``decide`` is called.
        check: as ``decide``, but only to refuse; None: there is nothing to be checked earlier.
    """

    decide: Decide
    rules: tuple[str, ...] = ()
    checked_before: tuple[str, ...] = ()
    check: Callable[[DccContext, DccState, NonDeviceRequest], object] | None = None


def _by_inventory(decide: Callable[[Inventory, NonDeviceRequest], NonDeviceResult]) -> Decide:
    return lambda _context, state, request: decide(state.inventory, request)


def _by_state(decide: Callable[[DccState, NonDeviceRequest], NonDeviceResult]) -> Decide:
    return lambda _context, state, request: decide(state, request)


_NAMED = ("inventory-device", "inventory-authorised")
_HUB = ("hub-unknown", "hub-status")
_SCHEDULE = ("schedule-service", "schedule-dates", "schedule-limit", "schedule-device", "schedule-device-type")
_ASKED = ("schedule-unknown", "schedule-none")
_FIRMWARE = ("firmware-unlisted", "firmware-devices")

NON_DEVICE_SERVICES: Mapping[Srv, NonDeviceService] = MappingProxyType(
    {
        Srv("5.1"): NonDeviceService(
            _by_state(schedule_services.create), (*_SCHEDULE, "schedule-role", "schedule-authorised")
        ),
        Srv("5.2"): NonDeviceService(_by_state(schedule_services.read), _ASKED),
        Srv("5.3"): NonDeviceService(_by_state(schedule_services.delete), _ASKED),
        Srv("8.2"): NonDeviceService(_by_inventory(inventory.read_inventory), ("inventory-empty",)),
        Srv("8.3"): NonDeviceService(_by_inventory(inventory.decommission), (*_NAMED, "decommission-status")),
        Srv("8.4"): NonDeviceService(
            _by_inventory(inventory.update_inventory),
            (*_NAMED, "update-status", "update-rights", "update-kind", "update-meter-point"),
        ),
        Srv("8.6"): NonDeviceService(opt_in.opt_in, ("opt-in-status", "opt-in-date", "opt-in-meter-point")),
        Srv("8.13"): NonDeviceService(
            local_responses.return_response,
            ("local-command-unknown", "local-response-broken", "local-response-forged"),
        ),
        Srv("8.14.1"): NonDeviceService(_by_inventory(inventory.installed), _HUB),
        Srv("8.14.2"): NonDeviceService(_by_inventory(inventory.installed_without_wan), _HUB),
        Srv("8.14.3"): NonDeviceService(
            _by_inventory(inventory.returned_faulty),
            (*_HUB, "hub-other-device"),
            _HUB,
            lambda _context, state, request: inventory.hub_of(state.inventory, request),
        ),
        Srv("8.14.4"): NonDeviceService(_by_inventory(inventory.returned), _HUB),
        Srv("11.1"): NonDeviceService(_by_inventory(inventory.update_firmware), _FIRMWARE),
        Srv("11.4"): NonDeviceService(_by_inventory(inventory.update_display_firmware), _FIRMWARE),
        Srv("12.1"): NonDeviceService(_by_inventory(inventory.wan_matrix)),
        Srv("12.2"): NonDeviceService(
            _by_inventory(inventory.prenotify), ("prenotify-duplicate", "prenotify-same-identity", "prenotify-model")
        ),
    }
)
"""By SRV."""
