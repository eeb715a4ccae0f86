"""``uept doctor``: what this machine has, what is missing, and the command that gets it."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from harness.cli.output import json_option, print_json, print_table, settings_option

_PACKAGES = ("aiohttp", "cryptography", "lxml", "msgspec", "pytest", "pytest-bdd")
_TOOLS = {
    "chromium": ("browser tests of the SSI and the report", "apt-get install chromium"),
    "node": ("peer tests with the DCC's public packages", "apt-get install nodejs npm"),
    "npm": ("peer tests with the DCC's public packages", "apt-get install nodejs npm"),
    "java": ("peer test with the DCC's signing tool", "apt-get install default-jre-headless"),
    "tshark": ("second opinion on GBCS messages", "apt-get install tshark"),
}
_PORTS = {8079: "DUIS web services", 8083: "SMKI repository", 8443: "SSI", 8078: "control API"}


@click.command()
@click.option("--pki", type=click.Path(path_type=Path), help="Also look at this PKI folder or keystore.json.")
@settings_option("TOML run file: look at the party's side too, with a real trial.")
@json_option
@click.pass_context
def command(ctx: click.Context, pki: Path | None, settings: Path | None, *, as_json: bool) -> None:
    """Show what this machine has, what is missing, and how to get it.

    With --settings also the party's side: keys fit their certificates, User IDs, ports, programs, and a trial: a
    request signed in the party's name to a simulated DCC, and a delivery to its receive address.

    Exit code 0 when everything needed is here, 3 when something needed is missing; optional tools never fail.
    --json prints a list: what, state (ok, note, in use, optional, missing), detail, mend.
    """
    rows = [_python(), *_packages(), _data(), _folder(), *_ports(), *_tools(), *_pki(pki), *_party(settings)]
    if as_json:
        print_json(rows)
    else:
        print_table(
            ["what", "state", "detail", "how to mend"],
            [[row["what"], row["state"], row["detail"], row["mend"]] for row in rows],
        )
    ctx.exit(3 if any(row["state"] == "missing" for row in rows) else 0)


def _party(settings: Path | None) -> list[dict[str, str]]:
    if settings is None:
        return []
    from harness.doctor import look_at_party, look_at_trial
    from harness.settings import load_settings

    chosen = load_settings(settings, None, os.environ)
    found = [*look_at_party(chosen), *look_at_trial(chosen)]
    return [_row(one.what, one.state.value, one.detail, one.mend) for one in found]


def _row(what: str, state: str, detail: str = "", mend: str = "") -> dict[str, str]:
    return {"what": what, "state": state, "detail": detail, "mend": mend}


def _python() -> dict[str, str]:
    detail = f"{sys.version.split()[0]}, {ssl.OPENSSL_VERSION}"
    if sys.version_info < (3, 11):  # noqa: UP036 - a doctor says so in words, whatever pip let through
        return _row("Python", "missing", detail, "install Python 3.11 or later")
    return _row("Python", "ok", detail)


def _packages() -> list[dict[str, str]]:
    rows = []
    for name in _PACKAGES:
        try:
            rows.append(_row(name, "ok", version(name)))
        except PackageNotFoundError:
            rows.append(_row(name, "missing", "", "pip install uept-harness"))
    return rows


def _data() -> dict[str, str]:
    schema = files("schemas").joinpath("catalogue", "service-requests.csv")
    features = files("scenarios").joinpath("features")
    if schema.is_file() and features.is_dir():
        return _row("schemas and scenarios", "ok", "packaged")
    return _row(
        "schemas and scenarios",
        "missing",
        "not in this installation",
        "install again: pip install uept-harness",
    )


def _folder() -> dict[str, str]:
    try:
        with TemporaryDirectory(dir=Path.cwd()) as folder:
            free = shutil.disk_usage(folder).free // 2**20
    except OSError as error:
        return _row("this folder", "missing", f"not writable: {error.strerror}", "run from a folder you may write to")
    if free < 100:
        return _row("this folder", "missing", f"{free} MiB free", "free at least 100 MiB")
    return _row("this folder", "ok", f"writable, {free} MiB free")


def _ports() -> list[dict[str, str]]:
    rows = []
    for port, use in _PORTS.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                rows.append(_row(f"port {port}", "in use", use, "stop what listens there, or choose another port"))
            else:
                rows.append(_row(f"port {port}", "ok", use))
    return rows


def _tools() -> list[dict[str, str]]:
    return [
        _row(tool, "ok", path) if (path := shutil.which(tool)) else _row(tool, "optional", f"not found: {use}", mend)
        for tool, (use, mend) in _TOOLS.items()
    ]


def _pki(path: Path | None) -> list[dict[str, str]]:
    if path is None:
        return []
    from stubs.app import load_pki
    from stubs.wire.errors import InputError

    try:
        pki = load_pki(path)
    except InputError as error:
        return [_row("PKI", "missing", error.what, error.mend)]
    parties = len(pki.parties())
    return [
        _row("PKI", "ok", f"{path}: {parties} parties, DCC {pki.acb}"),
        *(_row("key sets", "ok", sentence) for sentence in pki.key_sets),
        *(_row("PKI", "ok", f"note: {note}") for note in pki.notes),
    ]
