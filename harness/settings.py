"""The run file: one TOML file, typed; every error names file, line and key, and how to mend it.

Precedence: flag > environment (``UEPT_…``) > file > default. A key ``dcc.port`` is the flag's ``port`` of table
``[dcc]`` in the file and ``UEPT_DCC_PORT`` in the environment. JSON Schema: ``schemas/run/settings.schema.json``.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from harness.allowed_failures import AllowedFailure
from harness.drivers.traits import driver_traits
from harness.plan import ExpressionError, parse_expression
from harness.settings_validation import address_problem, clock_problem, dcc_setting_problems, out_of_time
from harness.uep.user_ids import user_id_problems
from harness.verdicts import Deviation
from schemas.load import Srv, UserRole, scenarios, service_requests
from stubs.settings import Address, DccSettings, FilePath, problems
from stubs.wire.errors import InputError, PeerError
from stubs.wire.eui64 import Eui64

PREFIX = "UEPT_"
_IGNORED = frozenset({"UEPT_DEBUG", "UEPT_SETTINGS", "UEPT_KNOWN_KEYS"})
"""Variables of the command line itself."""

FREE_PORTS: dict[str, Any] = {"port": 0, "smki_port": 0, "ssi_port": 0, "control_port": 0}
"""Our own client is told the addresses, so a rehearsal with it never meets a port in use; so is one of many workers."""


DriverText = Annotated[str, Meta(extra={"shown": "driver"})]
"""How a party's system is asked: of a command line only the program is shown, of an address no credentials."""

CommandLine = Annotated[str, Meta(extra={"shown": "command"})]
"""A command line: only the program is shown."""


class SettingsError(InputError):
    """The settings cannot be used."""


class Selection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which scenarios run."""

    roles: Annotated[
        tuple[UserRole, ...], Meta(description="User Roles of the party; empty: all the library has.")
    ] = ()
    services: Annotated[
        tuple[str, ...], Meta(description="Only scenarios with one of these services; empty: all.")
    ] = ()
    priorities: Annotated[tuple[str, ...], Meta(description="P1, P2, P3.")] = ("P1", "P2", "P3")
    select: Annotated[str, Meta(description="Expression over ids, tags and roles: 'SR-* and not role:GS'.")] = ""


class DriverTls(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a driver of ours uses towards HTTPS addresses: PEM file paths."""

    ca: Annotated[FilePath, Meta(description="Authority to trust; default: the root of the test PKI.")] = ""
    certificate: Annotated[FilePath, Meta(description="Client certificate.")] = ""
    key: Annotated[FilePath, Meta(description="Its private key.")] = ""


class PkiSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which of the certificates of a PKI are used."""

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
    """What is tested; kept in the run's facts, so that results can be told apart by build."""

    name: Annotated[str, Meta(description="Product; default: the campaign's.")] = ""
    version: Annotated[str, Meta(description="Release; default: the campaign's.")] = ""
    build: Annotated[str, Meta(description="Build that this run tests; default: the campaign's.")] = ""


