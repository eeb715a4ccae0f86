"""A tester's operations. Every method may be called from any thread and returns when its events are durable."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import Any

import msgspec

from stubs.control.access import Access
from stubs.control.operations import BY_NAME, Operation
from stubs.gateway.runtime import Runtime
from stubs.wire.eui64 import Eui64

Json = dict[str, Any]
"""An object as a client of the control API sends or gets it; its members: ``stubs.control.results``."""

SCENARIO, LIVE_PAGE, CONTROL_API = "scenario", "live-page", "control-api"
"""Origin of a change to the simulated world: a step of a scenario, a person at the live page, a program at the API."""


class Control:
    """Operations on a running simulated DCC.

    Args:
        runtime: what is operated.
        origin: whose hand this is; recorded with every operation that changes something.

    Raises (all methods): ValueError or PeerError: an argument cannot be; LookupError: no such device; Blocked: the
    surroundings do not allow it, or the DCC has stopped.
    """

    def __init__(self, runtime: Runtime, origin: str = SCENARIO) -> None:
        self._runtime = runtime
        self._dcc = runtime.dcc
        self._origin = origin

    def by(self, origin: str) -> Control:
        """The same operations by another hand."""
        return Control(self._runtime, origin)

    def begin(self, operation: Operation, given: msgspec.Struct) -> Any:
        """Begin an operation whose parameters were checked: its result, or a coroutine that gives it."""
        runtime = self._runtime
        access = Access(runtime, self._origin, operation.name, given)

        def begin() -> Any:
            before = runtime.journal.last_seq
            result = operation.run(access, given)
            if isinstance(result, Coroutine) or not runtime.commits_aside or runtime.journal.last_seq == before:
                return result
            return runtime.when_durable(result)

        return runtime.call(begin)

    def operate(self, operation: Operation, given: msgspec.Struct) -> Any:
        """Carry out an operation whose parameters were checked; not in the loop's own thread."""
        result = self.begin(operation, given)
        if isinstance(result, Coroutine):
            result = self._runtime.finish(result)
        return _as_json(result) if isinstance(result, msgspec.Struct | list) else result

    def call(self, name: str, /, **members: Any) -> Any:
        """Check the parameters of an operation and carry it out. Raises: LookupError: there is none of that name."""
        operation = BY_NAME[name]
        return self.operate(operation, operation.checked(members))

    # --- premises, Users, faults ---

    def add_premises(self, spec: Json) -> Json:
        """Make premises with fresh identities; ``spec`` has the members of ``PremisesSpec``.

        Returns: mpan, mprn, postcode, address, uprn, the parties, ``devices`` and ``install_codes`` by device name.
        """
        found: Json = self.call("add-premises", **spec)
        return found

    def register_user(
        self,
        user: str,
        party: str,
        roles: Sequence[str],
        receive_url: str | None = None,
        status: str = "active",
        duis_version: str = "",
    ) -> Json:
        """Register a User (EUI), or change what is registered of it."""
        found: Json = self.call(
            "register-user",
            user=user,
            party=party,
            roles=list(roles),
            receive_url=receive_url,
            status=status,
            duis_version=duis_version,
        )
        return found

    def users(self) -> list[Json]:
        """Registered Users: user, party, roles, receive_url, status."""
        found: list[Json] = self.call("users")
        return found

    def receive_url(self, user: str) -> str | None:
        """Return the URL to which a User's messages are posted, with its query; for this process only."""
        return self._runtime.call(lambda: self._dcc.receive_url(Eui64.parse(user)))

    def set_fault(self, rule: Json) -> str:
        """Arm a fault rule; its id. Fields: see ``stubs.faults.FaultRule``."""
        return str(self.call("set-fault", **rule))

    def clear_fault(self, fault: str) -> None:
        """Disarm a fault rule; one that is not armed is passed over."""
        self.call("clear-fault", fault=fault)

    def faults(self) -> list[Json]:
        """Armed rules: id, rule, how often matched and applied."""
        found: list[Json] = self.call("faults")
        return found

    # --- the clock ---

    def now(self) -> str:
        """The run's time, ISO 8601, UTC."""
        return str(self.call("now"))

    def advance_clock(self, seconds: float) -> str:
        """Let so much of the run's time pass at once; the new time.

        What falls due on the way happens at its own time, deliveries at the end.
        """
        return str(self.call("advance-clock", seconds=seconds))

    def jump_to_next_event(self) -> str:
        """Go to the next thing on the agenda or in an outbox; stays when there is none. The new time."""
        return str(self.call("jump-to-next-event"))

    def set_rate(self, rate: float) -> str:
        """Run seconds per real second; 0 freezes the clock."""
        return str(self.call("set-rate", rate=rate))

    # --- alerts, devices, inventory ---

    def raise_device_alert(
        self, device: str, code: str, recipient: str | None = None, request_id: str | None = None
    ) -> str:
        """Let a device raise an alert; the id of the message to a User, empty when the DCC or the device keeps it.

        ``request_id`` is accepted for symmetry and not used: an alert answers no request.
        """
        members = {"device": device, "code": code, "recipient": recipient, "request_id": request_id}
        return str(self.call("raise-device-alert", **members))

    def raise_dcc_alert(self, code: str, user: str, content: Json | None = None, structure: str = "") -> str:
        """Raise a DCC alert for one User; the message's id.

        ``content`` is one element as an object, such as ``{"CommandFailure": {"CommandRequestID": …}}``; without it a
        content of ``structure`` is made, by default of the one the code has here, about a home of the User.
        """
        return str(self.call("raise-dcc-alert", code=code, user=user, content=content, structure=structure))

    def raise_smets1(self, user: str, device: str, srv: str = "", alert_code: str = "", request_id: str = "") -> str:
        """Send a SMETS1 message to a User: the answer to ``srv``, quoting ``request_id``, or an alert; its id."""
        members = {"user": user, "device": device, "srv": srv, "alert_code": alert_code, "request_id": request_id}
        return str(self.call("raise-smets1", **members))

    def let_happen(self, device: str, what: str, **detail: Any) -> list[str]:
        """Let something happen to a device (``stubs.devices.OCCURRENCES``); ids of the messages it caused."""
        found: list[str] = self.call("let-happen", device=device, what=what, detail=detail)
        return found

    def hand_over(self, device: str, command: str) -> Json:
        """Give a device a command (hexadecimal) as a hand-held terminal does: ``response`` and ``refused``."""
        found: Json = self.call("hand-over", device=device, command=command)
        return found

    def device(self, device: str) -> Json:
        """Return a physical device: fields of its state, registers and balance at this moment."""
        found: Json = self.call("device", device=device)
        return found

    def set_device(self, device: str, **values: Any) -> Json:
        """Give fields of a device's state new values, e.g. ``reachable=False``; the device afterwards."""
        found: Json = self.call("set-device", device=device, values=values)
        return found

    def inventory(self, device: str) -> Json | None:
        """The inventory's record of a device by DUIS names; None when it has none."""
        try:
            found: Json = self.call("inventory", device=device)
        except LookupError:
            return None
        return found

    def set_inventory(self, device: str, **values: Any) -> Json | None:
        """Give fields of an inventory record (DUIS names) new values; ``Removed=True`` deletes it."""
        found: Json | None = self.call("set-inventory", device=device, values=values)
        return found

    # --- registration ---

    def register_meter_point(self, mpxn: str, fuel: str = "electricity", **values: str) -> Json:
        """Register a meter point: supplier, network_operator (EUIs), postcode, address, uprn; what is registered."""
        found: Json = self.call("register-meter-point", mpxn=mpxn, fuel=fuel, **values)
        return found

    # --- deliveries, the whole ---

    def outbox(self, user: str) -> list[Json]:
        """A User's messages that were not received yet."""
        found: list[Json] = self.call("outbox", user=user)
        return found

    def redeliver(self, user: str) -> int:
        """Make a User's held messages due again; how many."""
        return int(self.call("redeliver", user=user))

    def reset(self, seed: str | None = None) -> None:
        """Back to the beginning: Users stay; premises, devices, inventory, agenda, outbox and faults go."""
        self.call("reset", seed=seed)

    def health(self) -> Json:
        """Time, newest journal entry, what waits."""
        found: Json = self.call("health")
        return found


def _as_json(result: Any) -> Any:
    """Return a result as HTTP would return it, so that callers in this process get the same values as others."""
    return msgspec.json.decode(msgspec.json.encode(result))
