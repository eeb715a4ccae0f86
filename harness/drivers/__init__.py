"""Asks the party's system to act, and hears what it concluded; the wire decides.

One protocol (``Driver``), several ways to reach a system: a person (``observe``, ``manual``), a program
(``command``), an endpoint (``http``), a Python object (``python``), our own complete client (``reference``) and
the same client with one deliberate defect (``broken:<defect>``). An action names service, target, parameters and
deadline, never XML. This room knows the wire and nothing else of the simulated DCC.
Names load when they are used: who only reads settings does not load HTTP and the reference client.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.drivers.action import Action, Outcome, OutcomeStatus
    from harness.drivers.broken import DEFECTS, Defect
    from harness.drivers.driver import Driver, DriverContext, KeptFile, TlsFiles, UserIdentity, running
    from harness.drivers.registry import driver_names, make_driver
    from harness.drivers.traits import DriverTraits, driver_traits

_HOMES = {
    "action": ("Action", "Outcome", "OutcomeStatus"),
    "broken": ("DEFECTS", "Defect"),
    "driver": ("Driver", "DriverContext", "KeptFile", "TlsFiles", "UserIdentity", "running"),
    "registry": ("driver_names", "make_driver"),
    "traits": ("DriverTraits", "driver_traits"),
}
_MODULES = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


__all__ = [
    "DEFECTS",
    "Action",
    "Defect",
    "Driver",
    "DriverContext",
    "DriverTraits",
    "KeptFile",
    "Outcome",
    "OutcomeStatus",
    "TlsFiles",
    "UserIdentity",
    "driver_names",
    "driver_traits",
    "make_driver",
    "running",
]
