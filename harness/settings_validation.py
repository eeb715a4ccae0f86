"""Settings of the right type that still cannot be: unknown rules, services and codes, addresses that are none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from schemas.duis_versions import schema_versions
from schemas.load import dcc_alert_occasions, dcc_alerts, gateway_rules, response_codes, roles, service_requests
from stubs.clock import LATEST
from stubs.settings import DccSettings
from stubs.urls import why_unusable
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64

Problem = tuple[str, str]
"""Dotted key, and a sentence that says what was expected."""

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LONGEST = 1e9
"""Seconds: thirty years, more than any wait here, and a date still."""
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?Z")
_VERSION = re.compile(r"[0-9]+\.[0-9]+")
_STATUS = re.compile(r"[1-5][0-9][0-9]")


def address_problem(text: str) -> str:
    """Why ``text`` is no address that HTTP can be sent to; empty when it is one."""
    return why_unusable(text)


def clock_problem(text: str) -> str:
    """Why ``text`` is no instant to start at; empty when it is one."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return f"{text!r} is no date-time: expected ISO 8601 with a zone, such as 2026-01-15T10:00:00Z"
    if instant.tzinfo is None:
        return f"{text!r} has no zone: write {text}Z for UTC"
    return "" if EARLIEST <= instant < LATEST else f"{text!r} is not between {EARLIEST:%Y} and {LATEST:%Y}"


def out_of_time(settings: Any, prefix: str = "") -> Iterator[Problem]:
    """Durations that no clock reaches, and counts below 0, wherever they stand in a record of settings."""
    for name, value in msgspec.structs.asdict(settings).items():
        key = f"{prefix}{name}"
        if isinstance(value, msgspec.Struct):
            yield from out_of_time(value, f"{key}.")
        elif not all(0 <= one <= _LONGEST for one in _each(value) if isinstance(one, float)):
            yield key, f"expected 0 to {_LONGEST:.0f} seconds"
        elif any(isinstance(one, int) and one < 0 for one in _each(value)):
            yield key, "expected 0 or more"


def _each(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def dcc_setting_problems(dcc: DccSettings) -> Iterator[Problem]:
    """What is wrong with the simulated DCC's settings, by key without ``dcc.``."""
    if dcc.receive_url is not None and (problem := address_problem(dcc.receive_url)):
        yield "receive_url", problem
    for user, url in dcc.receive_urls.items():
        try:
            Eui64.parse(user)
        except PeerError as error:
            yield f"receive_urls.{user}", str(error)
        if problem := address_problem(url):
            yield f"receive_urls.{user}", problem
    for rule, answer in dcc.rules.items():
        yield from _rule(rule, answer)
    for occasion, code in dcc.dcc_alert_codes.items():
        yield from _known(f"dcc_alert_codes.{occasion}", occasion, dcc_alert_occasions(), "an occasion of a DCC alert")
        yield from _known(f"dcc_alert_codes.{occasion}", code, dcc_alerts(), "a DCC alert code")
    yield from _limits(dcc)
    yield from _words(dcc)
    yield from _files(dcc)


def _rule(rule: str, answer: str) -> Iterator[Problem]:
    yield from _known(f"rules.{rule}", rule, gateway_rules(), "a rule of the gateway")
    if not _STATUS.fullmatch(answer) and answer not in response_codes():
        yield f"rules.{rule}", f"{answer!r} is neither a response code nor an HTTP status"


def _limits(dcc: DccSettings) -> Iterator[Problem]:
    for table in ("thresholds", "dcc_thresholds"):
        for srv, most in getattr(dcc, table).items():
            if srv != "*":
                yield from _known(f"{table}.{srv}", srv, service_requests(), "a service")
            if most < 0:
                yield f"{table}.{srv}", f"expected 0 or more, got {most}"
    for srv, limits in dcc.attribute_limits.items():
        yield from _known(f"attribute_limits.{srv}", srv, service_requests(), "a service")
        for name, (least, greatest) in limits.items():
            if not least <= greatest:
                yield (
                    f"attribute_limits.{srv}.{name}",
                    f"expected the least value first, got {least:g} and {greatest:g}",
                )


def _words(dcc: DccSettings) -> Iterator[Problem]:
    for srv, chosen in dcc.eligible_roles.items():
        yield from _known(f"eligible_roles.{srv}", srv, service_requests(), "a service")
        for role in chosen:
            yield from _known(f"eligible_roles.{srv}", role, roles(), "a User Role")
    for key in ("schema_versions", "answer_schema_version"):
        for version in _each(getattr(dcc, key)):
            if version and not _VERSION.fullmatch(version):
                yield key, f"{version!r} is no version: expected digits, a point, digits, such as 5.4"
    for table in ("schemas_of_versions", "structures_since"):
        for name, version in getattr(dcc, table).items():
            if not _VERSION.fullmatch(version):
                yield f"{table}.{name}", f"{version!r} is no version: expected digits, a point, digits, such as 5.4"
    for name, schema in dcc.schemas_of_versions.items():
        yield from _known(
            f"schemas_of_versions.{name}", schema, dict.fromkeys(schema_versions()), "a version with a schema"
        )
        if not _VERSION.fullmatch(name):
            yield f"schemas_of_versions.{name}", f"{name!r} is no version: expected such as 5.2"
    if not _TIME.fullmatch(dcc.schedule_time):
        yield "schedule_time", f"{dcc.schedule_time!r} is no time of day: expected such as 00:00:00Z"
    yield from _known("quarantine_rejected", dcc.quarantine_rejected, response_codes(), "a response code")


def _files(dcc: DccSettings) -> Iterator[Problem]:
    for table in ("tls", "delivery_tls"):
        record = getattr(dcc, table)
        named: Mapping[str, Any] = {} if record is None else msgspec.structs.asdict(record)
        for name, path in named.items():
            if path and not Path(path).is_file():
                yield f"{table}.{name}", f"there is no file {path}"


def _known(key: str, word: str, table: Mapping[Any, Any], what: str) -> Iterator[Problem]:
    if word not in table:
        yield key, f"{word!r} is not {what}: expected one of {_some(table)}"


def _some(table: Mapping[Any, Any], most: int = 12) -> str:
    words: list[str] = [str(word) for word in table]
    return ", ".join(words[:most]) + (", …" if len(words) > most else "")
