"""The run file's tables as types: what can be set, with type, default and meaning. Pure data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from harness.allowed_failures import AllowedFailure
from harness.drivers.traits import driver_traits
from harness.load.settings import LoadSettings
from harness.settings.parties import PartySettings
from harness.verdicts import Deviation
from schemas.load import UserRole
from schemas.published import published_schema
from stubs.settings import Address, DccSettings, FilePath

FREE_PORTS: dict[str, Any] = {"port": 0, "smki_port": 0, "ssi_port": 0, "control_port": 0}
"""Our own client is told the addresses, so a rehearsal with it never meets a port in use; so is one of many workers."""


DriverText = Annotated[str, Meta(extra={"shown": "driver"})]
"""Address of a party's system: of a command line only the program is shown, of a URL no credentials."""

CommandLine = Annotated[str, Meta(extra={"shown": "command"})]
"""A command line: only the program is shown."""


class Selection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Selection of the scenarios that run."""

    roles: Annotated[
        tuple[UserRole, ...], Meta(description="User Roles of the party; empty: all the library has.")
    ] = ()
    services: Annotated[
        tuple[str, ...], Meta(description="Only scenarios with one of these services; empty: all.")
    ] = ()
    priorities: Annotated[tuple[str, ...], Meta(description="P1, P2, P3.")] = ("P1", "P2", "P3")
    select: Annotated[str, Meta(description="Expression over ids, tags and roles: 'SR-* and not role:GS'.")] = ""


class DriverTls(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """TLS files of our own drivers towards HTTPS addresses: PEM file paths."""

    ca: Annotated[FilePath, Meta(description="Authority to trust; default: the root of the test PKI.")] = ""
    certificate: Annotated[FilePath, Meta(description="Client certificate.")] = ""
    key: Annotated[FilePath, Meta(description="Its private key.")] = ""


class ClusterTls(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """TLS files of this program towards a cluster: PEM file paths."""

    ca: Annotated[FilePath, Meta(description="Authority of the scheduler's and the workers' certificates.")] = ""
    certificate: Annotated[FilePath, Meta(description="Certificate of this program.")] = ""
    key: Annotated[FilePath, Meta(description="Its private key.")] = ""


class PkiSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Choice among the certificates of a PKI."""

    prefer: Annotated[
        tuple[str, ...] | None,
        Meta(
            description="Of several certificates for the same identity and use, those whose name in the key store "
            "begins so, the first beginning first; empty: the latest. Default: what the public client accepts, "
            "Z1- and otherUser-."
        ),
    ] = None


class TimeStampSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An outsider's witness that the journal stood so at a time: a time-stamp authority after RFC 3161."""

    url: Annotated[
        Address,
        Meta(
            description="Address of the authority: the hash of the journal's head goes there at the start, after each "
            "scenario and at the end; needs uept-harness[timestamps]. Empty: none is asked."
        ),
    ] = ""
    timeout: Annotated[float, Meta(gt=0, description="Real seconds it may take to answer.")] = 10.0


class SystemUnderTest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """System under test; kept in the run's facts, so that results can be told apart by build."""

    name: Annotated[str, Meta(description="Product; default: the campaign's.")] = ""
    version: Annotated[str, Meta(description="Release; default: the campaign's.")] = ""
    build: Annotated[str, Meta(description="Build that this run tests; default: the campaign's.")] = ""


