"""The DCC side of a completion report: verify the bundles, judge them again, recompute every number, conclude.

Nothing of the report is believed: the model is built again from the bundles and what people wrote, and compared with
the report field by field. Each bundle is judged by what its scenario set owes (``harness.judging``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from random import Random
from typing import Any

import msgspec
from cryptography.x509 import Certificate

from harness.campaign.campaign_results import CampaignResults, RoleResults, is_harmless
from harness.campaign.runs import CampaignRun
from harness.evidence.bundle import rows_of
from harness.evidence.signers import KnownKeys
from harness.evidence.time_stamps import Stamp, read_stamps, stamps_told
from harness.judging import Judgement, ScenarioSet, judge_bundle
from harness.reporting.completion import model
from harness.reporting.completion.build import build
from harness.reporting.completion.by_word import Word, words_of
from harness.verdicts import ItemState, RoleVerdict
from stubs.wire.errors import PeerError

FORMAT = 1
CONCLUDED, FURTHER, UNDECIDED = "concluded", "further testing", "cannot be decided"
_TO_TEST = {ItemState.FAILED, ItemState.NOT_RUN, ItemState.DESELECTED, ItemState.OTHER_BUILD, ItemState.BLOCKED}
_MOST = 200
"""Differences that are listed; their number is always told."""


class BundleReview(msgspec.Struct, frozen=True, kw_only=True):
    """Review of one bundle: whether it verifies, and whether its checks have the same findings again."""

    run: str
    folder: str
    counts: bool
    problems: tuple[str, ...]
    checks: int
    differing: tuple[str, ...]
    contradictions: tuple[str, ...]
    """Further statements of the bundle that its messages and events contradict: verdicts, owed checks, plan, reports.
    """
    undecided: str = ""
    """Reason why a judgement cannot be decided; empty when it can."""
    signer: str = ""
    """Name of the sealer, as far as the reader named keys."""
    countersigned: tuple[str, ...] = ()
    """Names of those who signed below the seal."""
    time_stamps: str = ""
    """Statement on what its time stamps prove to the reader."""


class RoleReview(msgspec.Struct, frozen=True, kw_only=True):
    """Conclusion that the reviewer may draw for one role."""

    role: str
    reported: str
    """Verdict in the report; empty when there is none."""
    recomputed: str
    conclusion: str
    why: tuple[str, ...]
    to_test: tuple[str, ...]


class ReviewRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Content of ``review-record.json``: for the Party to read, and to be recomputed by anyone."""

    format: int = FORMAT
    banner: str = model.BANNER
    party: str
    build: str
    report: str
    """Id and date of the report that was reviewed; empty: only the campaign was."""
    reported_manifest: str
    recomputed_manifest: str
    written: datetime
    bundles: tuple[BundleReview, ...]
    differences: tuple[str, ...]
    """Fields of the report that are not what the evidence gives: path, reported, recomputed."""
    differences_in_all: int
    sample_seed: str
    sample: tuple[str, ...]
    sample_places: tuple[str, ...] = ()
    """Places at which the sample is read: page of its run, from the campaign's folder."""
    by_word: tuple[Word, ...] = ()
    """Claims that no bundle shows: to be confirmed, or asked about."""
    roles: tuple[RoleReview, ...]
    conclusion: str


def review(
    campaign_results: CampaignResults,
    report: model.CompletionReport | None,
    written: datetime,
    seed: str = "",
    scenario_set: ScenarioSet | None = None,
    keys: KnownKeys | None = None,
    authorities: Sequence[Certificate] = (),
) -> ReviewRecord:
    """Review a campaign, and its report where there is one.

    Args:
        campaign_results: the campaign with its runs, read anew.
        report: as submitted; None: only the campaign is reviewed.
        written: when the review is written (wall clock, UTC).
        seed: of the sample; default: the recomputed manifest digest, which depends on all evidence.
        scenario_set: what was run; default: the scenarios of this version.
        keys: those the reader knows; a bundle sealed by another than the demanded ones has a problem.
        authorities: certificates of the time-stamp authorities that the reader trusts.
    """
    again = build(campaign_results, report.cover.written if report else written, report.difference if report else None)
    bundles = tuple(_bundle(one, scenario_set, keys or KnownKeys(), authorities) for one in campaign_results.runs)
    differing = list(_differences(report, again)) if report else []
    known = {one.role: one for one in report.roles} if report else {}
    roles = tuple(
        _role(
            one,
            known,
            list(_reasons(one.role, bundles, differing, campaign_results.runs)),
            has_report=report is not None,
        )
        for one in campaign_results.roles
    )
    seed = seed or again.cover.manifest_digest[:16]
    places = {f"{row.key} in run {row.run[:12]}": row.evidence for row in again.results if row.run}
    drawn = sorted(places)
    sample = tuple(sorted(Random(seed).sample(drawn, min(3, len(drawn)))))  # noqa: S311 - a pick, no secret
    return ReviewRecord(
        party=again.cover.party,
        build=again.cover.build,
        report=f"{report.cover.report_id or report.cover.title}, {report.cover.written:%Y-%m-%d}" if report else "",
        reported_manifest=report.cover.manifest_digest if report else "",
        recomputed_manifest=again.cover.manifest_digest,
        written=written,
        bundles=bundles,
        differences=tuple(differing[:_MOST]),
        differences_in_all=len(differing),
        sample_seed=seed,
        sample=sample,
        sample_places=tuple(places[one] for one in sample),
        by_word=words_of(again),
        roles=roles,
        conclusion=_whole([one.conclusion for one in roles]),
    )


