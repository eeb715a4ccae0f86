"""Values of a command that its request does not hold and the DCC must look up: by use case.

A command that lacks such a value is refused, never made in part. Source: the guide's section 13.3; that method C needs
the certificate is seen from the reference data, where a device answers a command without it with status 11.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from stubs.transform.dispatch import NOT_TRANSFORMABLE
from stubs.wire.errors import Refusal

_OTHER = "OtherDeviceType"
CERTIFICATE = "Certificate"

NEEDED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "CCS03": ("ExtendedPanID", "Devices"),
        "CS03CCritical": (CERTIFICATE,),
        "CS03CNonCritical": (CERTIFICATE,),
        "ECS50": ("CustomerIdentificationNumber",),
        "GCS36": ("CustomerIdentificationNumber",),
        "GCS59": ("LogEntries",),
    }
)
"""Without these there is no command."""
_TAKEN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    dict.fromkeys(("CS03A1", "CS03A2Critical", "CS03A2NonCritical", "CS03B"), (_OTHER,))
    | dict.fromkeys(("CS03CCritical", "CS03CNonCritical"), (_OTHER, CERTIFICATE))
)
"""These are taken when they are known; the type of the other device has a usual value."""


class NotLookedUp(Refusal):
    """Values that the DCC looks up are not there.

    Args:
        use_case: what the request would become.
        names: of the values that are missing.
    """

    def __init__(self, use_case: str, names: tuple[str, ...]) -> None:
        super().__init__(NOT_TRANSFORMABLE, f"{use_case} holds {' and '.join(names)}, which no request says")
        self.use_case = use_case
        self.names = names


def looked_up_values(use_case: str, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the looked-up values that a use case holds. Raises: NotLookedUp: some are missing."""
    needed = NEEDED.get(use_case, ())
    taken = _TAKEN.get(use_case, needed)
    if not taken:
        return {}
    missing = tuple(name for name in needed if known.get(name) is None)
    if missing:
        raise NotLookedUp(use_case, missing)
    return {name: known[name] for name in taken if name in known}
