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
from stubs.wire.eui64 import Eui64
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


def replayed(fixture: DccFixture) -> DccState:
    again = Dcc(fixture.settings, fixture.pki)
    again.replay(stored(fixture.entries))
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
        self.fixture = DccFixture(pki(), CHANGING)
        self.devices = {**self.fixture.build(), "absent": "DE-51-CE-00-00-00-00-09"}

    @rule(chosen=st.sampled_from(REQUESTS), user=st.sampled_from([SUPPLIER, OTHER_USER]), cv=st.sampled_from([1, 2, 3]))
    def request(self, chosen: tuple[str, str, dict[str, Any]], user: str, cv: int) -> None:
        srv, device, body = chosen
        self.fixture.party = Party(pki(), user, self.fixture.party.counter + 1)
        self.fixture.post(self.fixture.party.request(srv, self.devices[device], cv=cv, **body))

    @rule(chosen=st.sampled_from(CRITICAL))
    def critical(self, chosen: tuple[str, str, dict[str, Any]]) -> None:
        srv, device, body = chosen
        self.fixture.party = Party(pki(), SUPPLIER, self.fixture.party.counter + 1)
        answer = self.fixture.post(self.fixture.party.request(srv, self.devices[device], cv=4, **body))
        if answer.response_code == "I0":
            self.fixture.post(self.fixture.party.signed_pre_command(answer.body))

    @rule()
    def install(self) -> None:
        self.fixture.party = Party(pki(), SUPPLIER, self.fixture.party.counter + 1)
        new = self.fixture.build({"name": "chf", "type": "CHF"}, {"name": "esme", "type": "ESME", "status": "Pending"})
        log = {"JoinTimePeriod": 60, "InstallCode": self.fixture.premises["install_codes"]["esme"],
               "ImportMPxN": self.fixture.premises["mpan"]}  # fmt: skip
        self.fixture.post(self.fixture.party.request(
            "8.11", new["chf"], DeviceID=new["esme"], RequestType="Add", AddDeviceToCHFWhitelist=log
        ))  # fmt: skip

    @rule()
    def decommission(self) -> None:
        self.fixture.party = Party(pki(), SUPPLIER, self.fixture.party.counter + 1)
        self.fixture.post(self.fixture.party.request("8.3", DeviceID=self.devices["gsme"]))

    @rule(data=st.binary(max_size=50), service=st.sampled_from(list(Service)))
    def nonsense(self, data: bytes, service: Service) -> None:
        assert self.fixture.post(data, service).status == 400

    @rule(fault=st.sampled_from(FAULTS))
    def arm(self, fault: dict[str, Any]) -> None:
        self.fixture.keep(self.fixture.dcc.set_fault(fault, self.fixture.now)[1])

    @rule(seconds=st.sampled_from([0.0, 0.05, 1.0, 10.0, 700.0]))
    def wait(self, seconds: float) -> None:
        self.fixture.pass_time(seconds)

    @rule(is_up=st.booleans())
    def deliver(self, is_up: bool) -> None:
        fixture = self.fixture
        for message in fixture.dcc.state.outbox.ready(fixture.now):
            attempt = message.attempts + 1
            if is_up:
                fixture.keep(fixture.dcc.delivered(message.message, attempt, 204, fixture.now))
            else:
                fixture.keep(fixture.dcc.delivery_failed(message.message, attempt, None, "down", fixture.now))

    @rule()
    def tester(self) -> None:
        fixture = self.fixture
        if Eui64.parse(self.devices["esme"]) in fixture.dcc.state.devices:
            fixture.keep(fixture.dcc.raise_device_alert(self.devices["esme"], "8F3F", None, fixture.now)[1])
            fixture.keep(fixture.dcc.set_device(self.devices["esme"], {"reachable": False}, fixture.now))
        fixture.keep(fixture.dcc.raise_dcc_alert("N999", NETWORK_OPERATOR, None, fixture.now)[1])
        fixture.keep(fixture.dcc.redeliver(Eui64.parse(SUPPLIER), fixture.now))

    @rule(what=st.sampled_from(["power lost", "power restored", "tamper"]), is_there=st.booleans())
    def hub(self, what: str, is_there: bool) -> None:
        """The hub goes and comes, and takes its devices with it."""
        fixture, hub, meter = self.fixture, self.devices["chf"], self.devices["gsme"]
        if Eui64.parse(hub) in fixture.dcc.state.devices:
            self.operate(lambda tester, transaction: tester.let_happen(transaction, Eui64.parse(hub), what, {}))
            fixture.keep(fixture.dcc.set_device(hub, {"reachable": is_there}, fixture.now))
        if Eui64.parse(meter) in fixture.dcc.state.devices:
            fixture.keep(fixture.dcc.raise_device_alert(meter, "8F74", None, fixture.now)[1])

    @rule()
    def restart(self) -> None:
        again = Dcc(self.fixture.settings, self.fixture.pki)
        again.replay(stored(self.fixture.entries))
        self.fixture.dcc = again

    @invariant()
    def a_replay_gives_the_same_state(self) -> None:
        assert picture(replayed(self.fixture)) == picture(self.fixture.dcc.state)

    @rule()
    def snapshot(self) -> None:
        """A core that is restored from a snapshot goes on as if nothing had been."""
        again = Dcc(self.fixture.settings, self.fixture.pki)
        again.restore(self.fixture.dcc.snapshot())
        assert picture(again.state) == picture(self.fixture.dcc.state)
        self.fixture.dcc = again

    @rule()
    def plan_ahead(self) -> None:
        """Schedules, images on their way, registrations to come, coverage."""
        fixture = self.fixture
        fixture.party = Party(pki(), SUPPLIER, fixture.party.counter + 1)
        if Eui64.parse(self.devices["esme"]) in fixture.dcc.state.devices:
            create(fixture, self.devices["esme"])
            fixture.party = Party(pki(), SUPPLIER, fixture.party.counter + 1000)
            update_firmware(fixture, self.devices["esme"])
        for mpxn in list(fixture.dcc.state.inventory.meter_points)[:1]:
            self.operate(partial(take_over, mpxn=mpxn, since=fixture.now + timedelta(days=1)))
        fixture.keep(
            fixture.dcc.perform(
                lambda tester, transaction: tester.set_coverage(transaction, "AB1", {"WANTechnology": "Mesh"}),
                fixture.now,
            )[1]
        )

    @rule(is_released=st.booleans())
    def decide(self, is_released: bool) -> None:
        for reference in list(self.fixture.dcc.state.quarantine):
            self.operate(partial(decided, reference=reference, is_released=is_released))

    def operate(self, action: Callable[[Operations, Transaction], object]) -> None:
        self.fixture.keep(self.fixture.dcc.perform(action, self.fixture.now)[1])

    @invariant()
    def identities_never_repeat(self) -> None:
        messages = [entry.event.message for entry in self.fixture.entries if isinstance(entry.event, MessageQueued)]
        assert len(set(messages)) == len(messages)


