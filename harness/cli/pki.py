"""``uept pki``: test keys and certificates. Never for live keys."""

from __future__ import annotations

import base64
import binascii
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import click

from harness.cli.documents import read
from harness.cli.output import json_option, print_json, print_table, say, say_error
from stubs.wire.errors import InputError


@click.group()
def command() -> None:
    """Make, import and list test keys and certificates (SMKI profile, P-256). Never for live keys."""


@command.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--seed", help="Any text; the same seed gives the same keys. Without it they are random.")
@json_option
def init(folder: Path, seed: str | None, *, as_json: bool) -> None:
    """Make a test hierarchy in FOLDER: root, issuing authority, the DCC's and four parties' organisation keys.

    --json prints one object: folder, key_sets (sentences), certificates (eui, name, role, usage, serial, valid_to,
    has_key, source_name, in_use).
    """
    from stubs.app import init_pki

    init_pki(folder, seed=seed.encode() if seed is not None else None)
    _print_keys(folder, as_json=as_json)


@command.command("import")
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
@json_option
def import_(source: Path, folder: Path, *, as_json: bool) -> None:
    """Import SOURCE into FOLDER: the appliance's public keystore.json, or a folder of PEM certificates and keys.

    What FOLDER holds already is kept. What cannot be read of SOURCE is told on standard error.

    --json prints one object: folder, key_sets (sentences), certificates (eui, name, role, usage, serial, valid_to,
    has_key, source_name, in_use).
    """
    from stubs.app import import_pki

    for problem in import_pki(source, folder):
        say_error(f"note: not read: {problem}")
    _print_keys(folder, as_json=as_json)


@command.command("list")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--prefer", multiple=True, metavar="START", help="As [pki] prefer of the settings; may be repeated.")
@json_option
def list_(folder: Path, prefer: tuple[str, ...], *, as_json: bool) -> None:
    """The certificates in FOLDER (or in a keystore.json): whose, what for, until when, and whether the key is here.

    Where several certificates serve the same use it says on standard error which key set is in use.

    --json prints one object: folder, key_sets (sentences), certificates (eui, name, role, usage, serial, valid_to,
    has_key, source_name, in_use).
    """
    _print_keys(folder, prefer, as_json=as_json, listing=True)


@command.command("issue-device")
@click.argument("request", type=click.Path(path_type=Path))
@click.option(
    "--smki", default="http://127.0.0.1:8083", show_default=True, metavar="URL", help="Of a running `uept serve`."
)
@json_option
def issue_device(request: Path, smki: str, *, as_json: bool) -> None:
    """Have the simulated SMKI certify a device's new key: REQUEST is the CertificationRequest that 6.17 returned.

    It may be PEM, DER, or the octets as hexadecimal or base64 text. Prints the certificate as PEM; its base64 text
    without the PEM lines is what 6.15.2 takes as DeviceCertificate.

    --json prints one object: eui, usage, serial, valid_from, certificate (base64). Exit code 2 when it is not
    certified, saying why, 3 when no SMKI answers.
    """
    from harness.drivers.reference.repository import KnownCertificates
    from harness.drivers.reference.transport import HttpClient
    from stubs.wire.certificates import CertificateIndex
    from stubs.wire.errors import PeerError

    asked = _octets(read(request))
    known = KnownCertificates(CertificateIndex(), smki, HttpClient(), check_name=True)
    try:
        made = known.certify(asked)
    except PeerError as problem:
        raise InputError(str(problem), mend="Give the CertificationRequest of a device of that DCC.") from problem
    if as_json:
        content = {"eui": str(made.eui), "usage": made.usage, "serial": made.serial_hex}
        body = base64.b64encode(made.der).decode()
        print_json(content | {"valid_from": made.not_before.isoformat(), "certificate": body})
    else:
        say(made.pem.removesuffix("\n"))


def _octets(data: bytes) -> bytes:
    """Return DER or PEM unchanged, and the octets of hexadecimal or base64 text."""
    text = b"".join(data.split())
    for decode in (binascii.unhexlify, lambda given: base64.b64decode(given, validate=True)):
        with suppress(binascii.Error):
            return decode(text)
    return data


def _print_keys(folder: Path, prefer: tuple[str, ...] = (), *, as_json: bool, listing: bool = False) -> None:
    from stubs.app import DccSettings, list_pki, load_pki

    pki = load_pki(folder, prefer=prefer or DccSettings().pki_prefer)
    for note in (*(pki.notes if listing else ()), *pki.key_sets):
        say_error(f"note: {note}")
    rows = [asdict(row) | {"valid_to": row.valid_to.isoformat()} for row in list_pki(pki)]
    if as_json:
        print_json({"folder": str(folder), "key_sets": list(pki.key_sets), "certificates": rows})
    elif listing:
        headings = list(rows[0]) if rows else ["eui"]
        print_table([heading.replace("_", " ") for heading in headings], [list(row.values()) for row in rows])
    else:
        say(f"{folder}: {len(rows)} organisation certificates; use it with `uept serve --pki {folder}`")
