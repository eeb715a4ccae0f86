"""The run file: one TOML file, typed; every error names file, line and key, and how to mend it.

Precedence: flag > environment (``UEPT_…``) > file > default. A key ``dcc.port`` is the flag's ``port`` of table
``[dcc]`` in the file and ``UEPT_DCC_PORT`` in the environment. JSON Schema: ``schemas/run/settings.schema.json``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from harness.drivers.traits import driver_traits
from harness.settings.model import (
    FREE_PORTS,
    ClusterTls,
    CommandLine,
    DriverText,
    DriverTls,
    PkiSettings,
    RehearsalSettings,
    Selection,
    SystemUnderTest,
    TimeStampSettings,
    fields,
    json_schema,
)
from harness.settings.source import PREFIX, SettingsError, Source, from_environment, keys_of, line_of, put, read_text
from harness.settings.validation import setting_problems
from stubs.wire.errors import InputError

__all__ = [
    "FREE_PORTS",
    "PREFIX",
    "ClusterTls",
    "CommandLine",
    "DriverText",
    "DriverTls",
    "PkiSettings",
    "RehearsalSettings",
    "Selection",
    "SettingsError",
    "SettingsInForce",
    "SystemUnderTest",
    "TimeStampSettings",
    "fields",
    "flag_of",
    "json_schema",
    "line_of",
    "load_settings",
    "settings_in_force",
]

_FLAGS = {"roles": "--role", "dcc.state_dir": "--state", "load.senders": "--jobs", "load.limits": "--limit"}
"""Keys whose flag has another name."""
_PERSONS_DEADLINE = 600.0
"""Seconds a person has for one action, unless the settings say otherwise."""


class SettingsInForce(msgspec.Struct, frozen=True):
    """Settings of a run, and by dotted key where each value comes from that is not the default."""

    settings: RehearsalSettings
    origins: dict[str, str]


def flag_of(key: str) -> str:
    """Return the flag that sets a key, where a command has one."""
    return _FLAGS.get(key) or f"--{key.rpartition('.')[2].replace('_', '-')}"


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
    source = Source(path, read_text(path))
    values = source.values
    origins = {key: f"{path}:{line_of(source.text, key) or 1}" for key in keys_of(values)}
    for key, value in from_environment(environment or {}):
        put(values, key, value)
        source.origins[key] = f"{PREFIX}{key.replace('.', '_').upper()}"
    for key, value in (flags or {}).items():
        if value is not None and value != ():
            put(values, key, value)
            source.origins[key] = flag_of(key)
    origins |= source.origins
    derived: set[str] = set()
    driver = str(values.get("driver", "reference"))
    is_told_where = driver_traits(driver).is_built_in or values.get("jobs", 1) != 1 or values.get("cluster")
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
    for key, sentence in setting_problems(settings):
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
    settings: RehearsalSettings, path: Path | None, source: Source
) -> tuple[RehearsalSettings, dict[str, str]]:
    """Add the campaign's facts to the settings: deviations, and the system under test where the run does not name one.

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
