"""``uept control``: one operation of the control API of a simulated DCC that runs."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from harness.cli.output import say
from stubs.wire.errors import Blocked, InputError

_SECONDS = 600.0
_TOKEN = "UEPT_DCC_CONTROL_TOKEN"  # noqa: S105 - the name of a variable
_DEFAULT_URL = "http://127.0.0.1:8078"


@click.command()
@click.argument("operation", required=False)
@click.argument("members", nargs=-1)
@click.option("--state", type=click.Path(path_type=Path), help="State folder of the simulated DCC: address and token.")
@click.option("--url", help=f"Address of the control API; default: that of --state, else {_DEFAULT_URL}.")
@click.option("--json", "as_json", is_flag=True, help="The list of operations as JSON too; an answer always is.")
@click.option("--token", help=f"Token of the control API; default: {_TOKEN}, or that of --state.")
def command(
    operation: str | None,
    members: tuple[str, ...],
    state: Path | None,
    url: str | None,
    token: str | None,
    *,
    as_json: bool,
) -> None:
    """Carry out OPERATION with MEMBERS (name=value; values are JSON, else text). Without OPERATION: what there is.

    For example: uept control --state state register-user user=A0-B1-C2-D3-E4-01-00-00 party=A roles='["IS"]'.
    Prints the answer as JSON; with --json the list of operations too, by name with summary and members.
    Exit codes: 0 done, 2 usage, or an argument that cannot be, 3 no simulated DCC, or it does not allow it now.
    """
    from stubs.app import OPERATIONS, read_access

    known = {each.name: each for each in OPERATIONS}
    if operation is None and as_json:
        rows = {one.name: {"summary": one.summary, "takes": one.parameters.__struct_fields__} for one in OPERATIONS}
        say(json.dumps(rows))
        return
    if operation is None:
        for each in OPERATIONS:
            takes = ", ".join(each.parameters.__struct_fields__)
            say(f"{each.name:22}{each.summary}{f'; takes {takes}' if takes else ''}")
        return
    if operation not in known:
        raise InputError(f"{operation!r} is no operation", mend="`uept control` lists them.")
    chosen = known[operation]
    given = dict(_member(text) for text in members)
    missing = [name for name in chosen.path_members if name not in given]
    if missing:
        raise InputError(f"{operation}: {', '.join(f'{name} is missing' for name in missing)}", mend="Give name=value.")
    path = chosen.path
    for name in chosen.path_members:
        path = path.replace(f"{{{name}}}", quote(str(given.pop(name)), safe=""))
    access = read_access(state) if state is not None else None
    base = url or (access.url if access else _DEFAULT_URL)
    secret = token or (access.token if access else os.environ.get(_TOKEN, ""))
    say(json.dumps(ask_running(base.rstrip("/") + path, chosen.method, given, secret), ensure_ascii=False))


def _member(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError(f"expected name=value, got {text!r}", mend="Values are JSON, or else text.")
    try:
        return name, json.loads(value)
    except (ValueError, RecursionError):
        return name, value


def ask_running(address: str, method: str, body: dict[str, Any], token: str) -> Any:
    """Call the control API once. Raises: Blocked: nobody answers; InputError: it was refused."""
    from stubs.app import authorisation

    data = None if method == "GET" else json.dumps(body).encode()
    try:
        request = urllib.request.Request(address, data, authorisation(token), method=method)  # noqa: S310 - the user's own
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 - as above
            return json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            said = error.read().decode("utf-8", "replace")
        try:
            said = json.loads(said)["error"]
        except (ValueError, TypeError, KeyError):
            said = said.strip()[:200]
        family = Blocked if error.code == 409 else InputError
        raise family(f"{method} {address}: {said}") from error
    except (OSError, ValueError) as error:
        raise Blocked(f"no simulated DCC answers at {address}: {error}", mend="Start `uept serve`.") from error
