"""Lists the simulated services, derived from the tables of their handlers, so that no list is kept by hand.

A Non-Device service is simulated when somebody decides it; a service for devices when the transform has a use case for
it and simulated devices of that type work the use case off.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from schemas.load import Srv, service_requests, transform_rows
from stubs.dcc.commands.planning import works_off
from stubs.dcc.requests.non_device_services import NON_DEVICE_SERVICES

NOBODY: frozenset[str] = frozenset()


@cache
def device_types_of() -> Mapping[Srv, frozenset[str]]:
    """Services that are simulated: SRV to the device types that carry it out; none for a Non-Device service."""
    found: dict[Srv, frozenset[str]] = dict.fromkeys(NON_DEVICE_SERVICES, NOBODY)
    for row in transform_rows():
        if row.srv in service_requests() and works_off(row.use_case, row.device_type):
            srv = Srv(row.srv)
            found[srv] = found.get(srv, NOBODY) | {row.device_type}
    return MappingProxyType({srv: found[srv] for srv in service_requests() if srv in found})


def is_simulated(srv: Srv) -> bool:
    """Whether the simulated DCC supports a service, for some device at least."""
    return srv in device_types_of()
