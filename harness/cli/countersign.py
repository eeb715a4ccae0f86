"""``uept countersign``: adds a reviewer's signature to a bundle that another person sealed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.documents import read, reading, write
from harness.cli.output import json_option, print_json, say
from harness.cli.signing import load_signing_key
from harness.cli.trust import Reader, trust_options
from stubs.wire.errors import InputError

if TYPE_CHECKING:
    from harness.judging import Judgement


@click.command()
@click.argument("file", metavar="BUNDLE", type=click.Path(path_type=Path))
@click.option("--key", required=True, type=click.Path(path_type=Path), help="Your private key (PEM, P-256).")
@click.option("--name", required=True, help="Your name, as it shall stand under the bundle.")
@click.option("--note", default="", help="What else you say of this bundle, in a sentence.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the bundle there; default: BUNDLE itself.")
@click.option("--scenarios", metavar="FOLDER", type=click.Path(path_type=Path), help="Scenario set that was run.")
@trust_options
@json_option
def command(
    file: Path,
    key: Path,
    name: str,
    note: str,
    out: Path | None,
    scenarios: Path | None,
    reader: Reader,
    *,
    as_json: bool,
) -> None:
    """Verify BUNDLE, judge it again, and put your own signature under it with what that came to.

    The signature stands for every sealed byte; it proves that you saw this bundle, not when, nor that what it tells
    happened. An altered bundle is not countersigned. Nobody else's signature is touched, and the bundle is written
    whole or not at all.

    Exit code 0 when signed, 2 when it is no bundle, is altered, or carries your signature already. --json prints one
    object: bundle, fingerprint (of your key), judged.
    """
    from harness.evidence import countersignature, manifest
    from harness.evidence.archive import unpack
    from harness.evidence.bundle import MANIFEST, verify
    from harness.judging import ScenarioSet, judge_bundle
    from stubs.clock import SystemClock

    own = load_signing_key(key)
    with reading(file):
        data = read(file)
        checked = verify(data, reader.authorities)
        wrong = [f"{one.state}: {one.name}" for one in checked.problems]
        wrong += [missed] if (missed := reader.keys.missed(checked.fingerprint)) else []
        if wrong:
            raise InputError(f"{file} is not countersigned: {wrong[0]}", mend="`uept verify` tells everything")
        judged = _result_in_words(judge_bundle(data, ScenarioSet(scenarios) if scenarios else None))
        statement = countersignature.Statement(
            manifest=manifest.digest(unpack(data)[MANIFEST]),
            sealed_by=checked.fingerprint,
            head=checked.head,
            key=manifest.fingerprint(own.public_key()),
            name=name,
            at=SystemClock().now().isoformat(timespec="seconds"),
            judged=judged,
            note=note,
        )
        signed = countersignature.add(data, statement, own)
    target = out or file
    partial = target.with_name(target.name + ".partial")
    write(partial, signed)
    partial.replace(target)
    if as_json:
        print_json({"bundle": str(target), "fingerprint": statement.key, "judged": judged})
    else:
        say(f"{target}: countersigned by {name}, key {statement.key}")
        say(f"judged again: {judged}")


def _result_in_words(found: Judgement) -> str:
    """Describe the result of judging again, in a sentence."""
    if found.problems:
        first = found.problems[0]
        more = f", and {len(found.problems) - 1} more" if len(found.problems) > 1 else ""
        return f"differs: {first.kind}: {first.where}: {first.detail}{more}"
    return found.undecided or f"everything the same again, {len(found.rejudged)} checks"
