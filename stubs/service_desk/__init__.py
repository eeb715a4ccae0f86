"""Service management of the DCC: incidents, service alerts, maintenance, requests, files, hub orders, people.

State is folded from the journal (``fold``), restored from a snapshot as it stands (``ServiceDesk`` is plain data), and
put back by ``reset``. Decisions (``incidents``, ``requests``, ``orders``, ``people``, ``files``) take the state and
return events. Must not know pages, sockets, devices or keys.
"""

from stubs.service_desk.desk import FOLDS, ServiceDesk, reset
from stubs.service_desk.records import (
    Alert,
    FieldError,
    Forecast,
    Incident,
    IncidentNote,
    Maintenance,
    ManagementRequest,
    Order,
    PersonRecord,
    Run,
    SubmittedFile,
)

__all__ = [
    "FOLDS",
    "Alert",
    "FieldError",
    "Forecast",
    "Incident",
    "IncidentNote",
    "Maintenance",
    "ManagementRequest",
    "Order",
    "PersonRecord",
    "Run",
    "ServiceDesk",
    "SubmittedFile",
    "reset",
]
