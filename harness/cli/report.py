"""``uept report``: write a run's reports again from its journal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.documents import schema_dir_option, schema_folder
from harness.cli.output import json_option, print_json, say
from stubs.wire.errors import InputError

if TYPE_CHECKING:
    from harness.reporting.write import Written


@click.command()
@click.argument("run_folder", metavar="RUN_DIR", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Write them here; default: RUN_DIR.")
@schema_dir_option
@json_option
def command(run_folder: Path, out: Path | None, schema_dir: Path | None, *, as_json: bool) -> None:
    """Write result.json, report.html, junit.xml, coverage.csv and bundle.zip of RUN_DIR again from its journal.

    Works after a crash too: whatever the journal holds is reported, as a partial run. Of a load rehearsal it writes
    load-result.json, load-report.html, junit.xml and bundle.zip. --json prints one object: report and bundle (paths),
    fingerprint (of the key that signed), totals (by verdict; of a load rehearsal its limits).
    """
    from harness.reporting.write import write_reports
    from stubs.clock import SystemClock
    from stubs.journal import FILE_NAME, Journal, SqliteStore

    schema = schema_folder(schema_dir)
    path = run_folder / "state" / FILE_NAME
    if not path.is_file():
        mend = "Name the folder of a run (see --out)"
        workers = sorted(file.parents[1] for file in run_folder.glob(f"state/workers/*/state/{FILE_NAME}"))
        if workers:
            folders = " ".join(map(str, workers))
            mend = f"It was broken off with several workers at it; each has its part, to be reported alone: {folders}"
        raise InputError(f"{run_folder} holds no state/{FILE_NAME}", mend=mend)
    folder = out or run_folder
    written: Written[Any]
    journal = Journal(SqliteStore(path), SystemClock())
    try:
        if any(journal.entries(kinds=("LoadStarted",))):
            from harness.load.reporting.write import write_load_reports  # with the simulated DCC, 0.3 s of imports

            written = write_load_reports(folder, journal.rows())
        else:
            written = write_reports(folder, journal.rows(), schema=schema, earlier=_earlier(run_folder))
    finally:
        journal.close()
    if as_json:
        print_json(
            {
                "report": str(written.report),
                "bundle": str(written.bundle),
                "fingerprint": written.fingerprint,
                "totals": dict(written.result.totals),
            }
        )
    else:
        say(f"{written.report}\n{written.bundle} (signed by {written.fingerprint})")


def _earlier(run_folder: Path) -> Mapping[str, bytes]:
    """Files of the bundle that is replaced: what people attested needs the seals and attachments in it."""
    from harness.evidence import revisions
    from harness.evidence.archive import Archive
    from stubs.wire.errors import PeerError

    try:
        files = Archive((run_folder / "bundle.zip").read_bytes())
        return {**revisions.kept(files), **revisions.attachments_of(files)}
    except (OSError, PeerError):
        return {}
