"""``uept gbcs``: what is inside a GBCS message, and what a request becomes."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli import EXIT_FAIL, EXIT_USAGE
from harness.cli.documents import read, reading
from harness.cli.output import json_option, print_json, say, say_error
from harness.cli.read_on import read_on
from stubs.wire.errors import InputError

if TYPE_CHECKING:
    from harness.cli.gbcs_messages import Found
    from stubs.wire.gbcs.view import ViewKeys

_DEVICE_TYPES = ["ESME", "GSME", "GPF", "CHF", "PPMID", "HCALCS", "SAPC", "IHD", "CAD"]
_pki_option = click.option(
    "--pki", type=click.Path(path_type=Path), help="Decrypt and verify with these keys (folder or keystore.json)."
)


@click.group()
def command() -> None:
    """Decode GBCS messages field by field or into MMC documents, and build what a request becomes."""


@command.command()
@click.argument("messages", nargs=-1, required=True, metavar="HEX|FILE|BUNDLE...")
@_pki_option
@json_option
def decode(messages: tuple[str, ...], pki: Path | None, *, as_json: bool) -> None:
    """Show every field with offset, raw bytes and value.

    A message is hexadecimal text, a file of it, a binary file, or a DUIS document (its GBCSPayload is taken). Of a
    run's bundle.zip every message is shown, and signatures are checked with the certificates it holds. With --pki, MAC,
    signature and encrypted parts are checked.

    --json prints one object (a list when there are several): message, summary, checks (with --pki, and of a bundle),
    fields (offset, length, raw, name, value, unit, check, children). Exit code 2 when something is no GBCS message.
    """
    from harness.cli.gbcs_messages import find, with_commands

    keys = _view_keys(pki) if pki else None
    given: list[Found] = []
    for message in messages:
        with reading(Path(message)):
            given += find(message)
    shown: list[Any] = []
    problems: list[str] = []
    for found in with_commands(given):
        problems += _no_message(found)
        if as_json:
            shown.append(_as_json(found, keys or found.keys))
        else:
            say(_as_text(found, keys or found.keys))
    if as_json:
        print_json(shown[0] if len(shown) == 1 else shown)
    if problems:
        raise InputError(
            "; ".join(problems), mend="Give hexadecimal text, a file of it, a binary file or a DUIS document"
        )


def _no_message(found: Found) -> list[str]:
    """Explain why this is no GBCS message at all; a party may put anything into a bundle."""
    from stubs.wire.errors import PeerError
    from stubs.wire.gbcs import Message

    if found.name.startswith("messages/"):
        return []
    try:
        Message.from_bytes(found.data)
    except PeerError as problem:
        return [f"{found.name}: {problem}"]
    return []


def _as_json(found: Found, keys: ViewKeys | None) -> dict[str, Any]:
    from stubs.wire.gbcs.view import checks, describe, summary, to_json

    fields = describe(found.data, keys, found.command)
    judged = [{"field": field.name, "check": field.check.value, "why": field.value} for field in checks(fields)]
    head = {"message": found.name, "summary": summary(found.data)}
    return head | ({"checks": judged} if keys else {}) | {"fields": to_json(fields)}


def _as_text(found: Found, keys: ViewKeys | None) -> str:
    from stubs.wire.gbcs.view import checks, describe, render_text, summary

    fields = describe(found.data, keys, found.command)
    lines = [summary(found.data)]
    if found.name.startswith("messages/"):
        lines.insert(0, f"{found.name}:")
    if keys:
        lines += [f"{field.name} {field.check}: {field.value}" for field in checks(fields)]
    return "\n".join((*lines, render_text(fields)))


@command.command()
@click.argument("message", metavar="RESPONSE.xml|HEX|FILE")
@click.option("--request", type=click.Path(path_type=Path), help="The DUIS request it answers: tells the service.")
@click.option(
    "--plain",
    type=click.Path(path_type=Path),
    help='Second pass: the first document, its GBCSData decrypted ("plain").',
)
@_pki_option
@json_option
@click.pass_context
def mmc(
    ctx: click.Context, message: str, request: Path | None, plain: Path | None, pki: Path | None, *, as_json: bool
) -> None:
    """Turn a response or an alert into an MMC document on standard output.

    Encrypted parts stand in it as GBCSData, unless --pki opens them or --plain brings them. --json prints what
    went wrong and the document as JSON. Exit code 1 when the message cannot be decoded, or says what the MMC schema
    does not allow (which is told on standard error); 2 when it is no GBCS message or neither response nor alert, or
    when a file cannot be read or is not what it should be.
    """
    from harness.cli.gbcs_messages import find, service_of
    from stubs.wire.duis import schema_problems
    from stubs.wire.errors import PeerError
    from stubs.wire.gbcs import Cra, Message
    from stubs.wire.gbcs.view import opener
    from stubs.wire.mmc import decoded, plain_parts, write_document

    several = find(message)
    if len(several) != 1:
        raise InputError(f"{message} holds {len(several)} messages", mend="Give one response or alert")
    found = several[0]
    code = EXIT_USAGE
    try:
        group = Message.from_bytes(found.data).group
        srv = service_of(_valid(request)) if request else found.srv
        decrypt = opener(group, _view_keys(pki)) if pki else plain_parts(read(plain), group) if plain else None
        code = EXIT_USAGE if group.cra is Cra.COMMAND else EXIT_FAIL
        document = write_document(decoded(group, srv or None, decrypt)).decode("utf-8")
    except PeerError as problem:
        if as_json:
            parts = ("what", "where", "expected", "got", "clause")
            print_json({"errors": [{name: getattr(problem, name) for name in parts if getattr(problem, name)}]})
        else:
            say_error(read_on(str(problem), ["gbcs"]))
        ctx.exit(code)
    problems = schema_problems(document.encode())
    if as_json:
        errors = [
            {"what": one.message, "where": one.path, "expected": one.expected, "got": one.found} for one in problems
        ]
        print_json({"errors": errors, "document": document})
    else:
        say(document.removesuffix("\n"))
        for one in problems:
            say_error(f"the MMC schema does not allow this: {one}")
    ctx.exit(1 if problems else 0)


def _valid(request: Path) -> bytes:
    """The bytes of a DUIS request. Raises: InputError: it is not valid by the schema, as the gateway sees it."""
    from stubs.wire.duis import schema_problems

    document = read(request)
    problems = schema_problems(document, 1)
    if problems:
        raise InputError(f"--request {request}: {problems[0]}", mend="Give the request as it was sent")
    return document


def _view_keys(pki: Path) -> ViewKeys:
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
@click.option("--pki", type=click.Path(path_type=Path), help="Where certificates of other devices are looked up.")
@click.option("--at", metavar="TIME", help="When it is built, such as 2015-01-01T00:00:00Z: gas commands carry it.")
@click.option("--use-case", default="", help="Which of a pair for one request, whatever the version, such as ECS26e.")
@json_option
@click.pass_context
def build(
    ctx: click.Context,
    requests: tuple[Path, ...],
    device_type: str,
    device_variant: str,
    gbcs_version: str,
    looked_up: tuple[str, ...],
    pki: Path | None,
    at: str | None,
    use_case: str,
    *,
    as_json: bool,
) -> None:
    """Show the command or Pre-Command that a DUIS request becomes: use case, message code, payload and group in hex.

    --json prints one object per file: file, use_case, message_code, payload, group, or file and error. Exit code 1
    when the DCC would refuse a request whoever sends it (not valid by the schema, the wrong service reference, body,
    command variant or device type, no such command), 2 when a file cannot be read, is no request, or becomes a command
    with values that the DCC looks up and you did not give, saying why.
    """
    from stubs.app import build_command, load_pki
    from stubs.wire.errors import PeerError, Refusal

    known = _looked_up(looked_up)
    keys = load_pki(pki) if pki else None
    instant = _instant(at) if at else None
    results: list[dict[str, Any]] = []
    exit_code = 0
    for file in requests:
        try:
            built = build_command(
                read(file), device_type, device_variant, gbcs_version, known, keys, at=instant, use_case=use_case
            )
            results.append({"file": str(file), **built})
        except Refusal as problem:
            results.append({"file": str(file), "error": str(problem)})
            exit_code = max(exit_code, EXIT_FAIL)
        except (PeerError, InputError) as problem:
            results.append({"file": str(file), "error": str(problem)})
            exit_code = EXIT_USAGE
    if as_json:
        print_json(results)
    else:
        for result in results:
            if "error" not in result:
                say("\n".join(f"{key}: {value}" for key, value in result.items()))
    errors = [f"{result['file']}: {result['error']}" for result in results if "error" in result]
    if errors:
        say_error(read_on("; ".join(errors), ["gbcs"]))
    ctx.exit(exit_code)


def _instant(text: str) -> datetime:
    from stubs.wire.duis import read_date_time
    from stubs.wire.errors import PeerError

    try:
        return read_date_time(text)
    except PeerError as problem:
        raise InputError(f"--at {problem}", mend="For instance --at 2015-01-01T00:00:00Z") from problem


def _looked_up(pairs: tuple[str, ...]) -> dict[str, Any]:
    """Values by name; what is no JSON is text, and so are numbers, since identification numbers may begin with 0."""
    found: dict[str, Any] = {}
    for pair in pairs:
        name, separator, text = pair.partition("=")
        if not separator:
            raise InputError(f"{pair} is no NAME=VALUE", mend="For instance --look-up OtherDeviceType=GSME")
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = text
        found[name] = tuple(value) if isinstance(value, list) else value if isinstance(value, dict) else text
    return found
