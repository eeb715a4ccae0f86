"""A tester's operations. Every method may be called from any thread and returns when its events are durable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from stubs.clock import LATEST, VirtualClock
from stubs.dcc.core import Events
from stubs.dcc.simulation.operations import Operations
from stubs.dcc.state.transaction import Transaction
from stubs.events import ClockMoved
from stubs.gateway.runtime import Runtime
from stubs.wire.errors import Blocked
from stubs.wire.eui64 import Eui64

T = TypeVar("T")

_MOST_STEPS = 10_000
"""Agenda items that one move of the clock passes one by one."""


class Control:
    """Operations on a running simulated DCC.

    Raises (all methods): ValueError or PeerError: an argument cannot be; LookupError: no such device; Blocked: the
    surroundings do not allow it, or the DCC has stopped.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._dcc = runtime.dcc

    # --- premises, Users ---

    def add_premises(self, spec: dict[str, Any]) -> dict[str, Any]:
        """Make premises with fresh identities.

        Args:
            spec: ``name``; ``supplier``, ``gas_supplier``, ``network_operator``, ``gas_transporter`` (EUIs; left out:
                the first party of the PKI with that role), ``export_supplier`` (left out: nobody, though
                some homes generate; empty: nobody, and nothing is generated); ``seed``;
                ``devices``: each ``name``, ``type``, ``variant`` (``single``, ``twin`` or ``polyphase``), ``status``
                (an inventory status, or ``absent``), ``values`` (fields of the device's state).
        Returns: mpan, mprn, postcode, address, uprn, the parties, ``devices`` and ``install_codes`` by device name.
        """
        return self._perform(lambda now: self._dcc.add_premises(spec, now))

    def register_user(
        self,
        user: str,
        party: str,
        roles: Sequence[str],
        receive_url: str | None = None,
        status: str = "active",
        duis_version: str = "",
    ) -> dict[str, Any]:
        """Register a User (EUI), or change what is registered of it."""
        self._perform(
            lambda now: (None, self._dcc.register_user(user, party, roles, receive_url, status, now, duis_version))
        )
        eui = str(Eui64.parse(user))
        return next(row for row in self.users() if row["user"] == eui)

    def users(self) -> list[dict[str, Any]]:
        """Registered Users: user, party, roles, receive_url, status."""

        def read() -> list[dict[str, Any]]:
            return [
                {
                    "user": eui,
                    "party": user.party,
                    "roles": list(user.roles),
                    "receive_url": user.receive_url,
                    "status": user.status,
                    "duis_version": user.duis_version,
                }
                for eui, user in self._dcc.state.users.items()
            ]

        return self._runtime.call(read)

    # --- faults ---

    def set_fault(self, rule: dict[str, Any]) -> str:
        """Arm a fault rule; its id. Fields: see ``stubs.faults.FaultRule``."""
        return self._perform(lambda now: self._dcc.set_fault(rule, now))

    def clear_fault(self, fault: str) -> None:
        """Disarm a fault rule; one that is not armed is passed over."""
        self._perform(lambda now: (None, self._dcc.clear_fault(fault, now)))

    def faults(self) -> list[dict[str, Any]]:
        """Armed rules: id, rule, how often matched and applied."""

        def read() -> list[dict[str, Any]]:
            return [
                {
                    "fault": fault.fault,
                    "rule": msgspec.to_builtins(fault.rule),
                    "matched": fault.matched,
                    "applied": fault.applied,
                }
                for fault in self._dcc.state.faults.rules.values()
            ]

        return self._runtime.call(read)

    # --- the clock ---

    def now(self) -> str:
        """The run's time, ISO 8601, UTC."""
        return self._runtime.clock.now().isoformat()

    def advance_clock(self, seconds: float) -> str:
        """Let so much of the run's time pass at once; the new time.

        What falls due on the way happens at its own time, deliveries at the end.
        """
        if seconds < 0:
            raise ValueError(f"the clock only goes forward, got {seconds}")
        by = timedelta(seconds=seconds)
        return self._runtime.call(lambda: self._move(self._runtime.clock.now() + by, "advanced"))

    def jump_to_next_event(self) -> str:
        """Go to the next thing on the agenda or in an outbox; stays when there is none. The new time."""

        def jump() -> str:
            due = self._dcc.next_due()
            return self._move(due, "jumped") if due is not None else self.now()

        return self._runtime.call(jump)

    def set_rate(self, rate: float) -> str:
        """Run seconds per real second; 0 freezes the clock."""

        def change() -> str:
            clock = self._virtual_clock()
            clock.set_rate(rate)
            self._clock_moved("rate", f"rate {rate:g}")
            return self.now()

        return self._runtime.call(change)

    def _virtual_clock(self) -> VirtualClock:
        clock = self._runtime.clock
        if not isinstance(clock, VirtualClock):
            raise Blocked("the run's clock is the machine's and cannot be moved", mend="Start with a virtual clock.")
        return clock

    def _move(self, target: datetime, mode: str) -> str:
        clock = self._virtual_clock()
        if target > LATEST:
            raise ValueError(f"the clock goes to {LATEST.isoformat()} at most")
        for _ in range(_MOST_STEPS):
            due = self._dcc.state.agenda.next_due()
            if due is None or due > target:
                break
            clock.move_to(due)
            self._runtime.tick_now()
        clock.move_to(target)
        self._clock_moved(mode, "control")
        return self.now()

    def _clock_moved(self, mode: str, cause: str) -> None:
        clock = self._virtual_clock()
        event = ClockMoved(mode=mode, now=clock.now(), rate=clock.rate, cause=cause)
        self._runtime.journal.record(event)
        self._runtime.clock_moved()

    # --- alerts, devices, inventory ---

    def raise_device_alert(
        self, device: str, code: str, recipient: str | None = None, request_id: str | None = None
    ) -> str:
        """Let a device raise an alert; the id of the message to a User, empty when the DCC or the device keeps it.

        ``request_id`` is accepted for symmetry and not used: an alert answers no request.
        """
        del request_id
        eui = str(Eui64.parse(device))
        messages = self._perform(lambda now: self._dcc.raise_device_alert(eui, code.upper(), recipient, now))
        return messages[0] if messages else ""

    def raise_dcc_alert(self, code: str, user: str, content: dict[str, Any] | None = None, structure: str = "") -> str:
        """Raise a DCC alert for one User; the message's id.

        ``content`` is one element as an object, such as ``{"CommandFailure": {"CommandRequestID": …}}``; without it a
        content of ``structure`` is made, by default of the one the code has here, about a home of the User.
        """
        return self._perform(lambda now: self._dcc.raise_dcc_alert(code, user, content, now, structure))

    def raise_smets1(self, user: str, device: str, srv: str = "", alert_code: str = "", request_id: str = "") -> str:
        """Send a SMETS1 message to a User: the answer to ``srv``, quoting ``request_id``, or an alert; its id."""
        return self._tester(
            lambda tester, transaction: tester.raise_smets1(transaction, user, device, srv, alert_code, request_id)
        )

    def let_happen(self, device: str, what: str, **detail: Any) -> list[str]:
        """Let something happen to a device (``stubs.devices.PHYSICAL_EVENTS``); ids of the messages it caused."""
        eui = str(Eui64.parse(device))
        return self._tester(lambda tester, transaction: tester.let_happen(transaction, eui, what, detail))

    def hand_over(self, device: str, command: str) -> dict[str, Any]:
        """Give a device a command (hexadecimal) as a hand-held terminal does: ``response`` and ``refused``."""
        eui, octets = str(Eui64.parse(device)), bytes.fromhex(command)
        response, refused = self._tester(lambda tester, transaction: tester.hand_over(transaction, eui, octets))
        return {"response": response.hex().upper() if response is not None else None, "refused": refused}

    # --- registration, coverage, products ---

    def register_meter_point(self, mpxn: str, fuel: str = "electricity", **values: str) -> dict[str, Any]:
        """Register a meter point: supplier, network_operator (EUIs), postcode, address, uprn; what is registered."""
        strange = values.keys() - {"supplier", "network_operator", "postcode", "address", "uprn"}
        if strange:
            raise ValueError(f"a meter point has no {', '.join(sorted(strange))}")
        given = {"mpxn": mpxn, "fuel": fuel, **values}
        self._tester(lambda tester, transaction: tester.register_meter_point(transaction, given))
        return self.meter_point(mpxn)

    def change_registration(
        self,
        mpxn: str,
        since: str | None = None,
        supplier: str | None = None,
        network_operator: str | None = None,
        new_tenancy: bool = False,  # noqa: FBT001, FBT002 - a member of a JSON object
    ) -> dict[str, Any]:
        """Change of supplier, network operator or tenancy, at once or ``since`` an instant (ISO 8601 with zone)."""
        at = datetime.fromisoformat(since) if since is not None else None
        self._tester(
            lambda tester, transaction: tester.change_registration(
                transaction, mpxn, at, supplier, network_operator, is_new_tenancy=new_tenancy
            )
        )
        return self.meter_point(mpxn)

    def meter_point(self, mpxn: str) -> dict[str, Any]:
        """What is registered of a meter point, future changes included. Raises: LookupError: nothing."""

        def read() -> dict[str, Any]:
            found: dict[str, Any] = msgspec.to_builtins(self._dcc.state.inventory.meter_points[mpxn])
            return found

        return self._runtime.call(read)

    def set_coverage(self, place: str, **values: Any) -> None:
        """SM WAN coverage of a UPRN or post code, by the elements of 12.1's answer; none: made up again."""
        self._tester(lambda tester, transaction: tester.set_coverage(transaction, place, values))

    def list_product(self, manufacturer: str, model: str, firmware_version: str, **values: str) -> None:
        """Put firmware on the certified products list: device_type, gbcs_version, hash (SHA-256), status."""
        strange = values.keys() - {"device_type", "gbcs_version", "hash", "status"}
        if strange:
            raise ValueError(f"a product has no {', '.join(sorted(strange))}")
        given = {"manufacturer": manufacturer, "model": model, "firmware_version": firmware_version, **values}
        self._tester(lambda tester, transaction: tester.list_product(transaction, given))

    def products(self) -> list[dict[str, Any]]:
        """The certified products list; empty: everything is on it."""
        return self._runtime.call(lambda: [msgspec.to_builtins(p) for p in self._dcc.state.inventory.products.values()])

    # --- anomaly detection, schedules ---

    def set_threshold(self, user: str, srv: str, limit: int | None) -> None:
        """A User's own threshold: requests of a service (``*``: all) in an hour; null takes it away."""
        self._tester(lambda tester, transaction: tester.set_threshold(transaction, user, srv, limit))

    def quarantine(self) -> list[dict[str, Any]]:
        """Requests that anomaly detection holds."""
        shown = ("reference", "request_id", "user", "role", "srv", "device", "breach", "detail")
        return self._runtime.call(
            lambda: [{name: getattr(held, name) for name in shown} for held in self._dcc.state.quarantine.values()]
        )

    def release(self, reference: str) -> None:
        """Let a quarantined request be carried out. Raises: LookupError: none of that reference."""
        self._tester(lambda tester, transaction: tester.release(transaction, reference))

    def reject(self, reference: str) -> None:
        """End a quarantined request with an error. Raises: LookupError: none of that reference."""
        self._tester(lambda tester, transaction: tester.reject(transaction, reference))

    def schedules(self, device: str) -> list[dict[str, Any]]:
        """Schedules the DCC keeps for a device: schedule, user, role, srv, due."""
        eui = str(Eui64.parse(device))

        def read() -> list[dict[str, Any]]:
            items = list(self._dcc.state.agenda.named(f"schedule|{eui}"))
            shown = ("schedule", "user", "role", "srv")
            return [{**{name: item.data[name] for name in shown}, "due": item.due.isoformat()} for item in items]

        return self._runtime.call(read)

    def device(self, device: str) -> dict[str, Any]:
        """A physical device as it stands: fields of its state, registers and balance at this moment."""
        eui = str(Eui64.parse(device))
        return self._runtime.call(lambda: self._dcc.device(eui, self._runtime.clock.now()))

    def set_device(self, device: str, **values: Any) -> dict[str, Any]:
        """Give fields of a device's state new values, e.g. ``reachable=False``; the device afterwards."""
        eui = str(Eui64.parse(device))
        self._perform(lambda now: (None, self._dcc.set_device(eui, values, now)))
        return self.device(eui)

    def inventory(self, device: str) -> dict[str, Any] | None:
        """The inventory's record of a device by DUIS names; None when it has none."""
        eui = str(Eui64.parse(device))

        def read() -> dict[str, Any] | None:
            record = self._dcc.state.inventory.get(eui)
            return record.as_dict() if record is not None else None

        return self._runtime.call(read)

    def set_inventory(self, device: str, **values: Any) -> dict[str, Any] | None:
        """Give fields of an inventory record (DUIS names) new values; ``Removed=True`` deletes it."""
        eui = str(Eui64.parse(device))
        self._perform(lambda now: (None, self._dcc.set_inventory(eui, values, now)))
        return self.inventory(eui)

    # --- deliveries, the whole ---

    def outbox(self, user: str) -> list[dict[str, Any]]:
        """A User's messages that were not received yet."""
        eui = str(Eui64.parse(user))

        def read() -> list[dict[str, Any]]:
            outbox = self._dcc.state.outbox
            held = outbox.held.get(eui, {})
            return [
                {
                    "message": message.message,
                    "due": message.due.isoformat(),
                    "attempts": message.attempts,
                    "is_held": message.message in held,
                }
                for message in outbox.of(eui)
            ]

        return self._runtime.call(read)

    def redeliver(self, user: str) -> int:
        """Make a User's held messages due again; how many."""
        eui = str(Eui64.parse(user))

        def again(now: datetime) -> tuple[int, Events]:
            events = self._dcc.redeliver(eui, now)
            return len(events), events

        return self._perform(again)

    def reset(self, seed: str | None = None) -> None:
        """Back to the beginning: Users stay; premises, devices, inventory, agenda, outbox and faults go."""
        self._perform(lambda now: (None, self._dcc.reset(seed, now)))

    def health(self) -> dict[str, Any]:
        """Time, newest journal entry, what waits."""

        def read() -> dict[str, Any]:
            state = self._dcc.state
            return {
                "status": "degraded" if self._runtime.journal.is_behind else "ok",
                "now": self._runtime.clock.now().isoformat(),
                "last_seq": self._runtime.journal.last_seq,
                "users": len(state.users),
                "devices": len(state.devices),
                "inventory": len(state.inventory.records),
                "agenda": len(state.agenda.items),
                "outbox": sum(len(messages) for messages in state.outbox.waiting.values()),
                "held": sum(len(messages) for messages in state.outbox.held.values()),
                "faults": len(state.faults.rules),
                "quarantine": len(state.quarantine),
            }

        return self._runtime.call(read)

    def _tester(self, action: Callable[[Operations, Transaction], T]) -> T:
        return self._perform(lambda now: self._dcc.perform(action, now))

    def _perform(self, action: Callable[[datetime], tuple[T, Events]]) -> T:
        return self._runtime.call(lambda: self._runtime.perform(action))