def encode(record: ReviewRecord) -> bytes:
    """``review-record.json``: stable, indented JSON."""
    return msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n"


def json_schema() -> dict[str, Any]:
    """The published JSON Schema, in a stable order."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "uept-harness review record"}
    schema = {**head, **msgspec.json.schema(ReviewRecord)}
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(schema, order="deterministic"))
    return plain


def _bundle(
    run: CampaignRun, scenario_set: ScenarioSet | None, keys: KnownKeys, authorities: Sequence[Certificate]
) -> BundleReview:
    problems = list(run.problems)
    if missed := keys.missed(run.fingerprint):
        problems.append(missed)
    found: Judgement | None = None
    stamps: tuple[Stamp, ...] = ()
    if run.run is not None:
        try:
            data = run.path.read_bytes()
            found = judge_bundle(data, scenario_set)
            stamps = read_stamps(rows_of(data), authorities)
            problems += [f"time stamp of entry {one.seq}: {one.problem}" for one in stamps if one.state == "bad"]
        except (OSError, PeerError) as error:
            problems.append(f"cannot be judged again: {error}")
    told = found.problems if found else ()
    return BundleReview(
        run=run.digest,
        folder=run.path.parent.name,
        counts=run.counts,
        problems=tuple(problems),
        checks=len(found.rejudged) if found else 0,
        differing=tuple(f"{one.where}: {one.detail}" for one in told if one.kind == "check"),
        contradictions=tuple(f"{one.kind}: {one.where}: {one.detail}" for one in told if one.kind != "check"),
        undecided=found.undecided if found else "",
        signer=keys.signer(run.fingerprint).sealed(),
        countersigned=tuple(f"{keys.signer(one.key).name or one.name}: {one.judged}" for one in run.countersignatures),
        time_stamps=stamps_told(stamps),
    )


def _differences(report: model.CompletionReport, again: model.CompletionReport) -> Iterator[str]:
    yield from _differing_fields(msgspec.to_builtins(report), msgspec.to_builtins(again), "")


def _differing_fields(reported: Any, recomputed: Any, path: str) -> Iterator[str]:
    if isinstance(reported, Mapping) and isinstance(recomputed, Mapping):
        for key in dict.fromkeys([*reported, *recomputed]):
            yield from _differing_fields(reported.get(key), recomputed.get(key), f"{path}.{key}".lstrip("."))
    elif _is_list(reported) and _is_list(recomputed):
        if len(reported) != len(recomputed):
            yield f"{path}: {len(reported)} reported, {len(recomputed)} recomputed"
        for number, (one, other) in enumerate(zip(reported, recomputed, strict=False)):
            yield from _differing_fields(one, other, f"{path}[{number}]")
    elif reported != recomputed:
        yield f"{path}: reported {_shown(reported)}, recomputed {_shown(recomputed)}"


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _shown(value: Any, most: int = 80) -> str:
    text = repr(value)
    return text if len(text) <= most else text[: most - 1] + "…"


def _reasons(
    role: str, bundles: Iterable[BundleReview], differing: Sequence[str], runs: Sequence[CampaignRun]
) -> Iterator[str]:
    """Yield what prevents a decision on a role: faults of the bundles that concern it, or may do so."""
    for one in runs:
        if one.problems and not is_harmless(one):
            yield f"bundle {one.name}: {one.problems[0]}"
    others = {one.digest for one in runs if one.run and role not in {scenario.role for scenario in one.run.scenarios}}
    for found in bundles:
        if found.run in others:
            continue
        if found.counts and found.problems:
            yield f"bundle of {found.folder} {found.problems[0]}"
        if found.counts and found.differing:
            yield f"bundle of {found.folder}: {len(found.differing)} of {found.checks} checks come to another finding"
        if found.counts and found.contradictions:
            yield f"bundle of {found.folder}: {found.contradictions[0]}"
        if found.counts and found.undecided:
            yield f"bundle of {found.folder}: {found.undecided}"
    if differing:
        yield f"the report differs from its evidence in {len(differing)} places, first: {differing[0]}"


def _role(
    own: RoleResults, known: Mapping[str, model.RoleSummary], reasons: list[str], *, has_report: bool
) -> RoleReview:
    assessed = own.assessment
    reported = known.get(own.role)
    why = list(reasons)
    if has_report and reported is None:
        why.append(f"the report says nothing of {own.role}")
    to_test = [*assessed.to_repeat]
    to_test += [f"{item.name} ({item.state})" for item in assessed.missing if item.state in _TO_TEST]
    if why:
        conclusion = UNDECIDED
    elif assessed.verdict in {RoleVerdict.READY, RoleVerdict.READY_WITH_DEVIATIONS}:
        conclusion = CONCLUDED
        why.append(assessed.reason)
    elif assessed.verdict is RoleVerdict.FURTHER_TESTING or to_test:
        conclusion = FURTHER
        why.append(assessed.reason)
    else:
        conclusion = UNDECIDED
        why += [assessed.reason, *own.inputs.open_criteria]
    return RoleReview(
        role=own.role,
        reported=reported.verdict if reported else "",
        recomputed=assessed.verdict.value,
        conclusion=conclusion,
        why=tuple(why),
        to_test=tuple(to_test) if conclusion != CONCLUDED else (),
    )


def _whole(conclusions: Sequence[str]) -> str:
    """Concluded only when every role is; what cannot be decided outweighs what has to be tested."""
    for one in (UNDECIDED, FURTHER):
        if one in conclusions:
            return one
    return CONCLUDED if conclusions else UNDECIDED
