"""``load-result.json``, ``load-report.html``, ``junit.xml`` and the sealed bundle of a load rehearsal."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from jinja2 import Environment, PackageLoader, StrictUndefined
from lxml import etree
from markupsafe import Markup

from harness.evidence import bundle
from harness.evidence.manifest import fingerprint
from harness.load.measured import LoadResult, result_of
from harness.load.reporting.plots import Line, plot
from harness.reporting.write import Written, put
from stubs.journal import Row

RESULT, REPORT, JUNIT, BUNDLE = "load-result.json", "load-report.html", "junit.xml", "bundle.zip"


def write_load_reports(
    folder: Path, rows: Iterable[Row], key: ec.EllipticCurvePrivateKey | None = None
) -> Written[LoadResult]:
    """Write every report of the journal ``rows`` into ``folder``.

    Args:
        folder: exists or is made.
        rows: the whole journal.
        key: P-256, signs the bundle; one made for this call when not given.
    Raises: Blocked: the folder cannot be written. PeerError: the chain is broken, or no load rehearsal.
    """
    evidence = bundle.gather(rows)
    result = result_of(entry.event for entry in evidence.entries)
    reports = reports_of(result, evidence.digest)
    signer = key or ec.generate_private_key(ec.SECP256R1())
    for name, data in {**reports, BUNDLE: bundle.seal(evidence, reports, signer)}.items():
        put(folder / name, data)
    return Written(folder / REPORT, folder / BUNDLE, fingerprint(signer.public_key()), result)


def reports_of(result: LoadResult, digest: str) -> dict[str, bytes]:
    """File name to content; the same for the same journal."""
    return {RESULT: encode(result), REPORT: page(result, digest), JUNIT: junit(result)}


def encode(result: LoadResult) -> bytes:
    """Stable JSON."""
    return msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n"


def junit(result: LoadResult) -> bytes:
    """A test case for each limit; what was never put to the test, or in a part of the plan only, is skipped."""
    said = [one["verdict"] for one in result.limits]
    skipped = {"NOT_RUN", "PASS"} if result.verdict == "NOT_RUN" and not result.complete else {"NOT_RUN"}
    root = etree.Element("testsuites", name="uept load", tests=str(len(said)))
    suite = etree.SubElement(
        root,
        "testsuite",
        name=str(result.facts["profile"]["profile"]),
        tests=str(len(said)),
        failures=str(said.count("FAIL")),
        errors=str(said.count("BLOCKED")),
        skipped=str(sum(one in skipped for one in said)),
        time=f"{result.facts['seconds']:.3f}",
    )
    for one in result.limits:
        case = etree.SubElement(suite, "testcase", classname="load", name=one["limit"])
        if one["verdict"] == "FAIL":
            etree.SubElement(case, "failure", message=f"measured {one['measured']}", type="FAIL")
        elif one["verdict"] == "BLOCKED":
            etree.SubElement(case, "error", message=one["measured"], type="BLOCKED")
        elif one["verdict"] == "NOT_RUN":
            etree.SubElement(case, "skipped", message=one["measured"])
        elif one["verdict"] in skipped:
            etree.SubElement(case, "skipped", message="the run ended before its plan")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def page(result: LoadResult, digest: str) -> bytes:
    """One offline file: verdict, figures, plots."""
    environment = Environment(
        loader=PackageLoader("harness.load.reporting"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    text = environment.get_template("load-report.html").render(
        result=result,
        facts=result.facts,
        digest=digest,
        words=_PROCESSED | ({} if "order_within" in result.facts else _OF_EARLIER_VERSIONS),
        plots=[(title, Markup(each)) for title, each in _plots(result)],  # noqa: S704 - ours
    )
    return text.encode()


def _plots(result: LoadResult) -> list[tuple[str, str]]:
    """Title and SVG of each."""
    rows = result.timeline
    places = [row.start for row in rows]
    rates = [
        Line("offered", [row.offered for row in rows]),
        Line("accepted", [row.accepted for row in rows]),
        Line("errors", [row.failed for row in rows]),
    ]
    times = [Line("median", [row.p50 for row in rows]), Line("99 %", [row.p99 for row in rows])]
    waiting = [Line("backlog", [float(row.backlog) for row in rows])]
    wanted = (
        ("Messages a second", "1/s", rates),
        ("Time to acknowledgement, from the planned instant", "s", times),
        ("Messages that wait", "messages", waiting),
    )
    return [(title, plot(title, unit, places, lines)) for title, unit, lines in wanted]


_PROCESSED = {
    "once": "Processed once",
    "duplicates": "Processed more than once",
    "lost": "Acknowledged and never processed",
    "misordered": "Processed after a later message of the same device",
    "foreign": "Named, but none of this run",
}
_OF_EARLIER_VERSIONS = {"misordered": "Processed after a later message, of whatever device"}
"""Their journals do not say within what the order is asked for, and their bundles are judged again as they are."""
