"""``uept verify-signature``: the gateway's own check of a signature, on a file, and the signature lens."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.documents import read, write
from harness.cli.output import json_option, one_line, print_json, say

if TYPE_CHECKING:
    from stubs.wire.xmlsig.lens import Comparison, Lens


@click.command("verify-signature")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--pki", required=True, type=click.Path(path_type=Path), help="PKI folder or keystore.json.")
@click.option("--explain", "is_explained", is_flag=True, help="Both sides' octets and digests, and the likely cause.")
@click.option(
    "--theirs",
    type=click.Path(path_type=Path),
    help="With --explain: the octets that your library digested, to be compared with what the gateway digests.",
)
@click.option(
    "--octets",
    type=click.Path(path_type=Path, file_okay=False),
    help="With --explain: write the octets of both sides into this folder, for a tool that compares files.",
)
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    files: tuple[Path, ...],
    pki: Path,
    theirs: Path | None,
    octets: Path | None,
    *,
    is_explained: bool,
    as_json: bool,
) -> None:
    """Check the XML signature of requests or responses, with the gateway's own strict profile.

    Exit code 0 when every signature is good, 1 when one is not, 2 when a file cannot be read. --json prints one
    object per file: file, good, and signer, role, serial, issuer, not_after, or reason and problem; with --explain
    also lens: causes (cause, kind, title, detail, mend, proven), document and signed_info (ours, theirs, found_by,
    difference), digest, stated_digest, value_good, named and used (serial numbers).
    """
    from stubs.app import load_pki

    if not is_explained and (theirs or octets):
        raise click.UsageError("--theirs and --octets go with --explain")
    if theirs and len(files) > 1:
        raise click.UsageError("--theirs goes with one file")
    keys = load_pki(pki)
    given = None if theirs is None else read(theirs)
    results = [_check(file, keys, given, octets, is_explained=is_explained) for file in files]
    if as_json:
        print_json([result for result, _ in results])
    else:
        for result, lens in results:
            _say(result)
            for line in _lens_lines(lens) if lens is not None else ():
                say(line)
    ctx.exit(0 if all(result["good"] for result, _ in results) else 1)


def _check(
    file: Path, keys: Any, theirs: bytes | None, octets: Path | None, *, is_explained: bool
) -> tuple[dict[str, Any], Lens | None]:
    from stubs.wire.errors import PeerError
    from stubs.wire.xml import XmlError
    from stubs.wire.xmlsig import verify
    from stubs.wire.xmlsig.lens import explain

    data = read(file)
    result: dict[str, Any]
    try:
        certificate = verify(data, keys.certificates).certificate
    except PeerError as error:
        result = {
            "file": str(file),
            "good": False,
            "reason": getattr(error, "reason", "malformed"),
            "problem": str(error),
        }
    else:
        result = {
            "file": str(file),
            "good": True,
            "signer": str(certificate.eui),
            "role": certificate.role,
            "serial": str(certificate.serial),
            "issuer": certificate.issuer_name,
            "not_after": certificate.not_after.isoformat(),
        }
    if not is_explained:
        return result, None
    try:
        lens = explain(data, keys.certificates, tuple(keys.certificates), theirs)
    except XmlError:
        return result, None
    if octets is not None:
        _write_octets(octets, file, lens)
    return {**result, "lens": _lens_as_json(lens)}, lens


def _say(result: dict[str, Any]) -> None:
    if result["good"]:
        say(f"{result['file']}: good, by {result['signer']} (OU {result['role']}, {result['serial']})")
    else:
        say(f"{result['file']}: bad: {result['problem']}")


def _write_octets(folder: Path, file: Path, lens: Lens) -> None:
    from stubs.wire.errors import InputError

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: {error.strerror}", mend="Name another folder with --octets.") from error
    for name, compared in (("document", lens.document), ("signed-info", lens.signed_info)):
        if compared is None:
            continue
        write(folder / f"{file.name}.{name}.ours", compared.ours)
        if compared.theirs is not None:
            write(folder / f"{file.name}.{name}.theirs", compared.theirs)


def _lens_as_json(lens: Lens) -> dict[str, Any]:
    return {
        "causes": [
            {
                "cause": cause.id,
                "kind": cause.row.kind,
                "title": cause.row.title,
                "detail": cause.detail,
                "mend": cause.row.mend,
                "proven": cause.is_proven,
            }
            for cause in lens.causes
        ],
        "document": _compared_as_json(lens.document),
        "digest": lens.digest.hex(),
        "stated_digest": lens.stated_digest.hex(),
        "signed_info": _compared_as_json(lens.signed_info),
        "value_good": lens.is_value_good,
        "named": None if lens.named is None else str(lens.named.serial),
        "used": None if lens.used is None else str(lens.used.serial),
    }


def _compared_as_json(compared: Comparison | None) -> dict[str, Any] | None:
    if compared is None:
        return None
    difference = compared.difference
    return {
        "ours": _text(compared.ours),
        "theirs": None if compared.theirs is None else _text(compared.theirs),
        "found_by": compared.found_by,
        "difference": None
        if difference is None
        else {
            "offset": difference.offset,
            "line": difference.line,
            "column": difference.column,
            "ours": _text(difference.ours),
            "theirs": _text(difference.theirs),
        },
    }


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "backslashreplace")


def _lens_lines(lens: Lens) -> list[str]:
    """The lens as text: what is compared, the first difference, the causes."""
    lines: list[str] = []
    if lens.document is not None and lens.stated_digest:
        lines += [
            f"  document    {len(lens.document.ours)} octets in canonical form, SHA-256 {lens.digest.hex()}",
            f"  DigestValue {lens.stated_digest.hex()}{'' if lens.digest == lens.stated_digest else '  (differs)'}",
        ]
    lines += _difference_lines(lens.document, "digested")
    if lens.signed_info is not None:
        value = {True: "right", False: "wrong", None: "not decided: no certificate to check it with"}
        lines.append(f"  SignedInfo  {len(lens.signed_info.ours)} octets; its signature is {value[lens.is_value_good]}")
        lines += _difference_lines(lens.signed_info, "signed")
    for cause in lens.causes:
        detail = f" ({one_line(cause.detail)})" if cause.detail else ""
        sure = "proven" if cause.is_proven else "likely"
        lines += [
            f"  cause       {cause.row.kind}, {sure}: {cause.row.title}{detail}",
            f"    mend      {cause.row.mend}",
        ]
    return lines


def _difference_lines(compared: Comparison | None, done: str) -> list[str]:
    difference = None if compared is None else compared.difference
    if compared is None or difference is None:
        return []
    place = f"octet {difference.offset} (line {difference.line}, octet {difference.column} of it)"
    return [
        f"  first difference at {place}; the other side is known from: {compared.found_by}",
        f"    {done} here      …{_visible(difference.ours)}",
        f"    {done} by them   …{_visible(difference.theirs)}",
        f"    {'':{len(done)}}            {'':{_width(difference.ours[: difference.common])}}^",
    ]


def _visible(octets: bytes) -> str:
    """Octets on one line: line ends and tabs as escapes."""
    text = octets.decode("utf-8", "backslashreplace").replace("\\", "\\\\")
    text = text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return one_line(text.replace(" ", "\N{NO-BREAK SPACE}")).replace("\\xa0", " ")


def _width(octets: bytes) -> int:
    return len(_visible(octets))
