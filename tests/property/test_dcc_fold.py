"""DccState is a fold over the journal: whatever happens, a replay gives the same state; faults, restarts and time included."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from schemas.load import Service
from stubs.dcc import Dcc, DccState
from stubs.dcc.simulation.operations import Operations
from stubs.dcc.state.transaction import Transaction
from stubs.events import Entry, MessageQueued
from stubs.journal import Journal, SqliteStore
from stubs.settings import DccSettings
from stubs.smki import Pki
from tests.dcc_kit import NETWORK_OPERATOR, NOW, OTHER_USER, SUPPLIER, DccFixture, Party, a_pki
from tests.service_trips import create, update_firmware
from tests.state_picture import picture

_FOLDER = tempfile.TemporaryDirectory(prefix="uept-fold-")
_PKI: list[Pki] = []

CHANGING = DccSettings(
    device_timeout=5.0,
    delivery_retries=(1.0, 2.0),
    counter_rule="unique",
    thresholds={"7.4": 3},
    throttle_after=3,
)


def pki() -> Pki:
    if not _PKI:
        _PKI.append(a_pki(Path(_FOLDER.name) / "pki"))
    return _PKI[0]


def stored(entries: list[Entry]) -> list[Entry]:
    """The entries as a journal gives them back: through JSON."""
    decoder = msgspec.json.Decoder(Entry)
    return [decoder.decode(msgspec.json.encode(entry)) for entry in entries]


def replayed(room: DccFixture) -> DccState:
    again = Dcc(room.settings, room.pki)
    again.replay(stored(room.entries))
    return again.state


FAULTS: list[dict[str, Any]] = [
    {"point": "delivery", "effect": "duplicate"},
    {"point": "delivery", "effect": "hold-until-next"},
    {"point": "delivery", "effect": "drop"},
    {"point": "command", "effect": "never-answer", "nth": 2},
    {"point": "device-response", "effect": "delay", "seconds": 3},
    {"point": "answer", "effect": "code", "code": "E20"},
]
REQUESTS: list[tuple[str, str, dict[str, Any]]] = [
    ("11.2", "esme", {}),
    ("4.1.1", "gpf", {}),
    ("7.4", "esme", {}),
    ("3.1", "esme", {"SupplierMessage": "hello"}),
    ("4.1.1", "esme", {"ExecutionDateTime": "2026-01-15T10:05:00Z"}),
    ("4.1.1", "esme", {"ExecutionDateTime": "3000-12-31T00:00:00Z"}),
    ("11.2", "absent", {}),
]
CRITICAL: list[tuple[str, str, dict[str, Any]]] = [
    ("7.2", "esme", {}),
    ("7.1", "esme", {}),
    ("1.6", "esme", {"Credit": None}),
    ("1.6", "esme", {"ExecutionDateTime": "2026-01-15T10:10:00Z", "Credit": None}),
    ("1.5", "gsme", {"CreditMode": {"AdjustMeterBalance": 5}}),
]


def take_over(tester: Operations, transaction: Transaction, mpxn: str, since: datetime) -> None:
    tester.change_registration(transaction, mpxn, since, OTHER_USER, None, is_new_tenancy=True)


def decided(tester: Operations, transaction: Transaction, reference: str, *, is_released: bool) -> None:
    (tester.release if is_released else tester.reject)(transaction, reference)


class Rehearsal(RuleBasedStateMachine):
    """A random rehearsal on one core."""

    @initialize()
    def begin(self) -> None:
        self.room = DccFixture(pki(), CHANGING)
        self.devices = {**self.room.build(), "absent": "DE-51-CE-00-00-00-00-09"}

    @rule(chosen=st.sampled_from(REQUESTS), user=st.sampled_from([SUPPLIER, OTHER_USER]), cv=st.sampled_from([1, 2, 3]))
    def request(self, chosen: tuple[str, str, dict[str, Any]], user: str, cv: int) -> None:
        srv, device, body = chosen
        self.room.party = Party(pki(), user, self.room.party.counter + 1)
        self.room.post(self.room.party.request(srv, self.devices[device], cv=cv, **body))

    @rule(chosen=st.sampled_from(CRITICAL))
    def critical(self, chosen: tuple[str, str, dict[str, Any]]) -> None:
        srv, device, body = chosen
        self.room.party = Party(pki(), SUPPLIER, self.room.party.counter + 1)
        answer = self.room.post(self.room.party.request(srv, self.devices[device], cv=4, **body))
        if answer.response_code == "I0":
            self.room.post(self.room.party.signed_pre_command(answer.body))

    @rule()
    def install(self) -> None:
        self.room.party = Party(pki(), SUPPLIER, self.room.party.counter + 1)
        new = self.room.build({"name": "chf", "type": "CHF"}, {"name": "esme", "type": "ESME", "status": "Pending"})
        log = {"JoinTimePeriod": 60, "InstallCode": self.room.premises["install_codes"]["esme"],
               "ImportMPxN": self.room.premises["mpan"]}  # fmt: skip
        self.room.post(self.room.party.request(
            "8.11", new["chf"], DeviceID=new["esme"], RequestType="Add", AddDeviceToCHFWhitelist=log
        ))  # fmt: skip

    @rule()
    def decommission(self) -> None:
        self.room.party = Party(pki(), SUPPLIER, self.room.party.counter + 1)
        self.room.post(self.room.party.request("8.3", DeviceID=self.devices["gsme"]))

    @rule(data=st.binary(max_size=50), service=st.sampled_from(list(Service)))
    def nonsense(self, data: bytes, service: Service) -> None:
        assert self.room.post(data, service).status == 400

    @rule(fault=st.sampled_from(FAULTS))
    def arm(self, fault: dict[str, Any]) -> None:
        self.room.keep(self.room.dcc.set_fault(fault, self.room.now)[1])

    @rule(seconds=st.sampled_from([0.0, 0.05, 1.0, 10.0, 700.0]))
    def wait(self, seconds: float) -> None:
        self.room.pass_time(seconds)

    @rule(is_up=st.booleans())
    def deliver(self, is_up: bool) -> None:
        room = self.room
        for message in room.dcc.state.outbox.ready(room.now):
            attempt = message.attempts + 1
            if is_up:
                room.keep(room.dcc.delivered(message.message, attempt, 204, room.now))
            else:
                room.keep(room.dcc.delivery_failed(message.message, attempt, None, "down", room.now))

    @rule()
    def tester(self) -> None:
        room = self.room
        if self.devices["esme"] in room.dcc.state.devices:
            room.keep(room.dcc.raise_device_alert(self.devices["esme"], "8F3F", None, room.now)[1])
            room.keep(room.dcc.set_device(self.devices["esme"], {"reachable": False}, room.now))
        room.keep(room.dcc.raise_dcc_alert("N999", NETWORK_OPERATOR, None, room.now)[1])
        room.keep(room.dcc.redeliver(SUPPLIER, room.now))

    @rule(what=st.sampled_from(["power lost", "power restored", "tamper"]), is_there=st.booleans())
    def hub(self, what: str, is_there: bool) -> None:
        """The hub goes and comes, and takes its devices with it."""
        room, hub, meter = self.room, self.devices["chf"], self.devices["gsme"]
        if hub in room.dcc.state.devices:
            self.operate(lambda tester, transaction: tester.let_happen(transaction, hub, what, {}))
            room.keep(room.dcc.set_device(hub, {"reachable": is_there}, room.now))
        if meter in room.dcc.state.devices:
            room.keep(room.dcc.raise_device_alert(meter, "8F74", None, room.now)[1])

    @rule()
    def restart(self) -> None:
        again = Dcc(self.room.settings, self.room.pki)
        again.replay(stored(self.room.entries))
        self.room.dcc = again

    @invariant()
    def a_replay_gives_the_same_state(self) -> None:
        assert picture(replayed(self.room)) == picture(self.room.dcc.state)

    @rule()
    def snapshot(self) -> None:
        """A core that is restored from a snapshot goes on as if nothing had been."""
        again = Dcc(self.room.settings, self.room.pki)
        again.restore(self.room.dcc.snapshot())
        assert picture(again.state) == picture(self.room.dcc.state)
        self.room.dcc = again

    @rule()
    def plan_ahead(self) -> None:
        """Schedules, images on their way, registrations to come, coverage."""
        room = self.room
        room.party = Party(pki(), SUPPLIER, room.party.counter + 1)
        if self.devices["esme"] in room.dcc.state.devices:
            create(room, self.devices["esme"])
            room.party = Party(pki(), SUPPLIER, room.party.counter + 1000)
            update_firmware(room, self.devices["esme"])
        for mpxn in list(room.dcc.state.inventory.meter_points)[:1]:
            self.operate(partial(take_over, mpxn=mpxn, since=room.now + timedelta(days=1)))
        room.keep(
            room.dcc.perform(
                lambda tester, transaction: tester.set_coverage(transaction, "AB1", {"WANTechnology": "Mesh"}), room.now
            )[1]
        )

    @rule(is_released=st.booleans())
    def decide(self, is_released: bool) -> None:
        for reference in list(self.room.dcc.state.quarantine):
            self.operate(partial(decided, reference=reference, is_released=is_released))

    def operate(self, action: Callable[[Operations, Transaction], object]) -> None:
        self.room.keep(self.room.dcc.perform(action, self.room.now)[1])

    @invariant()
    def identities_never_repeat(self) -> None:
        messages = [entry.event.message for entry in self.room.entries if isinstance(entry.event, MessageQueued)]
        assert len(set(messages)) == len(messages)


Rehearsal.TestCase.settings = settings(
    max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
test_a_random_rehearsal_replays_to_the_same_state = Rehearsal.TestCase


def scripted(journal_of: Callable[[DccFixture], Journal]) -> None:
    """A written rehearsal, through a real journal."""
    room = DccFixture(pki(), CHANGING)
    devices = room.build()
    room.post(room.party.request("4.1.1", devices["esme"]))
    room.critical("7.2", devices["esme"])
    room.post(room.party.request("8.3", DeviceID=devices["gsme"]))
    room.pass_time(1)
    room.keep(room.dcc.reset("next", room.now))
    room.build()
    journal = journal_of(room)
    for entry in room.entries:
        journal.append(entry.event, at=entry.at)
    again = Dcc(room.settings, room.pki)
    assert again.replay(journal.entries()) == len(room.entries)
    assert picture(again.state) == picture(room.dcc.state)
    journal.close()


def test_a_rehearsal_replays_from_sqlite_after_a_restart(tmp_path: Path) -> None:
    class Frozen:
        def now(self) -> Any:
            return NOW + timedelta(days=1)

        def real_seconds_until(self, _: Any) -> float | None:
            return None

    scripted(lambda _: Journal(SqliteStore(tmp_path / "journal.db"), Frozen()))
