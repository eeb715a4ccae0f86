"""What a reader of a bundle trusts: keys by fingerprint or file, and the list of keys in the reader's own folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.documents import read
from harness.cli.output import one_line
from stubs.wire.errors import InputError, PeerError

if TYPE_CHECKING:
    from harness.evidence.countersignature import Statement
    from harness.evidence.signers import KnownKeys

KNOWN_KEYS = "known-keys"
VARIABLE = "UEPT_KNOWN_KEYS"


def trust_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--fingerprint`` and ``--trusted-key``: fail unless one of these keys sealed the bundle."""
    command = click.option(
        "--trusted-key",
        "trusted_keys",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Fail unless this key (PEM: public key or certificate) sealed the bundle; repeatable.",
    )(command)
    return click.option(
        "--fingerprint",
        "fingerprints",
        multiple=True,
        metavar="SHA-256",
        help="Fail unless a key with this fingerprint sealed the bundle; repeatable.",
    )(command)


def known_keys_file() -> Path:
    """The reader's list of known keys: ``UEPT_KNOWN_KEYS``, else ``known-keys`` in the user's folder for ``uept``."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else Path(click.get_app_dir("uept")) / KNOWN_KEYS


def keys_known(fingerprints: tuple[str, ...] = (), trusted_keys: tuple[Path, ...] = ()) -> KnownKeys:
    """The keys that the reader names here, and those in the reader's list, if there is one.

    Raises: InputError: a fingerprint that is none, a file that holds no key, a list with a line that is none.
    """
    from harness.evidence.signers import known_keys, read_known_keys

    file = known_keys_file()
    try:
        listed = read_known_keys(read(file), str(file)) if os.environ.get(VARIABLE) or file.is_file() else {}
        return known_keys(
            fingerprints=fingerprints, trusted={str(path): read(path) for path in trusted_keys}, listed=listed
        )
    except PeerError as error:
        raise InputError(str(error)) from error


def countersigned(statement: Statement, keys: KnownKeys) -> str:
    """One line on a countersignature: who, when by their own clock, and what judging came to."""
    signer = keys.signer(statement.key)
    who = signer.name or f"an unknown key, which calls itself {statement.name!r}"
    note = f"; {statement.note}" if statement.note else ""
    told = f"countersigned by {who}, key {statement.key}, at {statement.at} by its own clock: {statement.judged}{note}"
    return one_line(told)  # a stranger's words must not move a terminal's cursor


def countersignature_json(statement: Statement, keys: KnownKeys) -> dict[str, Any]:
    """The same for machines."""
    signer = keys.signer(statement.key)
    return {
        "fingerprint": statement.key,
        "known": signer.is_known,
        "name": signer.name or statement.name,
        "at": statement.at,
        "judged": statement.judged,
        "note": statement.note,
    }
