"""The DCC's side of the self-service pages in a scenario: what it sets up there, and what its words mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import msgspec

from harness.engine.ssi_words import PERSONS
from schemas.load import UserRole
from stubs.events import (
    AnyEvent,
    HubsOrdered,
    IncidentRaised,
    ManagementRequestRaised,
    MessageQueued,
    RequestAccepted,
    RequestQuarantined,
    RequestRefused,
    ServiceAlertSet,
)
from stubs.wire.errors import Blocked

if TYPE_CHECKING:
    from harness.engine.run_context import RunContext
    from stubs.app import Person, SsiSettings

NOTHING: Mapping[str, str] = MappingProxyType({})
DESK_WORDS = (
    "the incident",
    "another party's incident",
    "the service management request",
    "the communication held",
    "the hub order",
    "the service alert",
    "the request sent",
    "another party's message",
)
"""Things that a step may name once they exist."""
IMPACT = "North of England"
UPDATE = "Engineers are on site."
_PAIRS = frozenset({"thresholds", "actions"})
"""Parameters that hold names and values."""
_COVERAGE: Mapping[str, Mapping[str, Any]] = {
    "expected": {"CoverageAvailability": True},
    "expected from 2026-09-01": {"CoverageAvailability": False, "AnticipatedCoverageDate": "2026-09-01"},
    "not confirmed": {"CoverageAvailability": False},
}
"""Coverage that is set for a post code, by the words of a scenario."""


def _settings(run_context: RunContext) -> SsiSettings:
    from stubs.app import SsiSettings  # noqa: PLC0415 - who only collects scenarios does not load the simulated DCC

    return msgspec.convert(run_context.dcc.settings.ssi, SsiSettings)


def people_of(run_context: RunContext, user: str, role: str) -> list[Person]:
    """Return the persons that may sign in to the pages for a User and act in a role."""
    from stubs.app import SsiUser, ssi_persons  # noqa: PLC0415 - as above

    rows = run_context.control.users()
    users = [SsiUser(row["user"], row["party"], tuple(row["roles"])) for row in rows]
    people = ssi_persons(_settings(run_context), users)
    return [one for one in people if one.user == user and (not one.roles or role in one.roles)]


def are_made_up(run_context: RunContext) -> bool:
    """Whether the people of the pages are test persons, since the settings name none."""
    return not _settings(run_context).persons


class ServiceManagement:
    """The service desk of one scenario; what the scenario published is taken back when it ends."""

    def __init__(self, run_context: RunContext, user: str, role: UserRole, name: str) -> None:
        self._run_context = run_context
        self._user = user
        self._role = role
        self._name = name
        self._alerts: list[dict[str, Any]] = []
        self._thresholds: list[str] = []
        self.person = ""
        """Person that actions on the pages name; empty: any person of the party."""

    # --- people -----------------------------------------------------------------------------------------------

    @property
    def new_name(self) -> str:
        """Return the name for the person that a scenario creates.

        No other scenario has it, nor a repetition of this one: people stay when the simulated DCC is reset.
        """
        return f"new-{self._name}".lower()

    def person_is(self, words: str) -> None:
        """Say who acts from now on. Raises: Blocked: the settings have no such person."""
        status, job = PERSONS[words]
        if not status:
            names = {"any": "", "new": self.new_name}
            self.person = names.get(job, f"unknown-{self._user.replace('-', '').lower()}")
            return
        fitting = (
            one
            for one in people_of(self._run_context, self._user, self._role.value)
            if one.status == status and (not job or one.job_types == (job,))
        )
        found = next(fitting, None)
        if found is None:
            wanted = f'status = "{status}"' + (f' and job_types = ["{job}"]' if job else "")
            raise Blocked(
                f"the settings have no person with {wanted} for {self._user} in role {self._role.value}",
                mend="Add one to [[dcc.ssi.persons]], or leave persons out for made-up ones.",
            )
        self.person = found.name

    @property
    def session_seconds(self) -> float:
        """Return the length of a session, in seconds of the run's clock."""
        return 60 * _settings(self._run_context).session_minutes

    # --- what the DCC publishes -------------------------------------------------------------------------------

    def publish_alert(self, component: str, state: str, *, is_major: bool = False) -> None:
        """A service alert on a component; closed when the scenario ends."""
        alert = {
            "title": f"{component} is {state}",
            "components": [component],
            "state": state,
            "impact": IMPACT,
            "update": UPDATE,
            "is_major": is_major,
            "expected": (self._run_context.now() + timedelta(hours=4)).isoformat(),
        }
        reference = self._run_context.control.call("publish-service-alert", **alert)
        self._alerts.append({**alert, "alert": reference})

    def publish_maintenance(self, service: str, days: int) -> None:
        """Planned maintenance of two hours, so many days ahead."""
        starts = self._run_context.now() + timedelta(days=days)
        self._run_context.control.call(
            "publish-maintenance",
            title=f"Maintenance of {service}",
            services=[service],
            starts=starts.isoformat(),
            ends=(starts + timedelta(hours=2)).isoformat(),
        )

    def set_coverage(self, place: str, words: str) -> None:
        """SM WAN coverage of a post code."""
        self._run_context.control.call("set-coverage", place=place, values=dict(_COVERAGE[words]))

    def raise_incident(self, user: str, device: str = "") -> None:
        """An incident of a User."""
        self._run_context.control.call(
            "raise-incident", user=user, title="No answer", description="The meter does not answer.", device=device
        )

    def let_see(self, reference: str) -> None:
        """The DCC makes the party an interested party of an incident."""
        self._run_context.control.call(
            "answer-incident", reference=reference, text="An interested party was added.", interested=[self._user]
        )

    def set_threshold(self, service: str, limit: int) -> None:
        """The party's own threshold for a service, requests in an hour; taken away when the scenario ends."""
        self._thresholds.append(service)
        self._run_context.control.call("set-threshold", user=self._user, srv=service, limit=limit)

    def change_order(self, reference: str, status: str) -> None:
        """The DCC changes the status of a hub order."""
        self._run_context.control.call(
            "change-hub-order", reference=reference, status=status, detail=f"Delivery note of {reference}"
        )

    def restore(self) -> None:
        """Close what is open, and take thresholds away."""
        while self._alerts:
            self._run_context.control.call("publish-service-alert", **{**self._alerts.pop(), "is_closed": True})
        while self._thresholds:
            self._run_context.control.call("set-threshold", user=self._user, srv=self._thresholds.pop(), limit=None)

    # --- words ------------------------------------------------------------------------------------------------

    def parameters(self, given: Mapping[str, Any], made: Mapping[str, str] = NOTHING) -> dict[str, Any]:
        """Parameters of an action on the pages, with the person who acts; ``made``: words and their values."""
        read = {name: _pairs(str(value), made) if name in _PAIRS else value for name, value in given.items()}
        return read | ({"person": self.person} if self.person else {})

    def made(self, events: Iterable[AnyEvent]) -> dict[str, str]:
        """Return the references that the scenario's words now stand for."""
        found = {"a new name": self.new_name}
        for event in events:
            match event:
                case IncidentRaised(reference=reference, user=user):
                    found["the incident" if user == self._user else "another party's incident"] = reference
                case ManagementRequestRaised(reference=reference):
                    found["the service management request"] = reference
                case RequestQuarantined(reference=reference):
                    found["the communication held"] = reference
                case HubsOrdered(reference=reference):
                    found["the hub order"] = reference
                case ServiceAlertSet(alert=alert):
                    found["the service alert"] = alert
                case RequestAccepted(request_id=request, user=user) if user == self._user:
                    found["the request sent"] = request
                case RequestRefused(request_id=str(request), user=user) if user == self._user:
                    found["the request sent"] = request
                case MessageQueued(message=message, user=user) if user != self._user:
                    found["another party's message"] = message
                case _:
                    pass
        return found


def _pairs(text: str, made: Mapping[str, str]) -> dict[str, str]:
    """``11.2: 2, 4.1.1: 100`` as names to values."""
    parts = (part.partition(":") for part in text.split(","))
    return {made.get(name.strip(), name.strip()): value.strip() for name, _, value in parts}
