"""Recipients of a DCC alert for an event, and the alert code that each of them gets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from schemas.load import dcc_alert_occasions
from stubs.wire.eui64 import Eui64


def code_of(occasion: str, overrides: Mapping[str, str]) -> str:
    """Return the DCC alert code of an event: the settings' choice, else the catalogue's."""
    return overrides.get(occasion) or dcc_alert_occasions()[occasion].code


def recipients(
    occasion: str, *, requester: Eui64 | None, suppliers: Iterable[Eui64], network_operators: Iterable[Eui64]
) -> tuple[Eui64, ...]:
    """Return the Users that get the alert, sorted; none when the device has no User of the catalogue's recipients.

    Args:
        occasion: a row of ``dcc-alert-occasions.csv``.
        requester: the User whose request caused it, if any.
        suppliers: registered suppliers of the device's meter points.
        network_operators: registered network operators of them.
    """
    match dcc_alert_occasions()[occasion].recipients:
        case "requester":
            return (requester,) if requester else ()
        case "network-operator":
            return tuple(sorted(set(network_operators)))
        case "suppliers":
            return tuple(sorted(set(suppliers)))
        case "responsible":
            return tuple(sorted({*suppliers, *network_operators}))
        case _:
            return tuple(sorted({*suppliers, *network_operators} - {requester}))