class RehearsalSettings(Selection, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rehearsal."""

    driver: Annotated[
        DriverText, Meta(min_length=1, description="How the party's system is asked; see `uept docs drivers`.")
    ] = "reference"
    users: Annotated[
        dict[UserRole, str], Meta(description="EUI-64 to act as, by role; default: the PKI's parties.")
    ] = {}
    parties: Annotated[
        dict[str, PartySettings],
        Meta(description="Further parties of a scenario, by the part they play: `[parties.gaining-supplier]`."),
    ] = {}
    follows_clock: Annotated[
        bool | None,
        Meta(
            description="The party's system takes time and addresses from each action (now, urls), so that scenarios "
            "may move the clock; without it they are NOT_RUN. Default: only our own client does."
        ),
    ] = None
    receive_url: Annotated[Address, Meta(description="The party's own receive endpoint; default: the driver's.")] = ""
    party_program: Annotated[
        CommandLine,
        Meta(
            description="Program of the party that runs beside the whole run, such as its receive endpoint: started "
            "before the first scenario, awaited at receive_url, stopped after the last."
        ),
    ] = ""
    out: Annotated[
        FilePath, Meta(description="Folder of this run; default: a new one below uept-runs, or the campaign's runs.")
    ] = ""
    campaign: Annotated[
        FilePath,
        Meta(
            description="Folder of campaign.toml, from the run file's own: deviations, system under test and the place "
            "of runs come from it."
        ),
    ] = ""
    system: Annotated[SystemUnderTest, Meta(description="The system under test.")] = SystemUnderTest()
    scenarios: Annotated[
        FilePath, Meta(description="Folder of features and prompts; default: those of this version.")
    ] = ""
    plan: Annotated[
        FilePath, Meta(description="Plan of `uept plan --write`: exactly its scenarios run, in its order.")
    ] = ""
    declared_unused: Annotated[
        tuple[str, ...], Meta(description="Services the party will not use: shown as a deviation.")
    ] = ()
    deviations: Annotated[
        tuple[Deviation, ...], Meta(description="What the party does without, with reason, effect and agreement.")
    ] = ()
    allowed_failures: Annotated[
        tuple[AllowedFailure, ...],
        Meta(description="Failures known and let pass until a day: they stay FAIL and do not change the exit code."),
    ] = ()
    deadline: Annotated[float, Meta(gt=0, description="Real seconds the party's system has for one action.")] = 30.0
    grace: Annotated[
        float, Meta(ge=0, description="Real seconds after the deadline until a driver counts as hanging.")
    ] = 5.0
    patience: Annotated[
        float, Meta(gt=0, description="Real seconds a check waits for the wire once the party has finished.")
    ] = 10.0
    retry_limit: Annotated[
        int,
        Meta(ge=1, description="Posts of one request, the first included, before it counts as flooding (inferred)."),
    ] = 4
    retry_pause: Annotated[
        float, Meta(ge=0, description="Least seconds of the run's clock between two posts of one request (inferred).")
    ] = 0.1
    clock_start: Annotated[str, Meta(description="Start of the run's clock, ISO 8601 with zone; default: now.")] = ""
    seed: Annotated[str, Meta(description="Seed of everything made up: identities, registers.")] = "uept"
    codes_without_meaning: Annotated[
        dict[str, str],
        Meta(
            description="Response codes without a public meaning that scenarios use (E1011, E062301, E062306), each "
            "with the one to be used in its place."
        ),
    ] = {}
    storm_alerts: Annotated[
        int,
        Meta(
            ge=2,
            le=10_000,
            description="Alerts of the storm of AL-035. The catalogue's row says 10,000; the default keeps a rehearsal "
            "short.",
        ),
    ] = 40
    strict: Annotated[bool, Meta(description="Only warnings also end with an exit code: 4.")] = False
    jobs: Annotated[
        int, Meta(ge=1, le=64, description="Scenarios at a time: worker processes, each with its own simulated DCC.")
    ] = 1
    driver_tls: Annotated[DriverTls, Meta(description="HTTPS of our own drivers towards the DCC.")] = DriverTls()
    pki: Annotated[PkiSettings, Meta(description="Which certificates of the PKI are used.")] = PkiSettings()
    time_stamps: Annotated[TimeStampSettings, Meta(description="Time stamps on the evidence.")] = TimeStampSettings()
    cluster: Annotated[
        Address, Meta(description="Scheduler of a Dask cluster that runs the scenarios: tcp://127.0.0.1:8786, tls://….")
    ] = ""
    cluster_tls: Annotated[ClusterTls, Meta(description="TLS towards the cluster, beyond this machine.")] = ClusterTls()
    load: Annotated[LoadSettings, Meta(description="A load rehearsal, `uept load`.")] = LoadSettings()
    dcc: Annotated[DccSettings, Meta(description="The simulated DCC.")] = DccSettings(**FREE_PORTS)

    @property
    def can_move_clock(self) -> bool:
        """Whether the party's system goes on when a scenario moves the clock."""
        return driver_traits(self.driver).follows_clock if self.follows_clock is None else self.follows_clock

    @property
    def users_of_others(self) -> frozenset[str]:
        """EUIs that further parties of the run act as."""
        return frozenset(eui.strip().upper() for party in self.parties.values() for eui in party.users.values())

    @property
    def limits(self) -> dict[str, float]:
        """Return the limits that the implicit checks are given."""
        return {"retry_limit": self.retry_limit, "retry_pause": self.retry_pause}


def json_schema() -> dict[str, Any]:
    """The published schema of the run file, as ``schemas/run/settings.schema.json`` holds it."""
    return published_schema(RehearsalSettings, id_="https://uept-harness.invalid/schemas/run/settings.schema.json")


@cache
def fields() -> Mapping[str, msgspec.inspect.Type]:
    """Every settable key, dotted, with its type."""
    return MappingProxyType(dict(_fields(RehearsalSettings, "")))


def _fields(struct: type[msgspec.Struct], prefix: str) -> Iterator[tuple[str, msgspec.inspect.Type]]:
    info = msgspec.inspect.type_info(struct)
    if not isinstance(info, msgspec.inspect.StructType):
        return
    for field in info.fields:
        kind = field.type
        while isinstance(kind, msgspec.inspect.Metadata):
            kind = kind.type
        key = f"{prefix}{field.name}"
        yield key, kind
        if isinstance(kind, msgspec.inspect.StructType):
            yield from _fields(kind.cls, f"{key}.")