Rehearsal.TestCase.settings = settings(
    max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
test_a_random_rehearsal_replays_to_the_same_state = Rehearsal.TestCase


def scripted(journal_of: Callable[[DccFixture], Journal]) -> None:
    """A written rehearsal, through a real journal."""
    fixture = DccFixture(pki(), CHANGING)
    devices = fixture.build()
    fixture.post(fixture.party.request("4.1.1", devices["esme"]))
    fixture.critical("7.2", devices["esme"])
    fixture.post(fixture.party.request("8.3", DeviceID=devices["gsme"]))
    fixture.pass_time(1)
    fixture.keep(fixture.dcc.reset("next", fixture.now))
    fixture.build()
    journal = journal_of(fixture)
    for entry in fixture.entries:
        journal.append(entry.event, at=entry.at)
    again = Dcc(fixture.settings, fixture.pki)
    assert again.replay(journal.entries()) == len(fixture.entries)
    assert picture(again.state) == picture(fixture.dcc.state)
    journal.close()


def test_a_rehearsal_replays_from_sqlite_after_a_restart(tmp_path: Path) -> None:
    class Frozen:
        def now(self) -> Any:
            return NOW + timedelta(days=1)

        def real_seconds_until(self, _: Any) -> float | None:
            return None

    scripted(lambda _: Journal(SqliteStore(tmp_path / "journal.db"), Frozen()))
