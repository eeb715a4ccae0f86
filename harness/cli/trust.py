"""Trust of a bundle's reader: keys by fingerprint or file, authorities of time stamps, the reader's own lists."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.documents import read
from harness.cli.output import one_line
from stubs.wire.errors import InputError, PeerError

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from harness.evidence.bundle import Verification
    from harness.evidence.signers import KnownKeys

KNOWN_KEYS, VARIABLE = "known-keys", "UEPT_KNOWN_KEYS"
TIMESTAMP_CA = "timestamp-ca.pem"


@dataclass(frozen=True, slots=True)
class Reader:
    """Reader of a bundle: the keys they know, and the time-stamp authorities they trust."""

    keys: KnownKeys
    authorities: tuple[Certificate, ...]

    def lines(self, found: Verification) -> Iterator[str]:
        """Yield the signer of a bundle, its countersignatures and its time stamps, a line each."""
        from harness.evidence.time_stamps import stamps_told

        yield self.keys.signer(found.fingerprint).sealed()
        for one in found.countersignatures:
            signer = self.keys.signer(one.key)
            who = signer.name or f"an unknown key, which calls itself {one.name!r}"
            note = f"; {one.note}" if one.note else ""
            told = f"countersigned by {who}, key {one.key}, at {one.at} by its own clock: {one.judged}{note}"
            yield one_line(told)  # a stranger's words must not move a terminal's cursor
        yield one_line(stamps_told(found.stamps))

    def told(self, found: Verification) -> dict[str, Any]:
        """The same for machines: ``signer``, ``countersignatures``, ``time_stamps``."""
        signer = self.keys.signer(found.fingerprint)
        return {
            "signer": {"fingerprint": signer.fingerprint, "known": signer.is_known, "name": signer.name},
            "countersignatures": [
                {
                    "fingerprint": one.key,
                    "known": self.keys.signer(one.key).is_known,
                    "name": self.keys.signer(one.key).name or one.name,
                    "at": one.at,
                    "judged": one.judged,
                    "note": one.note,
                }
                for one in found.countersignatures
            ],
            "time_stamps": [
                {
                    "entry": one.entry,
                    "authority": one.authority,
                    "stated": one.stated.isoformat() if one.stated else None,
                    "state": one.state,
                    "problem": one.problem,
                }
                for one in found.stamps
            ],
        }


def trust_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--fingerprint``, ``--trusted-key``, ``--timestamp-ca``; the command is called with ``reader``."""

    @functools.wraps(command)
    def called(
        *args: Any,
        fingerprints: tuple[str, ...],
        trusted_keys: tuple[Path, ...],
        timestamp_ca: tuple[Path, ...],
        **more: Any,
    ) -> Any:
        return command(*args, reader=reader_of(fingerprints, trusted_keys, timestamp_ca), **more)

    for option in (
        click.option(
            "--timestamp-ca",
            multiple=True,
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Trust time stamps by the authorities of this file (PEM certificates); repeatable.",
        ),
        click.option(
            "--trusted-key",
            "trusted_keys",
            multiple=True,
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Fail unless this key (PEM: public key or certificate) sealed the bundle; repeatable.",
        ),
        click.option(
            "--fingerprint",
            "fingerprints",
            multiple=True,
            metavar="SHA-256",
            help="Fail unless a key with this fingerprint sealed the bundle; repeatable.",
        ),
    ):
        called = option(called)
    return called


def reader_of(
    fingerprints: tuple[str, ...] = (), trusted_keys: tuple[Path, ...] = (), timestamp_ca: tuple[Path, ...] = ()
) -> Reader:
    """Read the trust that a reader names here, and the lists in the reader's own folder.

    The list of known keys is the file that ``UEPT_KNOWN_KEYS`` names, else ``known-keys`` in the user's folder for
    ``uept``; authorities are in ``timestamp-ca.pem`` beside it.

    Raises: InputError: a fingerprint that is none, a file that holds no key or certificate, a line that is none.
    """
    from harness.evidence.signers import known_keys, read_known_keys
    from harness.evidence.time_stamps import authorities

    own = Path(click.get_app_dir("uept"))
    named = os.environ.get(VARIABLE)
    file = Path(named) if named else own / KNOWN_KEYS
    trusted_stamps = [*timestamp_ca, *([own / TIMESTAMP_CA] if (own / TIMESTAMP_CA).is_file() else [])]
    try:
        listed = read_known_keys(read(file), str(file)) if named or file.is_file() else {}
        return Reader(
            known_keys(
                fingerprints=fingerprints, trusted={str(path): read(path) for path in trusted_keys}, listed=listed
            ),
            tuple(one for path in trusted_stamps for one in authorities(read(path), str(path))),
        )
    except PeerError as error:
        raise InputError(str(error)) from error
