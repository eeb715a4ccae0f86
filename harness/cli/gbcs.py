"""``uept gbcs``: what is inside a GBCS message, and what a request becomes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click

from harness.cli.documents import SettingsProblem, read
from harness.cli.output import json_option, print_json

_HEX = re.compile(r"\A(?:\s*[0-9A-Fa-f]{2})+\s*\Z")
_DEVICE_TYPES = ["ESME", "GSME", "GPF", "CHF", "PPMID", "HCALCS", "SAPC", "IHD", "CAD"]


@click.group()
def command() -> None:
    """Decode GBCS messages field by field, and build what a request becomes."""


@command.command()
@click.argument("messages", nargs=-1, required=True, metavar="HEX|FILE...")
@click.option(
    "--pki", type=click.Path(path_type=Path), help="Decrypt and verify with these keys (folder or keystore.json)."
)
@json_option
def decode(messages: tuple[str, ...], pki: Path | None, *, as_json: bool) -> None:
    """Show every field with offset, raw bytes and value.

    A message is hexadecimal text, a file of it, a binary file, or a DUIS document (its GBCSPayload is taken).
    """
    from stubs.wire.gbcs.view import describe, render_text, summary, to_json

    keys = _view_keys(pki) if pki else None
    shown: list[Any] = []
    for message in messages:
        data = _message(message)
        fields = describe(data, keys)
        if as_json:
            shown.append(
                {
                    "message": message if len(message) < 80 else "hex",
                    "summary": summary(data),
                    "fields": to_json(fields),
                }
            )
        else:
            click.echo(summary(data))
            click.echo(render_text(fields))
    if as_json:
        print_json(shown if len(shown) > 1 else shown[0])


def _message(argument: str) -> bytes:
    if _HEX.match(argument) and not Path(argument).exists():
        return bytes.fromhex(argument)
    if len(argument) > 255:
        raise SettingsProblem("not hexadecimal text", mend="Give pairs of 0-9 and A-F, or a file's path")
    data = read(Path(argument))
    stripped = data.lstrip()
    if stripped.startswith((b"<", b"\xef\xbb\xbf<")):
        return _payload(data, argument)
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError:
        return data
    return bytes.fromhex(text) if _HEX.match(text) else data


def _payload(data: bytes, name: str) -> bytes:
    from base64 import b64decode

    from stubs.wire.xml import parse

    for element in parse(data).iter():
        if isinstance(element.tag, str) and element.tag.rpartition("}")[2] == "GBCSPayload" and element.text:
            return b64decode(element.text)
    raise SettingsProblem(f"{name} holds no GBCSPayload", mend="An acknowledgement or an error carries none")


def _view_keys(pki: Path) -> Any:
    from stubs.app import load_pki, view_keys

    return view_keys(load_pki(pki))


@command.command()
@click.argument("requests", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="REQUEST.xml...")
@click.option("--device-type", required=True, type=click.Choice(_DEVICE_TYPES), help="What the target is.")
@click.option("--device-variant", default="single", show_default=True, help="single, twin or polyphase (ESME).")
@click.option(
    "--gbcs-version", default="4.2", show_default=True, help="Of the device; older ones have older use cases."
)
@click.option(
    "--look-up",
    "looked_up",
    multiple=True,
    metavar="NAME=VALUE",
    help="What the DCC would look up, as text or JSON: OtherDeviceType, Certificate (hex), LogEntries, ….",
)
@json_option
@click.pass_context
def build(
    ctx: click.Context,
    requests: tuple[Path, ...],
    device_type: str,
    device_variant: str,
    gbcs_version: str,
    looked_up: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """Show the command or Pre-Command that a DUIS request becomes: use case, message code, payload and group in hex.

    ``--json`` prints one object per file. Exit code 1 when a request cannot be transformed, saying why.
    """
    from stubs.app import build_command
    from stubs.wire.errors import PeerError, Refusal

    known = _looked_up(looked_up)
    results: list[dict[str, Any]] = []
    for file in requests:
        try:
            built = build_command(read(file), device_type, device_variant, gbcs_version, known)
            results.append({"file": str(file), **built})
        except (PeerError, Refusal) as problem:
            results.append({"file": str(file), "error": str(problem)})
    if as_json:
        print_json(results)
    else:
        for result in results:
            click.echo("\n".join(f"{key}: {value}" for key, value in result.items()))
    ctx.exit(1 if any("error" in result for result in results) else 0)


def _looked_up(pairs: tuple[str, ...]) -> dict[str, Any]:
    """Values by name; what is no JSON is text, and so are numbers, since identification numbers may begin with 0."""
    found: dict[str, Any] = {}
    for pair in pairs:
        name, separator, text = pair.partition("=")
        if not separator:
            raise SettingsProblem(f"{pair} is no NAME=VALUE", mend="For instance --look-up OtherDeviceType=GSME")
        try:
            value = json.loads(text)
        except ValueError:
            value = text
        found[name] = tuple(value) if isinstance(value, list) else value if isinstance(value, dict) else text
    return found
