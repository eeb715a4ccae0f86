"""``uept completion-report``: the Test Completion Report of a campaign."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.documents import write
from harness.cli.output import json_option, print_json, print_table, say, say_error
from harness.cli.read_on import read_on
from harness.cli.uep import campaign_option, need_folder


@click.command()
@campaign_option
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the files; default: report/ in the campaign.")
@click.option("--since", type=click.Path(path_type=Path), help="completion-report.json of the last submission.")
@click.option("--full", is_flag=True, help="The PDF with every table in full, however long.")
@click.option("--no-pdf", is_flag=True, help="Leave the PDF out.")
@json_option
def command(
    campaign: Path | None, out: Path | None, since: Path | None, *, full: bool, no_pdf: bool, as_json: bool
) -> None:
    """Write the completion report: HTML, PDF (print edition), JSON, XLSX, CSV; from one model, all counted anew.

    Exit code 0 when everything was written, 3 when the PDF could not be (the rest is there). --json prints one
    object: files, manifest_digest, roles (role, verdict, reason).
    """
    from harness.campaign.campaign_results import read_campaign_results
    from harness.reporting.completion.difference import read_report, refuse_other_party
    from harness.reporting.completion.write import write_completion_report
    from stubs.clock import SystemClock
    from stubs.wire.errors import Blocked

    folder = need_folder(campaign)
    before = read_report(since) if since else None
    if since and before:
        refuse_other_party(before, folder.campaign.party.name, since)
    place = out or folder.path / "report"
    written = write_completion_report(read_campaign_results(folder), SystemClock().now(), before)
    place.mkdir(parents=True, exist_ok=True)
    files = dict(written.files)
    problem: Blocked | None = None
    if not no_pdf:
        try:
            files["completion-report.pdf"] = written.pdf(full=full)
        except Blocked as error:
            problem = error
    for name, content in files.items():
        write(place / name, content)
    report = written.report
    if as_json:
        print_json({
            "files": [str(place / name) for name in files], "manifest_digest": report.cover.manifest_digest,
            "roles": [{"role": one.role, "verdict": one.verdict, "reason": one.reason} for one in report.roles],
        })  # fmt: skip
    else:
        print_table(
            ["role", "proposed verdict", "required shown", "services shown", "reason"],
            [[one.role, one.verdict, f"{one.filled} of {one.required}", f"{one.services_shown} of {one.services}",
              one.reason] for one in report.roles],
        )  # fmt: skip
        for name in files:
            say(str(place / name))
        say(f"manifest digest {report.cover.manifest_digest}")
    if problem is not None:
        say_error(read_on(str(problem), ["completion-report"]))
        click.get_current_context().exit(3)
