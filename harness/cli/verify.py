"""``uept verify``: find any altered byte of a bundle, offline, and say who sealed it."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.documents import read, reading
from harness.cli.output import json_option, one_line, print_json, say
from harness.cli.trust import Reader, trust_options


@click.command()
@click.argument("file", metavar="BUNDLE", type=click.Path(path_type=Path))
@trust_options
@json_option
@click.pass_context
def command(ctx: click.Context, file: Path, reader: Reader, *, as_json: bool) -> None:
    """Check every byte of BUNDLE: files, manifest, signatures, hash chain, container. Needs no network.

    Says who sealed it (a key that you name here or in your list of known keys, or an unknown one), who countersigned
    it, and what its time stamps prove to you. What it does not
    check: whether the verdicts and reports follow from the messages; `uept judge` does.

    Exit code 0 when nothing was altered, 1 when something was or another key sealed it, 2 when it is no bundle. --json
    prints one object: file, good, files and entries (how many), head (of the hash chain), fingerprint, signer
    (fingerprint, known, name), countersignatures (fingerprint, known, name, at, judged, note), time_stamps (entry,
    authority, stated, state, problem), revisions (earlier ones: number, digest of the manifest, evidence digest,
    fingerprint), problems (state, name, detail).
    """
    from harness.evidence.bundle import Problem, verify

    with reading(file):
        found = verify(read(file), reader.authorities)
    problems = list(found.problems)
    if missed := reader.keys.missed(found.fingerprint):
        problems.append(Problem("signature", "manifest.key.pem", missed))
    if as_json:
        print_json(
            {
                "file": str(file),
                "good": not problems,
                "files": found.files,
                "entries": found.entries,
                "head": found.head,
                "fingerprint": found.fingerprint,
                **reader.told(found),
                "revisions": [
                    {"number": r.number, "digest": r.digest, "evidence": r.evidence, "fingerprint": r.fingerprint}
                    for r in found.revisions
                ],
                "problems": [{"state": p.state, "name": p.name, "detail": p.detail} for p in problems],
            }
        )
        ctx.exit(1 if problems else 0)
    for problem in problems:
        say(one_line(f"{problem.state}: {problem.name}: {problem.detail}"))
    if found.problems:
        say(f"{file}: altered")
    else:
        say(f"{file}: {found.files} files, {found.entries} journal entries, nothing altered since sealing")
    for line in reader.lines(found):
        say(line)
    for one in found.revisions:
        say(f"revision {one.number}, manifest {one.digest}: sealed by the key {one.fingerprint or 'unknown'}")
    if found.revisions:
        say(f"this is revision {len(found.revisions) + 1}: {len(found.revisions)} attestations were added")
    say("not checked here: whether verdicts and reports follow from the messages (uept judge does)")
    ctx.exit(1 if problems else 0)
