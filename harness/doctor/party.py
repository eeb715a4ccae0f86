"""Checks of a party's side that start nothing: keys, certificates, User IDs, addresses, TLS files."""

from __future__ import annotations

import shlex
import shutil
import socket
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from harness.doctor.finding import Condition, State
from harness.drivers import TlsFiles
from harness.drivers.reference.identity import KeyRing, load_key_ring
from harness.drivers.reference.transport import tls_context
from harness.settings import RehearsalSettings
from harness.uep.user_ids import user_id_problems
from schemas.load import UserRole
from stubs.app import load_pki
from stubs.clock import SystemClock
from stubs.wire import Blocked, Eui64, PeerError
from stubs.wire.certificates import Certificate

_XML_SIGN = "87"
_PORTS = {"port": "--port", "smki_port": "--smki-port", "ssi_port": "--ssi-port", "control_port": "--control-port"}


def look_at_party(settings: RehearsalSettings) -> Iterator[Condition]:
    """Everything that can be wrong before a run and be seen in settings, keys and this machine's ports."""
    users = _users(settings)
    yield from _user_ids(settings.users)
    if settings.dcc.pki:
        yield from _keys(Path(settings.dcc.pki), users, _now(settings), settings.dcc.pki_prefer)
    else:
        yield Condition("keys", State.NOTE, "none named: test keys are made for each run", "Set pki in [dcc].")
    yield from _ports(settings)
    yield from _receive(settings)
    yield from _tls(settings)
    yield from _clock(settings)


def _users(settings: RehearsalSettings) -> Mapping[UserRole, str]:
    return {role: eui for role, eui in settings.users.items() if not settings.roles or role in settings.roles}


def _now(settings: RehearsalSettings) -> datetime:
    return datetime.fromisoformat(settings.clock_start) if settings.clock_start else SystemClock().now()


def _user_ids(users: Mapping[UserRole, str]) -> Iterator[Condition]:
    problems = list(user_id_problems({role: (eui,) for role, eui in users.items()}))
    for one in problems:
        mend = "One User ID serves one role, save that IS, ES and GS may share one."
        yield Condition(f"User ID {one.user}", State.NOTE, one.text, mend)
    if users and not problems:
        yield Condition("User IDs", State.OK, ", ".join(f"{role} {eui}" for role, eui in users.items()))


def _keys(path: Path, users: Mapping[UserRole, str], now: datetime, prefer: tuple[str, ...]) -> Iterator[Condition]:
    try:
        pki = load_pki(path, prefer=prefer)
    except (Blocked, PeerError) as error:
        yield Condition("keys", State.MISSING, str(error), "`uept pki init` makes some, `uept pki import` takes yours.")
        return
    for note in pki.key_sets:
        yield Condition("key set", State.NOTE, note)
    parties = {str(party.eui): party for party in pki.parties()}
    for role, text in users.items():
        try:
            eui = str(Eui64.parse(text))
        except PeerError as error:
            yield Condition(f"User of role {role}", State.MISSING, str(error), f"Write an EUI-64 in [users] {role}.")
            continue
        party = parties.get(eui)
        if party is None or role not in party.roles:
            held = f"holds {', '.join(party.roles) or 'no role'} there" if party else "is not in the keys"
            mend = "`uept pki list` shows whose keys are there, and with which role."
            yield Condition(f"User of role {role}", State.MISSING, f"{eui} {held}", mend)
        elif path.is_dir():
            yield from _ring(path, Eui64.parse(text), role, now)
        else:
            yield Condition(f"keys of {eui}", State.OK, f"role {role}, in {path.name}")


