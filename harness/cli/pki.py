"""``uept pki``: test keys and certificates. Never for live keys."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from harness.cli.output import json_option, print_json, print_table, say, say_error


@click.group()
def command() -> None:
    """Make, import and list test keys and certificates (SMKI profile, P-256). Never for live keys."""


@command.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--seed", help="Any text; the same seed gives the same keys. Without it they are random.")
@json_option
def init(folder: Path, seed: str | None, *, as_json: bool) -> None:
    """Make a test hierarchy in FOLDER: root, issuing authority, the DCC's and four parties' organisation keys.

    --json prints one object: folder, certificates (eui, name, role, usage, serial, valid_to, has_key).
    """
    from stubs.app import init_pki

    init_pki(folder, seed=seed.encode() if seed is not None else None)
    _tell(folder, as_json=as_json)


@command.command("import")
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
@json_option
def import_(source: Path, folder: Path, *, as_json: bool) -> None:
    """Import SOURCE into FOLDER: the appliance's public keystore.json, or a folder of PEM certificates and keys.

    What FOLDER holds already is kept. What cannot be read of SOURCE is told on standard error.

    --json prints one object: folder, certificates (eui, name, role, usage, serial, valid_to, has_key).
    """
    from stubs.app import import_pki

    for problem in import_pki(source, folder):
        say_error(f"note: not read: {problem}")
    _tell(folder, as_json=as_json)


@command.command("list")
@click.argument("folder", type=click.Path(path_type=Path))
@json_option
def list_(folder: Path, *, as_json: bool) -> None:
    """The certificates in FOLDER (or in a keystore.json): whose, what for, until when, and whether the key is here.

    --json prints one object: folder, certificates (eui, name, role, usage, serial, valid_to, has_key).
    """
    _tell(folder, as_json=as_json, listing=True)


def _tell(folder: Path, *, as_json: bool, listing: bool = False) -> None:
    from stubs.app import list_pki, load_pki

    pki = load_pki(folder)
    for note in pki.notes if listing else ():
        say_error(f"note: {note}")
    rows = [asdict(row) | {"valid_to": row.valid_to.isoformat()} for row in list_pki(pki)]
    if as_json:
        print_json({"folder": str(folder), "certificates": rows})
    elif listing:
        headings = list(rows[0]) if rows else ["eui"]
        print_table([heading.replace("_", " ") for heading in headings], [list(row.values()) for row in rows])
    else:
        say(f"{folder}: {len(rows)} organisation certificates; use it with `uept serve --pki {folder}`")
