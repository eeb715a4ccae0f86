"""Asks the party's system to act, and hears what it concluded; the wire decides.

One protocol (``Driver``), several ways to reach a system: a person (``observe``, ``manual``), a program
(``command``), an endpoint (``http``), a Python object (``python``), our own complete client (``reference``) and
the same client with one deliberate defect (``broken:<defect>``). An action names service, target, parameters and
deadline, never XML. This room knows the wire and nothing else of the simulated DCC.
"""

from harness.drivers.action import Action, Outcome, OutcomeStatus
from harness.drivers.broken import DEFECTS, Defect
from harness.drivers.driver import Driver, DriverContext, TlsFiles, UserIdentity, running
from harness.drivers.registry import driver_names, make_driver

__all__ = [
    "DEFECTS",
    "Action",
    "Defect",
    "Driver",
    "DriverContext",
    "Outcome",
    "OutcomeStatus",
    "TlsFiles",
    "UserIdentity",
    "driver_names",
    "make_driver",
    "running",
]
