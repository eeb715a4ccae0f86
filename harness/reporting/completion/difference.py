"""Changes since the last submission, from its JSON and this one's model."""

from __future__ import annotations

from pathlib import Path

import msgspec

from harness.reporting.completion import model
from stubs.wire.errors import InputError

_GOOD = {"PASS", "RETEST_PASS", "ATTESTED"}


def read_report(path: Path) -> model.CompletionReport:
    """A completion report in JSON. Raises: InputError: not readable, not one, or of another format."""
    try:
        data = path.read_bytes()
        report = msgspec.json.decode(data, type=model.CompletionReport)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", mend="Check the path") from error
    except (ValueError, RecursionError) as error:  # of msgspec, too; and octets that are no UTF-8
        raise InputError(f"{path} is no completion report: {error}", mend="Name a completion-report.json") from error
    if report.format != model.FORMAT:
        raise InputError(f"{path} has format {report.format}, this version reads {model.FORMAT}", mend="Write it again")
    return report


def refuse_other_party(before: model.CompletionReport, party: str, path: Path) -> None:
    """Refuse another Party's report. Raises: InputError: nothing in it is a step of this campaign."""
    if before.cover.party != party:
        raise InputError(
            f"{path} is a report of {before.cover.party!r}, this campaign is of {party!r}",
            mend="Name a completion-report.json of this campaign",
        )


def difference(before: model.CompletionReport, now: model.CompletionReport) -> model.Difference:
    """Verdicts that changed, retests, what is new and what is gone, by scenario and role."""
    old = {(row.key, row.role): row for row in before.results}
    new = {(row.key, row.role): row for row in now.results}
    both = [key for key in new if key in old]
    changed = [key for key in both if old[key].verdict != new[key].verdict]
    then = {one.role: one.verdict for one in before.roles}
    return model.Difference(
        since=f"{before.cover.report_id or before.cover.title}, {before.cover.written:%Y-%m-%d}",
        build=before.cover.build,
        changed=tuple((*key, old[key].verdict, new[key].verdict) for key in changed),
        newly_passed=tuple(
            key for key, role in changed if new[key, role].verdict in _GOOD and old[key, role].verdict not in _GOOD
        ),
        retested=tuple(key for key, role in both if len(new[key, role].attempts) > len(old[key, role].attempts)),
        new=tuple(key for key, role in new if (key, role) not in old),
        gone=tuple(key for key, role in old if (key, role) not in new),
        verdicts=tuple((one.role, then.get(one.role, "not reported"), one.verdict) for one in now.roles),
    )
