"""The facts that a run begins with, looked at where they enter: whoever reads them finds the kinds it expects.

A journal in a bundle may be anybody's. What is not named here is shown and not used.
"""

from __future__ import annotations

from typing import Any

import msgspec

from stubs.wire.errors import PeerError


class _PlanRow(msgspec.Struct):
    """A scenario of the library, chosen or not."""

    key: str
    role: str
    chosen: bool
    id: str = ""
    scope: str = ""
    reason: str = ""
    srvs: list[str] = []


class _Settings(msgspec.Struct):
    """Settings that decide on plan and implicit checks."""

    roles: list[str] = []
    services: list[str] = []
    priorities: list[str] = []
    select: str = ""
    retry_limit: float = 0
    retry_pause: float = 0


class _Certificate(msgspec.Struct):
    """A certificate in use."""

    eui: str
    usage: str
    role: str
    serial: str
    not_after: str


class _Facts(msgspec.Struct):
    """The members that are read."""

    roles: list[str] = []
    plan: list[_PlanRow] = []
    users: dict[str, str] | None = None
    system: dict[str, Any] | None = None
    settings: _Settings = msgspec.field(default_factory=_Settings)
    scenario_set: dict[str, str] = {}
    driver_facts: dict[str, Any] = {}
    declared_unused: list[str] = []
    certificates: list[_Certificate] | None = None


class _Premises(msgspec.Struct):
    """Identities that a scenario recorded of its home, by name."""

    devices: dict[str, str] = {}


def check_premises(premises: dict[str, Any], where: str) -> None:
    """Check premises. Raises: PeerError: its devices are no identities by name."""
    try:
        msgspec.convert(premises, _Premises)
    except (msgspec.ValidationError, RecursionError) as error:
        raise PeerError("not the premises of a scenario", where=where, got=str(error)) from error


def check_facts(facts: dict[str, Any], where: str) -> None:
    """Check facts. Raises: PeerError: a member that is read is of another kind; says which."""
    try:
        msgspec.convert(facts, _Facts)
    except (msgspec.ValidationError, RecursionError) as error:
        raise PeerError("not the facts of a run", where=where, got=str(error)) from error
