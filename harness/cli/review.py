"""``uept review``: the DCC side of a completion report."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from harness.cli.documents import write
from harness.cli.output import json_option, one_line, say
from harness.cli.trust import Reader, trust_options


@click.command()
@click.argument("place", metavar="CAMPAIGN|REPORT", type=click.Path(path_type=Path))
@click.option("--campaign", type=click.Path(path_type=Path), help="Folder with the bundles, where REPORT is elsewhere.")
@click.option("--seed", default="", help="Of the sample; default: from the recomputed manifest digest.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder for the review record; default: beside the report."
)
@click.option(
    "--scenarios", type=click.Path(path_type=Path), help="Scenario set that was run; default: this version's."
)
@trust_options
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    place: Path,
    campaign: Path | None,
    seed: str,
    out: Path | None,
    scenarios: Path | None,
    reader: Reader,
    *,
    as_json: bool,
) -> None:
    """Verify the bundles, judge them again, recompute every number of the report, draw a sample, conclude.

    Give a campaign's folder (its report/completion-report.json is reviewed, if there is one), or that file. Writes
    review-record.json and review-record.html. Exit code 0 concluded, 1 further testing, 3 cannot be decided.
    --json prints the record.
    """
    from harness.campaign.campaign_results import read_campaign_results
    from harness.campaign.folder import CAMPAIGN, open_campaign
    from harness.judging import ScenarioSet
    from harness.reporting.completion.difference import read_report
    from harness.reporting.completion.html import render_review
    from harness.reporting.completion.review import CONCLUDED, FURTHER, encode, review
    from stubs.clock import SystemClock

    place = place.parent if place.name == CAMPAIGN else place
    report = place if place.suffix == ".json" else place / "report" / "completion-report.json"
    home = campaign or (report.parent.parent if place.suffix == ".json" else place)
    submitted = read_report(report) if report.is_file() or place.suffix == ".json" else None
    owed = ScenarioSet(scenarios) if scenarios else None
    record = review(
        read_campaign_results(open_campaign(home)),
        submitted,
        SystemClock().now(),
        seed,
        owed,
        reader.keys,
        reader.authorities,
    )
    folder = out or report.parent
    folder.mkdir(parents=True, exist_ok=True)
    written = encode(record)
    write(folder / "review-record.json", written)
    write(folder / "review-record.html", render_review(record))
    if as_json:
        say(written.rstrip())
    else:
        for bundle in record.bundles:
            wrong = [*bundle.problems, *bundle.differing, *bundle.contradictions, *filter(None, [bundle.undecided])]
            say(f"{bundle.folder}: {bundle.checks} checks judged again; {'; '.join(wrong[:3]) or 'nothing is wrong'}")
            say(f"  {bundle.signer}; {bundle.time_stamps}")
            for text in bundle.countersigned:
                say(one_line(f"  countersigned by {text}"))
        if submitted is not None:
            say(f"{record.report}: {record.differences_in_all} fields differ from the evidence")
            for text in record.differences[:5]:
                say(f"  {text}")
        say(f"sample, by seed {record.sample_seed}: {'; '.join(record.sample) or 'nothing to draw from'}")
        for text in record.sample_places:
            say(f"  {text}")
        if record.by_word:
            kinds = Counter(word.kind for word in record.by_word)
            told = ", ".join(f"{kind} ({count})" for kind, count in kinds.items())
            say(f"rests on the word of people: {told}; each is listed in review-record.html")
        for one in record.roles:
            say(f"{one.role}: {one.conclusion}: {'; '.join(one.why[:3])}")
            if one.to_test:
                more = f" and {len(one.to_test) - 12} more" if len(one.to_test) > 12 else ""
                say(f"  to test: {', '.join(one.to_test[:12])}{more}")
        say(str(folder / "review-record.html"))
    ctx.exit({CONCLUDED: 0, FURTHER: 1}.get(record.conclusion, 3))
