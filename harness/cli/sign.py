"""``uept sign``: sign a DUIS document with the profile that the gateway checks."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.documents import read, reading, write
from harness.cli.output import json_option, print_json
from stubs.wire.errors import InputError, PeerError
from stubs.wire.eui64 import Eui64


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--pki", required=True, type=click.Path(path_type=Path), help="PKI folder or keystore.json.")
@click.option("--user", help="EUI-64 of the signer; default: the originator in the document's RequestID.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Where to write; default: standard output.")
@json_option
def command(file: Path, pki: Path, user: str | None, out: Path | None, *, as_json: bool) -> None:
    """Sign the DUIS request FILE (- for standard input) with its User's xmlSign key.

    White space between elements is dropped before signing and an existing signature is replaced, as the DCC's public
    tool does. The document is written on one line; do not reformat it afterwards, or the signature breaks.

    --json prints one object: file, signer, issuer, serial, and out (where it was written) or document.
    """
    from stubs.app import load_pki
    from stubs.wire.duis import read_request, write_request
    from stubs.wire.xml import parse
    from stubs.wire.xmlsig import Signer, sign

    with reading(file):
        request = read_request(parse(read(file)))
    signer = _identity(user) if user else request.header.request_id.originator
    keys = load_pki(pki)
    for certificate in keys.certificates.of(signer, "DS", "87"):
        key = keys.private_key(certificate)
        if key is not None:
            identity = Signer(key, certificate.issuer_name, certificate.serial)
            signed = sign(write_request(request), identity)
            if not as_json or out is not None:
                write(out, signed)
            if as_json:
                where = {"document": signed.decode()} if out is None else {"out": str(out)}
                print_json({"file": str(file), "signer": str(signer), "issuer": identity.issuer_name,
                            "serial": str(identity.serial), **where})  # fmt: skip
            return
    raise InputError(
        f"{pki} holds no xmlSign key of {signer}",
        mend="`uept pki list` shows whose keys are there; name one with --user",
    )


def _identity(text: str) -> Eui64:
    try:
        return Eui64.parse(text)
    except PeerError as error:
        raise InputError(f"--user: {error}") from error