def _ring(path: Path, eui: Eui64, role: UserRole, now: datetime) -> Iterator[Condition]:
    what = f"keys of {eui} ({role})"
    try:
        ring = load_key_ring(path, eui)
    except Blocked as error:
        yield Condition(what, State.MISSING, str(error), "`uept pki import` takes a folder or a keystore.json.")
        return
    wrong = [problem for problem in _mismatches(path, ring) if problem]
    for problem in wrong:
        yield Condition(what, State.MISSING, problem, "Put the private key that belongs to the certificate there.")
    if not wrong:
        yield Condition(what, State.OK, "xmlSign, digital signing, key agreement: each key fits its certificate")
    for certificate in _certificates(path, eui):
        if not certificate.not_before <= now <= certificate.not_after:
            span = f"valid {certificate.not_before:%Y-%m-%d} to {certificate.not_after:%Y-%m-%d}"
            detail = f"the run's clock begins at {now:%Y-%m-%d}: {certificate.role} {certificate.usage} is {span}"
            yield Condition(what, State.NOTE, detail, "Renew it, or set clock_start; validity_checks refuses it.")


def _certificates(path: Path, eui: Eui64) -> Iterator[Certificate]:
    certificates = load_pki(path).certificates
    for usage in ("DS", "KA"):
        yield from certificates.of(eui, usage)


def _mismatches(path: Path, ring: KeyRing) -> Iterator[str]:
    held = {
        ("xmlSign", "DS", True): ring.xmlsign,
        ("digital signing", "DS", False): ring.digital_signing,
        ("key agreement", "KA", False): ring.key_agreement,
    }
    known = tuple(_certificates(path, ring.eui))
    for (name, usage, is_xml), key in held.items():
        fitting = [one for one in known if one.usage == usage and (one.role == _XML_SIGN) == is_xml]
        numbers = key.public_key().public_numbers()
        if not any(one.public_key.public_numbers() == numbers for one in fitting):
            yield f"the {name} key belongs to none of its certificates"


def _ports(settings: RehearsalSettings) -> Iterator[Condition]:
    for name, flag in _PORTS.items():
        port = getattr(settings.dcc, name)
        if not port:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.dcc.host, port))
            except OSError as error:
                mend = f"Stop what listens there, or choose another with {flag}."
                yield Condition(f"{name} {port}", State.MISSING, error.strerror or str(error), mend)
            else:
                yield Condition(f"{name} {port}", State.OK, "free")


def _receive(settings: RehearsalSettings) -> Iterator[Condition]:
    for name, line in (("driver", settings.driver.partition("command:")[2]), ("party_program", settings.party_program)):
        words = shlex.split(line) if line else []
        if words and shutil.which(words[0]) is None:
            mend = "Give its path, and make it executable (chmod +x), or name the interpreter first."
            yield Condition(name, State.MISSING, f"{words[0]!r} cannot be found", mend)
        elif words:
            yield Condition(name, State.OK, line)
    is_built_in = settings.driver.partition(":")[0] in {"reference", "broken"}
    if not settings.receive_url and not is_built_in:
        detail = "no receive_url: responses and alerts have nowhere to go"
        yield Condition("receive_url", State.MISSING, detail, "Set receive_url to your system's endpoint.")


def _tls(settings: RehearsalSettings) -> Iterator[Condition]:
    given = settings.driver_tls
    if not (given.ca or given.certificate or given.key):
        return
    files = {name: Path(value) for name in ("ca", "certificate", "key") if (value := getattr(given, name))}
    try:
        tls_context(TlsFiles(**files))
    except Blocked as error:
        yield Condition("driver_tls", State.MISSING, str(error), "Check ca, certificate and key in [driver_tls].")
    else:
        yield Condition("driver_tls", State.OK, ", ".join(map(str, files.values())))


def _clock(settings: RehearsalSettings) -> Iterator[Condition]:
    if not settings.clock_start:
        return
    away = abs((_now(settings) - SystemClock().now()).total_seconds())
    detail = f"the run's clock begins at {settings.clock_start}, {away / 86400:.1f} days from this machine's"
    mend = "A system that uses the machine's clock sends other dates than the run expects: follow the run's clock."
    yield Condition("clock", State.NOTE if away > 60 else State.OK, detail, mend if away > 60 else "")
