"""The control operations: one row each, from which route, validation, OpenAPI text and command line follow."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from stubs.control import clock_moves as clock
from stubs.control import desk_handlers as desk
from stubs.control import handlers as on
from stubs.control import parameters as p
from stubs.control.access import Access
from stubs.control.described import Schema
from stubs.control.kinds import Nothing
from stubs.dcc.simulation.premises_spec import PremisesSpec
from stubs.faults import FaultRule
from stubs.recording import recordable

Handler = Callable[[Access, Any], Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    ``parameters`` holds the members of path and body together. Body members that it does not name go into its member
    ``rest``. ``result`` is the name of the answer's only member; empty: the answer is the result itself.
    """

    name: str
    method: str
    path: str
    summary: str
    parameters: type[msgspec.Struct]
    run: Handler
    rest: str = ""
    result: str = ""

    @property
    def answer(self) -> Any:
        """The type of its result, as its handler says it."""
        said = get_type_hints(self.run)["return"]
        return get_args(said)[-1] if get_origin(said) is Coroutine else said

    @property
    def is_changing(self) -> bool:
        """Whether it changes the simulated DCC, and so needs the token and leaves a record."""
        return self.method != "GET"

    @property
    def path_members(self) -> tuple[str, ...]:
        """Names of the parameters in the path."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))

    def read(self, path: Mapping[str, str], body: Mapping[str, object]) -> msgspec.Struct:
        """The parameters of a call over HTTP. Raises: ValueError: what is wrong with which member."""
        in_path = self.path_members
        named = set(self.parameters.__struct_fields__) - {self.rest, *in_path}
        members: dict[str, object] = {name: path[name] for name in in_path}
        members |= {name: value for name, value in body.items() if name in named}
        others = {name: value for name, value in body.items() if name not in named}
        if self.rest:
            members[self.rest] = others
        elif others:
            raise ValueError(recordable("; ".join(f"{name[:80]} is not known" for name in sorted(others))))
        return self.checked(members)

    def checked(self, members: Mapping[str, object]) -> msgspec.Struct:
        """The parameters from plain values. Raises: ValueError: what is wrong with which member."""
        missing = [
            field.encode_name
            for field in msgspec.structs.fields(self.parameters)
            if field.required and field.encode_name not in members
        ]
        if missing:
            raise ValueError("; ".join(f"{name} is missing" for name in missing))
        try:
            return msgspec.convert(members, self.parameters)
        except msgspec.ValidationError as error:
            raise ValueError(_sentence(self.parameters, str(error))) from error


def _sentence(struct: type[msgspec.Struct], what: str) -> str:
    """Turn an error message of msgspec into a sentence: the member first, the wanted value last."""
    said, _, place = what.partition(" - at `")
    member = place.rstrip("`").removeprefix("$").lstrip(".")
    if not member:
        return said
    if "matching regex" in said:
        wanted = _descriptions(struct).get(member, "")
        return f"{member}: expected {wanted}" if wanted else f"{member}: {said}"
    wanted = _descriptions(struct).get(member, "")
    return f"{member}: {said[:1].lower()}{said[1:]}" + (f" ({wanted})" if wanted else "")


def _descriptions(struct: type[msgspec.Struct]) -> dict[str, str]:
    schema = msgspec.json.schema(struct)
    body = schema.get("$defs", {}).get(struct.__name__, schema)
    found: dict[str, str] = {}
    for name, row in body.get("properties", {}).items():
        kinds: list[Schema] = [row, *row.get("anyOf", ())]
        found[name] = next((str(kind["description"]) for kind in kinds if "description" in kind), "")
    return found


def _op(
    name: str,
    route: str,
    summary: str,
    parameters: type[msgspec.Struct],
    run: Handler,
    rest: str = "",
    result: str = "",
) -> Operation:
    method, path = route.split(" ")
    return Operation(name, method, path, summary, parameters, run, rest, result)


OPERATIONS: tuple[Operation, ...] = (
    _op("health", "GET /health", "Time, newest journal entry, what waits", Nothing, on.health),
    _op("add-premises", "POST /premises", "Make premises with fresh identities", PremisesSpec, on.add_premises),
    _op("users", "GET /users", "Registered Users", Nothing, on.users),
    _op("register-user", "POST /users", "Register a User or change it", p.RegisterUser, on.register_user),
    _op("faults", "GET /faults", "Armed fault rules", Nothing, on.faults),
    _op("set-fault", "POST /faults", "Arm a fault rule", FaultRule, on.set_fault, result="fault"),
    _op("clear-fault", "DELETE /faults/{fault}", "Disarm a fault rule", p.ClearFault, on.clear_fault),
    _op("now", "GET /clock", "The run's time", Nothing, clock.now, result="now"),
    _op("advance-clock", "POST /clock/advance", "Let time pass",
        p.AdvanceClock, clock.advance_clock, result="now"),
    _op("jump-to-next-event", "POST /clock/jump", "Go to the next thing due", Nothing, clock.jump, result="now"),
    _op("clock-progress", "GET /clock/advance", "How far a move of the clock has come", Nothing, clock.progress),
    _op("stop-clock", "POST /clock/stop", "End a move of the clock where it is", Nothing, clock.stop, result="now"),
    _op("set-rate", "POST /clock/rate", "Run seconds per real second", p.SetRate, clock.set_rate, result="now"),
    _op("raise-device-alert", "POST /alerts/device", "Let a device raise an alert",
        p.RaiseDeviceAlert, on.raise_device_alert, result="message"),
    _op("raise-dcc-alert", "POST /alerts/dcc", "Raise a DCC alert for one User",
        p.RaiseDccAlert, on.raise_dcc_alert, result="message"),
    _op("raise-smets1", "POST /alerts/smets1", "Send a SMETS1 message: the answer to a service, or an alert",
        p.RaiseSmets1, on.raise_smets1, result="message"),
    _op("device", "GET /devices/{device}", "A physical device as it stands", p.OfDevice, on.device),
    _op("set-device", "PATCH /devices/{device}", "Give fields of a device new values",
        p.ChangeDevice, on.set_device, rest="values"),
    _op("let-happen", "POST /devices/{device}/occurrences", "Let something happen to a device",
        p.LetHappen, on.let_happen, rest="detail", result="messages"),
    _op("hand-over", "POST /devices/{device}/commands", "Give a device a command as a hand-held terminal does",
        p.HandOver, on.hand_over),
    _op("schedules", "GET /devices/{device}/schedules", "Schedules the DCC keeps for a device",
        p.OfDevice, on.schedules),
    _op("register-meter-point", "POST /meter-points", "Register a meter point",
        p.RegisterMeterPoint, on.register_meter_point),
    _op("meter-point", "GET /meter-points/{mpxn}", "What is registered", p.OfMeterPoint, on.meter_point),
    _op("change-registration", "PATCH /meter-points/{mpxn}", "Change of supplier, network operator or tenancy",
        p.ChangeRegistration, on.change_registration),
    _op("set-coverage", "PUT /coverage/{place}", "SM WAN coverage of a UPRN or post code",
        p.SetCoverage, on.set_coverage, rest="values"),
    _op("products", "GET /products", "The certified products list; empty: everything is on it", Nothing, on.products),
    _op("list-product", "POST /products", "Put firmware on the certified products list",
        p.ListProduct, on.list_product),
    _op("set-threshold", "POST /thresholds", "A User's own anomaly-detection threshold",
        p.SetThreshold, on.set_threshold),
    _op("quarantine", "GET /quarantine", "Requests that anomaly detection holds", Nothing, on.quarantine),
    _op("release", "POST /quarantine/{reference}/release", "Let a held request be carried out",
        p.OfQuarantine, on.release),
    _op("reject", "POST /quarantine/{reference}/reject", "End a held request with an error",
        p.OfQuarantine, on.reject),
    _op("inventory", "GET /inventory/{device}", "The inventory's record of a device", p.OfDevice, on.inventory),
    _op("set-inventory", "PATCH /inventory/{device}", "Give fields of an inventory record new values",
        p.ChangeInventory, on.set_inventory, rest="values"),
    _op("outbox", "GET /outbox/{user}", "Messages not received yet", p.OfUser, on.outbox),
    _op("redeliver", "POST /outbox/{user}/redeliver", "Make held messages due again",
        p.OfUser, on.redeliver, result="messages"),
    _op("back-up", "POST /backup", "Copy the state folder, its journal consistently", p.BackUp, on.back_up),
    _op("refusals", "GET /refusals", "The newest refusals with their reasons; ends", p.NewestRefusals, on.refusals),
    _op("publish-service-alert", "POST /ssi/alerts", "Publish a service alert on the SSI",
        p.PublishServiceAlert, desk.publish_alert, result="alert"),
    _op("publish-maintenance", "POST /ssi/maintenance", "Publish maintenance on the SSI",
        p.PublishMaintenance, desk.publish_maintenance, result="maintenance"),
    _op("raise-incident", "POST /ssi/incidents", "Raise an incident for a User",
        p.RaiseIncident, desk.raise_incident, result="reference"),
    _op("answer-incident", "POST /ssi/incidents/{reference}", "Answer an incident as the DCC",
        p.AnswerIncident, desk.answer_incident),
    _op("answer-management-request", "POST /ssi/requests/{reference}", "Answer a service management request",
        p.AnswerManagementRequest, desk.answer_request),
    _op("change-hub-order", "POST /ssi/orders/{reference}", "Change the status of a hub order",
        p.ChangeHubOrder, desk.change_order),
    _op("issue-ssi-credential", "POST /ssi/credentials", "Issue a client certificate for a person",
        p.IssueSsiCredential, desk.issue_credential),
    _op("reset", "POST /reset", "Back to the beginning; Users stay", p.Reset, on.reset),
)  # fmt: skip

BY_NAME: Mapping[str, Operation] = MappingProxyType({each.name: each for each in OPERATIONS})
"""The operations by name."""
