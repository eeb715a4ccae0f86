"""Parts that all scenarios of a run share: the simulated DCC, the driver, the Users, the prompts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from harness.drivers import Action, Driver, KeptFile, Outcome, TlsFiles, driver_traits
from harness.engine.driver_runner import DriverRunner
from harness.engine.homes import Home
from harness.engine.instructions import sentence
from harness.engine.progress import Progress
from harness.engine.run_control import RunControl
from harness.engine.service_management import are_made_up, people_of
from harness.plan import load_test_data
from harness.settings import RehearsalSettings
from schemas.load import UserRole
from schemas.ssi_tables import ssi_actions
from stubs.events import CertificateFiled, CertificateIssued, Entry, EvidenceFiled, OutcomeClaimed, ScenarioStarted
from stubs.journal import Journal
from stubs.recording import recordable
from stubs.wire.errors import Blocked
from stubs.wire.eui64 import Eui64

if TYPE_CHECKING:  # who only collects tests does not load the simulated DCC
    from stubs.app import BackgroundDcc, Control

TICK = 0.5
"""Real seconds between two looks at the clock and at ``RunControl`` while something is waited for."""
_SURROUNDINGS = tuple(kind.__name__ for kind in (CertificateIssued, ScenarioStarted))
"""Kinds of entries before a scenario that its evidence may need."""
_RESPONSIBLE = {
    UserRole.IS: "supplier",
    UserRole.GS: "gas_supplier",
    UserRole.ED: "network_operator",
    UserRole.GT: "gas_transporter",
    UserRole.ES: "export_supplier",
}
"""The key of a home that names the party responsible in a role; other roles have no responsibility for a device."""


class RunContext:
    """The surroundings of every scenario of one run; with ``run``, of one scenario of it that has them to itself."""

    def __init__(
        self,
        settings: RehearsalSettings,
        dcc: BackgroundDcc,
        driver: Driver,
        prompts: Path,
        progress: Progress,
        run_control: RunControl | None = None,
        run: RunContext | None = None,
    ) -> None:
        self.settings = settings
        self.run_control = run_control or RunControl()
        self.driver_runner = DriverRunner(driver, settings.grace, self.report, lambda: self.run_control.added)
        self.progress = progress
        self.tls = TlsFiles()
        """TLS files of a client of the run."""
        self.dcc = dcc
        self.prompts = prompts
        self.test_data = load_test_data(prompts.parent)
        self._numbers: Iterator[int] = run._numbers if run else count(1)  # noqa: SLF001 - its own class
        self._is_of_one_scenario = run is not None
        self._kept: list[Entry] = []
        self._read_to = 0

    @property
    def journal(self) -> Journal:
        """The run's one journal."""
        return self.dcc.journal

    @property
    def control(self) -> Control:
        """The simulated DCC's controls."""
        return self.dcc.control

    @property
    def urls(self) -> dict[str, str]:
        """Addresses a client needs, by name."""
        urls = self.dcc.urls
        found = {name: getattr(urls, name, None) for name in ("transform", "send_command", "non_device", "smki", "ssi")}
        return {name: str(url) for name, url in found.items() if url}

    def next_action_id(self) -> str:
        """A new id: ``a1``, ``a2`` and so on."""
        return f"a{next(self._numbers)}"

    def now(self) -> datetime:
        """The run's clock: aware, UTC."""
        return self.dcc.clock.now()

    def begin_afresh(self) -> None:
        """Take away what a scenario left on the simulated DCC; Users and used RequestIDs stay.

        A schedule, an awaited outcome or an undelivered message would otherwise fall into the time of another
        scenario, at an hour that depends on how far the clock was moved before: it would use up a fault rule armed
        for that scenario's own messages, or stand before them in the outbox.

        What is due now happens first, so that nothing the party waits for is lost, the settings' patience at most.
        """
        end = time.monotonic() + self.settings.patience
        while (health := self.control.health())["busy"] and time.monotonic() < end:
            self.journal.wait(after=health["last_seq"], timeout=TICK)
        if not self._is_of_one_scenario:
            self.control.reset()

    def settle(self, concerns: Callable[[Action], bool] = lambda _: True) -> None:
        """Wait for what the driver is busy with, as long as settings and a person's additions say, or is cut off.

        Args:
            concerns: tells the actions to wait for; as a rule all.
        """
        control, since = self.run_control, time.monotonic()
        limit = self.settings.deadline + self.settings.grace
        while not control.is_cut and (left := since + limit + control.added - time.monotonic()) > 0:
            if self.driver_runner.settle(min(TICK, left), concerns):
                return
        if control.is_cut:
            self.driver_runner.cut_off("a person ended the scenario")

    # --- Users ------------------------------------------------------------------------------------------------

    def users(self) -> dict[UserRole, str]:
        """EUI to act as, by role: as the settings say, else the first party of the PKI that holds the role."""
        found: dict[UserRole, str] = {}
        others = self.settings.users_of_others
        for party in self.dcc.pki.parties():
            if str(party.eui) in others:
                continue
            for role in party.roles:
                found.setdefault(UserRole(role), str(party.eui))
        return found | {role: eui.strip().upper() for role, eui in self.settings.users.items()}

    def user_of(self, role: UserRole) -> str:
        """EUI of the party under test in a role. Raises: Blocked: no party holds it."""
        user = self.users().get(role)
        if user is None:
            raise Blocked(f"no party of the PKI holds role {role.value}", mend=f"Name one in [users] {role.value} = …")
        return user

    def party_of(self, user: str) -> str:
        """Name of the party a User belongs to; its EUI when it has none."""
        parties = {str(party.eui): party.name for party in self.dcc.pki.parties()}
        return parties.get(user) or user

    def other_than(self, user: str, role: UserRole) -> str:
        """EUI of another party, of the same role if there is one. Raises: Blocked: there is no other."""
        others = [party for party in self.dcc.pki.parties() if str(party.eui) != user]
        same = [party for party in others if role.value in party.roles]
        if not others:
            raise Blocked("the PKI holds one party only", mend="Add a second one: `uept pki init` makes four.")
        return str((same or others)[0].eui)

    def responsible(self, role: UserRole, user: str) -> dict[str, str]:
        """The party under test as the one responsible for a home, in its role."""
        return {_RESPONSIBLE[role]: user} if role in _RESPONSIBLE else {}

    # --- homes and prompts ------------------------------------------------------------------------------------

    def premises_spec(
        self,
        name: str,
        home: Home,
        statuses: Mapping[str, str] | None = None,
        values: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> dict[str, Any]:
        """A home as ``add_premises`` wants it, every responsibility with the run's own parties."""
        users = self.users()
        responsible = {
            key: users[role]
            for role, key in _RESPONSIBLE.items()
            if role in users and (role is not UserRole.ES or home.has_export_supplier)
        }
        return {
            "name": name,
            "seed": f"{self.settings.seed}/{name}",
            **responsible,
            "devices": [device.spec(statuses or {}, values or {}) for device in home.devices],
        }

    def add_premises(self, spec: dict[str, Any]) -> dict[str, Any]:
        """Put a home on the simulated DCC, and the public certificates of its devices into the record."""
        premises = self.control.add_premises(spec)
        self.journal.record(
            *(
                CertificateFiled(eui=device, role=None, der=certificate.der)
                for device in premises["devices"].values()
                for certificate in self.dcc.pki.certificates_of(Eui64.parse(device), "DS")
            )
        )
        return premises

    def prompt(self, action: Action, device: str) -> str:
        """The action in whole sentences, for a person; empty when there is no text for its kind."""
        path = self.prompts / f"{action.kind}.txt"
        if not path.is_file():
            return ""
        people = people_of(self, action.user, action.role) if action.kind in ssi_actions() else []
        person = next((one.name for one in people if one.status == "active"), "")
        made_up = frozenset(one.name.casefold() for one in people) if are_made_up(self) else frozenset[str]()
        return sentence(path.read_text(encoding="utf-8"), action, device, person, made_up)

    # --- the journal, as scenarios need it --------------------------------------------------------------------

    def surroundings(self) -> list[Entry]:
        """Entries before the current scenario that evidence may need: certificates, and whose devices are whose."""
        return self._kept

    def keep_surroundings(self) -> None:
        """Read on to the journal's end; called when a scenario is about to begin."""
        last = self.journal.last_seq
        self._kept += self.journal.entries(after=self._read_to, until=last, kinds=_SURROUNDINGS)
        self._read_to = last

    def leave_out_earlier_runs(self) -> None:
        """Keep no surroundings from before this moment: what this run needs of them, it records at its beginning.

        A run is judged again from its own entries, so that it must not depend on those of runs before it either; and a
        journal that holds many runs need not be read from its beginning for each of them.
        """
        self._read_to = self.journal.last_seq

    # --- outcomes ---------------------------------------------------------------------------------------------

    def report(self, action: Action, outcome: Outcome) -> None:
        """Record what the party's system said; called from the driver's threads."""
        content = msgspec.to_builtins(outcome)
        if not driver_traits(self.settings.driver).reports_outcomes:
            content["observed"] = True  # nobody said anything: what the wire does not show has to be reviewed
        self.journal.record(OutcomeClaimed(scenario=action.scenario, action=action.id, content=content))

    def keep_evidence(self, action: Action, evidence: KeptFile) -> None:
        """Record a file that a person or the party's script gave with an action; called from any thread."""
        self.journal.record(
            EvidenceFiled(
                scenario=action.scenario,
                action=action.id,
                name=recordable(evidence.name),
                media_type=recordable(evidence.media_type),
                body=evidence.body,
                source=evidence.source,
                note=recordable(evidence.note),
            )
        )
