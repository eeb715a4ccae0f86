"""``uept browser``: the recorder with which a script for the driver ``browser`` is begun."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from harness.cli.output import json_option, print_json, say, say_error


@click.group("browser")
def command() -> None:
    """Scripts of your people's browser, for the driver `browser:script.py`."""


@command.command()
@click.argument("address", required=False)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write what is recorded here too.")
@json_option
def record(address: str | None, out: Path | None, *, as_json: bool) -> None:
    """Start Playwright's recorder at the sign-in page of the Self-Service Interface.

    ADDRESS: that of the self-service pages, such as the member `ssi` of what `uept serve` prints. Without it a
    simulated DCC is started for as long as the recorder is open, and who may sign in is printed.

    --json prints one object when the recorder has ended: address, out.
    Exit codes: 0 recorded, 2 Playwright is absent, or no address, 3 the recorder or the simulated DCC does not start.
    """
    from stubs.app import DccSettings, background_dcc

    _require_playwright()
    if address is not None:
        _recorder(address, out, as_json=as_json)
        return
    settings = DccSettings(port=0, smki_port=0, ssi_port=0, control_port=0)
    with background_dcc(settings) as dcc:
        for party in dcc.pki.parties():
            name = str(party.eui).replace("-", "").lower()
            say_error(f"{party.name}: tester-{name}, pass phrase {_pass_phrase()!r}, roles {', '.join(party.roles)}")
        _recorder(str(dcc.urls.ssi), out, as_json=as_json)


def _pass_phrase() -> str:
    from stubs.app import SsiSettings

    return str(SsiSettings().test_pass_phrase)


def _require_playwright() -> None:
    from importlib.util import find_spec

    from stubs.wire.errors import InputError

    if find_spec("playwright") is None:
        raise InputError("the recorder needs Playwright", mend="pip install 'uept-harness[browser]'")


def _recorder(address: str, out: Path | None, *, as_json: bool) -> None:
    from harness.drivers.browser import CHROMIUM_VARIABLE
    from stubs.wire.errors import Blocked, InputError

    if not address.startswith(("http://", "https://")):
        raise InputError(f"{address!r} is no web address", mend="Give http:// or https:// and a host.")
    written = ["--output", str(out)] if out is not None else []
    # The simulated DCC's certificate is of a test PKI.
    line = [sys.executable, "-m", "playwright", "codegen", "--target", "python", "--ignore-https-errors", *written]
    environment = dict(os.environ)
    if chromium := os.environ.get(CHROMIUM_VARIABLE):
        environment["PWTEST_CLI_EXECUTABLE_PATH"] = chromium
    say_error(f"recording at {address.rstrip('/')}/sign-in; close the browser to end")
    done: Any = subprocess.run([*line, f"{address.rstrip('/')}/sign-in"], env=environment, check=False)  # noqa: S603
    if done.returncode:
        raise Blocked("the recorder did not end well", mend="Its own message stands above; it needs a display.")
    if as_json:
        print_json({"address": address, "out": None if out is None else str(out)})
    elif out is not None:
        say(f"recorded  {out}")
