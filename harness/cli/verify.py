"""``uept verify``: find any altered byte of a bundle, offline."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.documents import read, reading
from harness.cli.output import json_option, print_json, say


@click.command()
@click.argument("file", metavar="BUNDLE", type=click.Path(path_type=Path))
@click.option("--fingerprint", help="Fail unless the bundle was signed by the key with this fingerprint.")
@json_option
@click.pass_context
def command(ctx: click.Context, file: Path, fingerprint: str | None, *, as_json: bool) -> None:
    """Check every byte of BUNDLE: files, manifest, signature, hash chain, container. Needs no network.

    Exit code 0 when nothing was altered, 1 when something was, 2 when it is no bundle. --json prints one object:
    file, good, files and entries (how many), head (of the hash chain), fingerprint, problems (state, name, detail).
    """
    from harness.evidence.bundle import Problem, verify

    with reading(file):
        found = verify(read(file))
    problems = list(found.problems)
    if fingerprint is not None and fingerprint.lower().replace(":", "") != found.fingerprint:
        problems.append(
            Problem("signature", "manifest.key.pem", f"signed by {found.fingerprint}, not by {fingerprint}")
        )
    if as_json:
        print_json(
            {
                "file": str(file),
                "good": not problems,
                "files": found.files,
                "entries": found.entries,
                "head": found.head,
                "fingerprint": found.fingerprint,
                "problems": [{"state": p.state, "name": p.name, "detail": p.detail} for p in problems],
            }
        )
    elif problems:
        for problem in problems:
            say(f"{problem.state}: {problem.name}: {problem.detail}")
        say(f"{file}: altered")
    else:
        say(f"{file}: {found.files} files, {found.entries} journal entries, nothing altered")
        say(f"signed by the key with fingerprint {found.fingerprint}")
    ctx.exit(1 if problems else 0)