class RehearsalSettings(Selection, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rehearsal."""

    driver: Annotated[
        DriverText, Meta(min_length=1, description="How the party's system is asked; see docs/drivers.md.")
    ] = "reference"
    users: Annotated[
        dict[UserRole, str], Meta(description="EUI-64 to act as, by role; default: the PKI's parties.")
    ] = {}
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
    strict: Annotated[bool, Meta(description="Only warnings also end with an exit code: 4.")] = False
    jobs: Annotated[
        int, Meta(ge=1, le=64, description="Scenarios at a time: worker processes, each with its own simulated DCC.")
    ] = 1
    driver_tls: Annotated[DriverTls, Meta(description="HTTPS of our own drivers towards the DCC.")] = DriverTls()
    pki: Annotated[PkiSettings, Meta(description="Which certificates of the PKI are used.")] = PkiSettings()
    time_stamps: Annotated[TimeStampSettings, Meta(description="Time stamps on the evidence.")] = TimeStampSettings()
    dcc: Annotated[DccSettings, Meta(description="The simulated DCC.")] = DccSettings(**FREE_PORTS)

    @property
    def limits(self) -> dict[str, float]:
        """What the standing checks are told."""
        return {"retry_limit": self.retry_limit, "retry_pause": self.retry_pause}


_FLAGS = {"roles": "--role", "dcc.state_dir": "--state"}
"""Where a flag is not called as its key."""
_PERSONS_DEADLINE = 600.0
"""Seconds a person has for one action, unless the settings say otherwise."""


class SettingsInForce(msgspec.Struct, frozen=True):
    """Settings of a run, and by dotted key where each value comes from that is not the default."""

    settings: RehearsalSettings
    origins: dict[str, str]


def load_settings(
    path: Path | None = None, flags: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None
) -> RehearsalSettings:
    """Settings of a run from all sources; see ``settings_in_force``."""
    return settings_in_force(path, flags, environment).settings


def settings_in_force(
    path: Path | None = None, flags: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None
) -> SettingsInForce:
    """Settings of a run from all sources, with the origin of each value.

    Args:
        path: the run file; None when there is none.
        flags: dotted key to value, as the command line gives them; None values count as not given.
        environment: variables; only those that begin with ``UEPT_`` are read.

    Raises: SettingsError: not readable, not TOML, an unknown key, a wrong type or value; with file, line and key.
    """
    source = _Source(path, _read(path))
    values = source.values
    origins = {key: f"{path}:{line_of(source.text, key) or 1}" for key in _keys_of(values)}
    for key, value in _from_environment(environment or {}):
        _put(values, key, value)
        source.origins[key] = f"{PREFIX}{key.replace('.', '_').upper()}"
    for key, value in (flags or {}).items():
        if value is not None and value != ():
            _put(values, key, value)
            source.origins[key] = _FLAGS.get(key) or f"--{key.rpartition('.')[2].replace('_', '-')}"
    origins |= source.origins
    derived: set[str] = set()
    driver = str(values.get("driver", "reference"))
    is_told_where = driver_traits(driver).is_built_in or values.get("jobs", 1) != 1
    if isinstance(values.setdefault("dcc", {}), dict) and is_told_where:
        derived |= {f"dcc.{name}" for name in FREE_PORTS if name not in values["dcc"]}
        values["dcc"] = FREE_PORTS | values["dcc"]
    if driver_traits(driver).is_manual and "deadline" not in values:
        derived.add("deadline")
        values["deadline"] = _PERSONS_DEADLINE
    try:
        settings = msgspec.convert(values, type=RehearsalSettings)
    except msgspec.ValidationError as error:
        raise source.error_of(error) from error
    for key, sentence in _setting_problems(settings):
        raise SettingsError(f"{source.place(key)}: {sentence}")
    dcc = settings.dcc
    if settings.pki.prefer is not None:
        dcc = msgspec.structs.replace(dcc, pki_prefer=settings.pki.prefer)
    settings = msgspec.structs.replace(settings, roles=tuple(dict.fromkeys(settings.roles)), dcc=dcc)
    if settings.campaign:
        settings, told = _with_campaign(settings, path, source)
        origins |= told
    return SettingsInForce(settings, origins | dict.fromkeys(derived, f"because of driver {driver!r}"))


def _with_campaign(
    settings: RehearsalSettings, path: Path | None, source: _Source
) -> tuple[RehearsalSettings, dict[str, str]]:
    """What the campaign says of the run: deviations, and the system under test where the run itself does not.

    Raises: SettingsError: no campaign there, or one that cannot be used; deviations in both places.
    """
    from harness.campaign.deviations import deciding_deviations  # noqa: PLC0415 - most runs have no campaign
    from harness.campaign.folder import open_campaign  # noqa: PLC0415

    is_beside = path is not None and source.origins.get("campaign") is None
    place = path.parent / settings.campaign if is_beside and path is not None else Path(settings.campaign)
    try:
        folder = open_campaign(place)
    except InputError as error:
        raise SettingsError(f"{source.place('campaign')}: {error}") from error
    if settings.deviations:
        raise SettingsError(
            f"{source.place('deviations')}: the campaign holds the deviations",
            mend=f"Move them into {folder.path / 'campaign.toml'}.",
        )
    known, own = folder.campaign.system, settings.system
    system = SystemUnderTest(
        name=own.name or known.name, version=own.version or known.version, build=own.build or known.build
    )
    told = {key: str(folder.path / "campaign.toml") for key in ("deviations", *_unset(own))}
    return (
        msgspec.structs.replace(
            settings,
            campaign=str(folder.path),
            deviations=deciding_deviations(folder.campaign.deviations),
            system=system,
        ),
        told,
    )


def _unset(system: SystemUnderTest) -> Iterator[str]:
    yield from (f"system.{name}" for name, value in msgspec.structs.asdict(system).items() if not value)


def _keys_of(values: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """The dotted keys a parsed run file sets; a table of free names, such as ``users``, is one key."""
    known = fields()
    for name, value in values.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict) and any(other.startswith(f"{key}.") for other in known):
            yield from _keys_of(value, f"{key}.")
        else:
            yield key


class _Source:
    """The parsed run file, and where each key came from."""

    def __init__(self, path: Path | None, text: str) -> None:
        self.path = path
        self.text = text
        self.origins: dict[str, str] = {}
        try:
            self.values: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            # Python 3.11 gives line and column in the message only.
            found = re.search(r"\(at line (\d+), column \d+\)", str(error))
            line = found.group(1) if found else str(text.count("\n") + 1)
            what = re.sub(r" \(at .*\)$", "", str(error))
            raise SettingsError(f"{path}:{line}: not TOML: {what}", mend="Mend that line.") from error
        except RecursionError as error:
            raise SettingsError(f"{path}: nested too deeply", mend="Settings are tables of plain values.") from error

    def place(self, key: str) -> str:
        """``file:line: key``, or the flag or variable that set it."""
        for name in _with_parents(key):
            if name in self.origins:
                return self.origins[name] if self.origins[name].startswith("--") else f"{self.origins[name]} ({key})"
        line = next((found for name in _with_parents(key) if (found := line_of(self.text, name))), None)
        if self.path is None or line is None:
            return key
        return f"{self.path}:{line}: {key}"

    def error_of(self, error: msgspec.ValidationError) -> SettingsError:
        """What msgspec found, with its place and the nearest known key."""
        what, _, at = str(error).partition(" - at `")
        at = at.removeprefix("key` in `").rstrip("`").removeprefix("$").lstrip(".")
        key = re.sub(r"\[[^\]]*\]", "", at)
        unknown = re.match(r"Object contains unknown field `([^`]+)`", what)
        if unknown:
            key = f"{key}.{unknown.group(1)}".lstrip(".")
            near = get_close_matches(key, fields(), n=1)
            mend = f"Did you mean {near[0]!r}?" if near else "`uept settings keys` lists the known ones."
            return SettingsError(f"{self.place(key)}: unknown key", mend=mend)
        return SettingsError(f"{self.place(key)}: {what[:1].lower()}{what[1:]}{_choice(key)}")


def line_of(text: str, key: str) -> int | None:
    """Line (from 1) of a dotted key or table in a TOML text; None when it is not there."""
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line)
        if header:
            table = header.group(1).replace('"', "")
            if table == key:
                return number
            continue
        assignment = re.match(r"\s*([A-Za-z0-9_\-.\"']+)\s*=", line)
        if assignment:
            name = assignment.group(1).replace('"', "").replace("'", "")
            if (f"{table}.{name}" if table else name) == key:
                return number
    return None


def json_schema() -> dict[str, Any]:
    """The published schema of the run file, as ``schemas/run/settings.schema.json`` holds it."""
    _, components = msgspec.json.schema_components([RehearsalSettings], ref_template="#/$defs/{name}")
    body = components.pop(RehearsalSettings.__name__)
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://uept-harness.invalid/schemas/run/settings.schema.json",
        **body,
        "$defs": components,
    }
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(schema, order="deterministic"))
    return plain


def fields() -> dict[str, msgspec.inspect.Type]:
    """Every settable key, dotted, with its type."""
    return dict(_fields(RehearsalSettings, ""))


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


def _read(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SettingsError(f"{path}:{line}: not UTF-8", mend="Save the file as UTF-8.") from error
    except OSError as error:
        mend = "Give --settings an existing file."
        raise SettingsError(f"{path}: cannot be read: {error.strerror or error}", mend=mend) from error


def _from_environment(environment: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    known = {f"{PREFIX}{key.replace('.', '_').upper()}": (key, kind) for key, kind in fields().items()}
    for name, text in sorted(environment.items()):
        if not name.startswith(PREFIX) or name in _IGNORED:
            continue
        if name not in known:
            near = get_close_matches(name, known, n=1)
            raise SettingsError(f"{name}: unknown variable", mend=f"Did you mean {near[0]}?" if near else "Unset it.")
        key, kind = known[name]
        yield key, _value(text, kind)


def _value(text: str, kind: msgspec.inspect.Type) -> Any:
    if isinstance(kind, msgspec.inspect.StrType):
        return text
    if isinstance(kind, msgspec.inspect.VarTupleType | msgspec.inspect.ListType):
        return [part.strip() for part in text.split(",") if part.strip()]
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text  # a type error then names the variable


def _choice(key: str) -> str:
    """What a key may be, when that is one of a few words."""
    kind = fields().get(key)
    if isinstance(kind, msgspec.inspect.VarTupleType | msgspec.inspect.ListType):
        kind = kind.item_type
    elif isinstance(kind, msgspec.inspect.DictType):
        kind = kind.key_type
    if isinstance(kind, msgspec.inspect.EnumType):
        return f"; expected one of {', '.join(str(one.value) for one in kind.cls)}"
    if isinstance(kind, msgspec.inspect.LiteralType):
        return f"; expected one of {', '.join(str(value) for value in kind.values)}"
    return ""


def _put(values: dict[str, Any], key: str, value: Any) -> None:
    *parents, name = key.split(".")
    for parent in parents:
        inner = values.setdefault(parent, {})
        if not isinstance(inner, dict):
            return  # the file has something else there: its type error is the better message
        values = inner
    values[name] = list(value) if isinstance(value, tuple) else value


def _with_parents(key: str) -> Iterator[str]:
    while key:
        yield key
        key = key.rpartition(".")[0]


def _selection_problems(settings: RehearsalSettings) -> Iterator[tuple[str, str]]:
    for priority in settings.priorities:
        if priority not in {"P1", "P2", "P3"}:
            yield "priorities", f"{priority!r} is not P1, P2 or P3"
    try:
        parse_expression(settings.select)
    except ExpressionError as error:
        yield "select", str(error)


def _setting_problems(settings: RehearsalSettings) -> Iterator[tuple[str, str]]:
    for key in ("services", "declared_unused"):
        for srv in getattr(settings, key):
            if Srv(srv) not in service_requests():
                yield key, f"{srv!r} is not a service; see `uept catalogue srv`"
    yield from _deviation_problems(settings.deviations)
    yield from _selection_problems(settings)
    yield from _shared_user_ids(settings)
    for role, eui in settings.users.items():
        try:
            Eui64.parse(eui)
        except PeerError as error:
            yield f"users.{role}", str(error)
    if settings.scenarios and not Path(settings.scenarios).is_dir():
        yield "scenarios", f"{settings.scenarios!r} is not a folder"
    yield from _values_that_cannot_be(settings)
    for sentence in problems(settings.dcc):
        named = [word for word in re.findall(r"\w+", sentence) if word in DccSettings.__struct_fields__]
        yield f"dcc.{named[0]}" if named else "dcc", sentence


def _shared_user_ids(settings: RehearsalSettings) -> Iterator[tuple[str, str]]:
    """One User ID for roles that may not share it."""
    for problem in user_id_problems({role: (eui,) for role, eui in settings.users.items()}):
        if not problem.role:
            yield "users", f"{problem.user} {problem.text}"


def _deviation_problems(deviations: tuple[Deviation, ...]) -> Iterator[tuple[str, str]]:
    for one in deviations:
        if bool(one.service) is bool(one.scenario):
            yield "deviations", f"a deviation names either a service or a scenario, this one {one.subject!r}"
        elif one.service and Srv(one.service) not in service_requests():
            yield "deviations", f"{one.service!r} is not a service; see `uept catalogue srv`"
        elif one.scenario and one.scenario not in scenarios():
            yield "deviations", f"{one.scenario!r} is no row of the catalogue; see `uept catalogue scenarios`"
        if one.agreed_on and not _is_date(one.agreed_on):
            yield "deviations", f"agreed_on {one.agreed_on!r} of {one.subject} is no date: expected YYYY-MM-DD"


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _values_that_cannot_be(settings: RehearsalSettings) -> Iterator[tuple[str, str]]:
    if settings.receive_url and (problem := address_problem(settings.receive_url)):
        yield "receive_url", problem
    if settings.time_stamps.url and (problem := address_problem(settings.time_stamps.url)):
        yield "time_stamps.url", problem
    if settings.clock_start and (problem := clock_problem(settings.clock_start)):
        yield "clock_start", problem
    yield from out_of_time(settings)
    yield from _not_side_by_side(settings)
    for key, sentence in dcc_setting_problems(settings.dcc):
        yield f"dcc.{key}", sentence


def _not_side_by_side(settings: RehearsalSettings) -> Iterator[tuple[str, str]]:
    """What only one worker at a time can have."""
    if settings.jobs == 1:
        return
    dcc, kind = settings.dcc, settings.driver.partition(":")[0]
    single = {
        f"driver {kind!r} asks the one system that there is": driver_traits(settings.driver).is_exclusive,
        "one party_program serves one simulated DCC": settings.party_program,
        "one receive_url serves one simulated DCC": settings.receive_url or dcc.receive_url or dcc.receive_urls,
        "a port of [dcc] is for one simulated DCC": any(getattr(dcc, name) for name in FREE_PORTS),
        "[dcc] state_dir is for one simulated DCC": dcc.state_dir,
    }
    for reason in (words for words, is_so in single.items() if is_so):
        yield (
            "jobs",
            f"{settings.jobs} workers cannot share what is there once: {reason}; leave it out, or set jobs = 1",
        )


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(json_schema()), indent=2) + b"\n")
