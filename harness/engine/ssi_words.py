"""Scenarios' words for the pages of the Self-Service Interface, for the acts there, and for the persons."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from stubs.wire.errors import Misuse

PAGES: Mapping[str, str] = MappingProxyType(
    {
        "home": "view-home",
        "inventory": "view-inventory",
        "inventory record": "view-device",
        "service audit trail": "view-audit",
        "message": "view-message",
        "profile data reads": "view-profile-reads",
        "SM WAN coverage": "view-coverage",
        "hub diagnostics": "view-hub",
        "service status": "view-service-status",
        "service alerts": "view-service-alerts",
        "maintenance": "view-maintenance",
        "help": "view-help",
        "incidents": "view-incidents",
        "anomaly thresholds": "view-thresholds",
        "quarantine": "view-quarantine",
        "hub orders": "view-hub-orders",
    }
)
"""Kind of action by what a scenario calls the page."""

ACTS: Mapping[str, str] = MappingProxyType(
    {
        "raise an incident": "raise-incident",
        "update an incident": "update-incident",
        "raise a service management request": "raise-management-request",
        "submit a thresholds file": "submit-thresholds",
        "submit a quarantine action file": "submit-quarantine-actions",
        "give a forecast of hubs": "forecast-hubs",
        "place an order of hubs": "order-hubs",
        "run a report": "run-report",
        "create a person": "create-person",
        "remove a person": "remove-person",
    }
)
"""Kind of action by what a scenario calls the act."""

PERSONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "the party's administrator": ("active", "administrator"),
        "a person who may only read": ("active", "read-only"),
        "a person whose credential has expired": ("expired", ""),
        "a person whom the DCC does not know": ("", ""),
        "the new person": ("", "new"),
        "any person of the party": ("", "any"),
    }
)
"""Status of the credential and job type by what a scenario calls the person."""


def kind_of(words: str) -> str:
    """Kind of action. Raises: Misuse: no page or act is called so."""
    kind = PAGES.get(words) or ACTS.get(words)
    if kind is None:
        raise Misuse(f"nothing on the SSI is called {words!r}; known: {', '.join((*PAGES, *ACTS))}")
    return kind


def ssi_page(text: str) -> str:
    """Converter of steps: what a page is called, and nothing else."""
    return text


def ssi_act(text: str) -> str:
    """Converter of steps: what an act is called, and nothing else."""
    return text


def ssi_person(text: str) -> str:
    """Converter of steps: what a person is called, and nothing else."""
    return text


def _pattern(names: Mapping[str, object]) -> str:
    return "|".join(map(re.escape, sorted(names, key=len, reverse=True)))


ssi_page.pattern = _pattern(PAGES)  # type: ignore[attr-defined]  # how the parse library finds it
ssi_act.pattern = _pattern(ACTS)  # type: ignore[attr-defined]
ssi_person.pattern = _pattern(PERSONS)  # type: ignore[attr-defined]
