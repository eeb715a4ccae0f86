"""Settings of the simulated DCC of the right type that still cannot be: contradictions, unknown words, no addresses."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from schemas.duis_versions import schema_versions
from schemas.load import dcc_alert_occasions, dcc_alerts, gateway_rules, response_codes, roles, service_requests
from stubs.settings import LOOPBACK, DccSettings
from stubs.urls import why_unusable
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64

Problem = tuple[str, str]
"""Dotted key, and a sentence that says what was expected."""

_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?Z")
_VERSION = re.compile(r"[0-9]+\.[0-9]+")
_LEAST_REQUEST = 1024
_STATUS = re.compile(r"[1-5][0-9][0-9]")


def dcc_setting_problems(dcc: DccSettings) -> Iterator[Problem]:
    """Yield the errors in the simulated DCC's settings, by key without ``dcc.``."""
    yield from _listening(dcc)
    yield from _addresses(dcc)
    for rule, answer in dcc.rules.items():
        yield from _rule(rule, answer)
    for occasion, code in dcc.dcc_alert_codes.items():
        yield from _known(f"dcc_alert_codes.{occasion}", occasion, dcc_alert_occasions(), "an occasion of a DCC alert")
        yield from _known(f"dcc_alert_codes.{occasion}", code, dcc_alerts(), "a DCC alert code")
    yield from _limits(dcc)
    yield from _words(dcc)
    yield from _files(dcc)


def _listening(dcc: DccSettings) -> Iterator[Problem]:
    fixed = [port for port in (dcc.port, dcc.smki_port, dcc.ssi_port, dcc.control_port) if port]
    if len(set(fixed)) != len(fixed):
        yield "port", "port, smki_port, ssi_port and control_port must differ"
    if dcc.max_request_bytes < _LEAST_REQUEST:
        yield "max_request_bytes", f"max_request_bytes must be {_LEAST_REQUEST} or more"
    if dcc.workers and not hasattr(socket, "SO_REUSEPORT"):
        yield "workers", "workers share a port, which this system does not offer: set workers = 0"
    if dcc.host not in LOOPBACK and not dcc.tls:
        yield "tls", "without tls the DCC listens on loopback only: set tls or host = '127.0.0.1'"


def _addresses(dcc: DccSettings) -> Iterator[Problem]:
    if dcc.receive_url is not None and (why := why_unusable(dcc.receive_url, dcc.receive_url_allow)):
        yield "receive_url", f"receive_url: {why}"
    for user, url in dcc.receive_urls.items():
        try:
            Eui64.parse(user)
        except PeerError as error:
            yield f"receive_urls.{user}", str(error)
        if why := why_unusable(url, dcc.receive_url_allow):
            yield f"receive_urls.{user}", f"receive_urls.{user}: {why}"


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


def _each(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


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
