"""``uept verify-signature``: the gateway's own check of a signature, on a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from harness.cli.documents import read
from harness.cli.output import json_option, print_json, say


@click.command("verify-signature")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--pki", required=True, type=click.Path(path_type=Path), help="PKI folder or keystore.json.")
@json_option
@click.pass_context
def command(ctx: click.Context, files: tuple[Path, ...], pki: Path, *, as_json: bool) -> None:
    """Check the XML signature of requests or responses, with the gateway's own strict profile.

    Exit code 0 when every signature is good, 1 when one is not, 2 when a file cannot be read. --json prints one
    object per file: file, good, and signer, role, serial, issuer, not_after, or reason and problem.
    """
    from stubs.app import load_pki

    keys = load_pki(pki)
    results = [_check(file, keys) for file in files]
    if as_json:
        print_json(results)
    else:
        for result in results:
            if result["good"]:
                say(f"{result['file']}: good, by {result['signer']} (OU {result['role']}, {result['serial']})")
            else:
                say(f"{result['file']}: bad: {result['problem']}")
    ctx.exit(0 if all(result["good"] for result in results) else 1)


def _check(file: Path, keys: Any) -> dict[str, Any]:
    from stubs.wire.errors import PeerError
    from stubs.wire.xmlsig import verify

    try:
        certificate = verify(read(file), keys.certificates).certificate
    except PeerError as error:
        return {
            "file": str(file),
            "good": False,
            "reason": getattr(error, "reason", "malformed"),
            "problem": str(error),
        }
    return {
        "file": str(file),
        "good": True,
        "signer": str(certificate.eui),
        "role": certificate.role,
        "serial": str(certificate.serial),
        "issuer": certificate.issuer_name,
        "not_after": certificate.not_after.isoformat(),
    }
