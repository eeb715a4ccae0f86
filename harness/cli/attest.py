"""``uept attest``: a person's word for what a run left to a person."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.documents import read, reading, write
from harness.cli.output import json_option, print_json, say
from stubs.wire.errors import InputError


@click.command()
@click.argument("run", metavar="RUN", type=click.Path(path_type=Path))
@click.argument("scenario", metavar="SCENARIO")
@click.option("--check", default="", help="The check that waits; may be left out where only one does.")
@click.option("--by", required=True, help="Function of who attests, such as 'test manager'; no personal name.")
@click.option("--note", required=True, help="What was seen, and where.")
@click.option(
    "--file",
    "shown",
    type=click.Path(path_type=Path),
    help="A picture or document that shows it; goes into the bundle.",
)
@click.option(
    "--key", type=click.Path(path_type=Path), help="P-256 key (PEM) that seals the revision; default: a new one."
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write the new revision here; default: in the place of RUN."
)
@json_option
def command(
    run: Path,
    scenario: str,
    check: str,
    by: str,
    note: str,
    shown: Path | None,
    key: Path | None,
    out: Path | None,
    *,
    as_json: bool,
) -> None:
    """Attest what SCENARIO (a key such as SR-605-OU) of RUN, a run's folder or a bundle, left to a person.

    Only what is REVIEW can be attested, never FAIL or BLOCKED. The word is appended to the hash chain of the evidence,
    with function, time and the file's digest, in a new revision of the bundle. The new one names the digest of the one
    before, whose seal stays valid for its part (`uept verify`). The scenario is shown as ATTESTED, never as PASS.

    --json prints one object: bundle (path), revision, scenario, check, verdict (of the scenario now), previous (digest
    of the earlier revision's manifest), file_sha256.
    """
    from harness.attesting import Word, attest, attest_folder
    from harness.cli.signing import load_signing_key
    from harness.reporting.write import BUNDLE
    from stubs.clock import SystemClock

    word = Word(scenario, check, by, note, (shown.name, read(shown)) if shown else None)
    signer = load_signing_key(key) if key else None
    now = SystemClock().now()
    if run.is_dir():
        if not (run / BUNDLE).is_file():
            raise InputError(f"{run} holds no {BUNDLE}", mend=f"`uept report {run}` writes it")
        if out is not None:
            raise InputError("--out goes with a bundle, not with a run's folder", mend=f"Name {run / BUNDLE}")
        with reading(run / BUNDLE):
            found = attest_folder(run, word, now, signer)
        path = run / BUNDLE
    else:
        with reading(run):
            found = attest(read(run), word, now, signer)
        path = out or run
        write(path, found.data)
    if as_json:
        print_json({"bundle": str(path), "revision": found.revision, "scenario": found.event.scenario,
                    "check": found.event.check, "verdict": found.verdict.value, "previous": found.event.previous,
                    "file_sha256": found.event.file_sha256})  # fmt: skip
        return
    say(f"{path}: revision {found.revision}, of the one with manifest digest {found.event.previous}")
    say(f"{found.event.scenario}, {found.event.check}: ATTESTED; the scenario is {found.verdict}")
