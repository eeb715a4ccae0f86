"""A person's word for what a run left to a person: what it settles, what it cannot, and how a forged one shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec.structs import replace

from harness.attesting import Word, attest
from harness.checks import Finding, Verdict
from harness.cli import run as uept
from harness.drivers.action import Action, Outcome
from harness.drivers.reference import ReferenceDriver
from harness.engine.results import fold_run
from harness.evidence import archive, bundle, countersignature, manifest, revisions
from harness.judging import judge_bundle
from harness.reporting.write import make_reports
from stubs.events import AnyEvent, CheckAttested, CheckJudged, ScenarioFinished
from stubs.journal import Row
from stubs.wire.errors import InputError
from tests import sealing_kit

if TYPE_CHECKING:
    from tests.clients.conftest import Bench

KEY = ec.derive_private_key(11, ec.SECP256R1())
NOW = datetime(2026, 9, 14, 9, 30, tzinfo=UTC)
KEY_OF_IT = "SR-605-IS"
PICTURE = b"the screen as it was"
WORD = Word(KEY_OF_IT, "", "tester", "the screen shows the log", ("screen shot.png", PICTURE))


class Quiet(ReferenceDriver):
    """Says that it is done, and not what it read."""

    def perform(self, action: Action) -> Outcome:
        """As the reference client, without its values."""
        return msgspec.structs.replace(super().perform(action), values={})


@dataclass(frozen=True)
class Made:
    """A run with one scenario in REVIEW and one that failed, sealed."""

    data: bytes
    folder: Path

    @property
    def rows(self) -> tuple[Row, ...]:
        return bundle.rows_of(self.data)


@pytest.fixture(scope="module")
def made(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> Made:
    result = bench.run(f"python:{__name__}:Quiet", f"{KEY_OF_IT} or RC-006-IS", deadline=4.0)
    verdicts = {one.key: one.verdict for one in result.run.scenarios}
    assert verdicts[KEY_OF_IT] is Verdict.REVIEW, {one.key: one.reason for one in result.run.scenarios}
    entries = bench.dcc.journal.entries(after=result.run.first - 1)
    data = sealing_kit.sealed(sealing_kit.cut_out(entries, result.run.first, result.run.last), KEY)
    return Made(data, tmp_path_factory.mktemp("attested"))


def sealed(data: bytes, edit: Callable[[AnyEvent], AnyEvent]) -> bytes:
    """The bundle with edited events, chained and sealed again, whatever was sealed before."""
    rows = sealing_kit.chained([(entry.at, edit(entry.event)) for entry in bundle.read_journal(data)])
    files = archive.unpack(data)
    evidence = bundle.gather(rows, revisions.attachments_of(files))
    return bundle.seal(evidence, make_reports(evidence)[1], KEY, revisions.kept(files))


def kinds(data: bytes) -> set[str]:
    return {one.kind for one in judge_bundle(data).problems}


def test_a_word_settles_a_review_and_what_was_sealed_stays_sealed(made: Made) -> None:
    found = attest(made.data, WORD, NOW, KEY)
    checked = bundle.verify(found.data)
    assert checked.problems == ()
    (before,) = checked.revisions
    first = archive.unpack(made.data)
    assert before.digest == manifest.digest(first["manifest.json"]) == found.event.previous
    assert before.evidence == manifest.digest(first["evidence.json"])
    assert before.fingerprint == bundle.verify(made.data).fingerprint
    assert bundle.rows_of(found.data)[:-1] == made.rows
    judged = judge_bundle(found.data)
    assert judged.problems == ()
    (scenario,) = [one for one in judged.run.scenarios if one.key == KEY_OF_IT]
    assert (scenario.verdict, found.verdict) == (Verdict.ATTESTED, Verdict.ATTESTED)
    assert scenario.reason == f"attested by tester on 2026-09-14: the screen shows the log ({found.event.file_name})"
    assert archive.unpack(found.data)[found.event.file_name] == PICTURE


def test_reports_say_whose_word_it_is_and_count_it(made: Made) -> None:
    found = attest(made.data, WORD, NOW, KEY)
    result = json.loads(found.reports["result.json"])
    assert result["totals"]["ATTESTED"] == 1
    (said,) = result["attestations"]
    assert (said["scenario"], said["by"], said["said_at"]) == (KEY_OF_IT, "tester", "2026-09-14T09:30:00+00:00")
    assert said["file_sha256"] == manifest.digest(PICTURE)
    role = next(one for one in result["roles"] if one["role"] == "IS")
    assert f"{role['attested']} of {len(role['required'])} required items rest on a person's word" in role["reason"]
    assert role["attested"] > 0
    page = found.reports["report.html"].decode()
    assert "1 word of people stands in it" in page
    assert "the screen shows the log" in page


def test_words_follow_one_another_and_every_revision_keeps_its_seal(made: Made) -> None:
    both = sealed(made.data, waiting_twice)
    first = attest(both, replace_word(check="response-correlates"), NOW, KEY)
    assert first.verdict is Verdict.REVIEW, "the other check still waits"
    second = attest(first.data, replace_word(file=None), NOW)
    assert second.verdict is Verdict.ATTESTED
    checked = bundle.verify(second.data)
    assert checked.problems == ()
    assert [one.number for one in checked.revisions] == [1, 2]
    assert len({one.fingerprint for one in checked.revisions} | {checked.fingerprint}) == 2


def waiting_twice(event: AnyEvent) -> AnyEvent:
    """One more check of the scenario that waits for a person; for the seals it is no matter why."""
    if isinstance(event, CheckJudged) and event.scenario == "SR-605" and event.check == "response-received":
        return replace(event, check="response-correlates", finding=Finding(Verdict.REVIEW, "this", "that"))
    return event


def replace_word(**changes: Any) -> Word:
    return Word(**{name: getattr(WORD, name) for name in ("scenario", "check", "by", "note", "file")} | changes)


@pytest.mark.parametrize(
    ("word", "told"),
    [
        (replace_word(scenario="SR-999-IS"), "no scenario SR-999-IS was run"),
        (replace_word(check="request-accepted"), "request-accepted is PASS"),
        (replace_word(check="no-such-check"), "no-such-check was not judged"),
        (replace_word(by=" "), "--by is empty"),
        (replace_word(note="\n"), "--note is empty"),
    ],
)
def test_a_word_that_settles_nothing_is_refused(made: Made, word: Word, told: str) -> None:
    with pytest.raises(InputError, match=told):
        attest(made.data, word, NOW, KEY)


@pytest.mark.parametrize("verdict", ["FAIL", "BLOCKED", "PASS", "NOT_RUN", "ATTESTED"])
def test_only_review_can_be_attested(made: Made, verdict: str) -> None:
    def ends(event: AnyEvent) -> AnyEvent:
        is_it = isinstance(event, ScenarioFinished) and event.scenario == "SR-605"
        return replace(event, verdict=verdict) if is_it else event

    with pytest.raises(InputError, match=f"{KEY_OF_IT} is {verdict}: only what is REVIEW can be attested"):
        attest(sealed(made.data, ends), WORD, NOW, KEY)


def test_a_bundle_that_does_not_verify_is_not_attested(made: Made) -> None:
    middle = len(made.data) // 2  # somewhere in the stream of its largest file
    altered = made.data[:middle] + bytes([made.data[middle] ^ 1]) + made.data[middle + 1 :]
    with pytest.raises(InputError, match="the bundle does not verify"):
        attest(altered, WORD, NOW, KEY)


def test_a_word_over_a_failure_settles_nothing_and_is_found(made: Made) -> None:
    def failed_then(event: AnyEvent) -> AnyEvent:
        if isinstance(event, ScenarioFinished) and event.scenario == "SR-605":
            return replace(event, verdict="FAIL")
        if isinstance(event, CheckJudged) and event.finding and event.finding.verdict is Verdict.REVIEW:
            return replace(event, finding=replace(event.finding, verdict=Verdict.FAIL))
        return event

    forged = sealed(attest(made.data, WORD, NOW, KEY).data, failed_then)
    run = fold_run(bundle.read_journal(forged))
    assert next(one.verdict for one in run.scenarios if one.key == KEY_OF_IT) is Verdict.FAIL
    assert "attestation" in kinds(forged)
    assert {one.state for one in bundle.verify(forged).problems} == {"revision"}, "the earlier seal shows it"


def test_a_failure_made_a_review_and_attested_is_found_by_judging_it(made: Made) -> None:
    """The whole bundle is sealed anew, so that no seal tells: the judgement does."""

    def softened(event: AnyEvent) -> AnyEvent:
        if isinstance(event, CheckJudged) and event.scenario == "SR-605" and event.check == "request-accepted":
            return replace(event, finding=Finding(Verdict.REVIEW, "this", "that"))
        return event

    forged = attest(sealed(made.data, softened), replace_word(check="request-accepted"), NOW, KEY).data
    assert bundle.verify(forged).problems == ()
    told = [one.detail for one in judge_bundle(forged).problems if one.kind == "attestation"]
    assert told == [f"request-accepted in {KEY_OF_IT} is PASS: only REVIEW can be attested"]


def edited(event: AnyEvent, **changes: Any) -> AnyEvent:
    return replace(event, **changes) if isinstance(event, CheckAttested) else event


@pytest.mark.parametrize(
    ("edit", "state"),
    [
        (lambda event: edited(event, previous="0" * 64), "revision"),
        (lambda event: edited(event, file_sha256="0" * 64), "revision"),
        (lambda event: edited(event, file_name=""), "revision"),
        (lambda event: edited(event, file_name="attachments/other.png"), "revision"),
    ],
)
def test_an_altered_word_is_found_by_verifying(made: Made, edit: Callable[[AnyEvent], AnyEvent], state: str) -> None:
    forged = sealed(attest(made.data, WORD, NOW, KEY).data, edit)
    assert {one.state for one in bundle.verify(forged).problems} == {state}


@pytest.mark.parametrize(
    "edit",
    [
        lambda event: edited(event, by=""),
        lambda event: edited(event, note=" "),
        lambda event: edited(event, entries=()),
        lambda event: edited(event, entries=(1,)),
        lambda event: edited(event, entries=(999999,)),
        lambda event: edited(event, check="response-received"),
        lambda event: edited(event, scenario="RC-006-IS"),
    ],
)
def test_a_word_of_nobody_or_nothing_is_found_by_judging(made: Made, edit: Callable[[AnyEvent], AnyEvent]) -> None:
    assert "attestation" in kinds(sealed(attest(made.data, WORD, NOW, KEY).data, edit))


@pytest.mark.parametrize(
    "change",
    [
        "an earlier entry altered",
        "the earlier seal taken away",
        "an earlier signature by another key",
        "an earlier manifest altered",
        "the word taken away",
        "the attachment taken away",
        "an attachment that nobody names",
    ],
)
def test_an_altered_earlier_revision_is_found(made: Made, change: str) -> None:
    data = attest(made.data, WORD, NOW, KEY).data
    files = archive.unpack(data)
    rows = list(bundle.rows_of(data))
    kept, attached = revisions.kept(files), revisions.attachments_of(files)
    match change:
        case "an earlier entry altered":
            data = sealed(data, lambda event: replace(event, reason="x") if hasattr(event, "reason") else event)
            assert {one.state for one in bundle.verify(data).problems} == {"revision"}
            return
        case "the earlier seal taken away":
            kept = {}
        case "an earlier signature by another key":
            signature = manifest.sign(kept["revisions/1/manifest.json"], ec.derive_private_key(5, ec.SECP256R1()))
            kept = {**kept, "revisions/1/manifest.sig": signature}
        case "an earlier manifest altered":
            listing = kept["revisions/1/manifest.json"].replace(b"report.html", b"report.htm_")
            public = manifest.encode_public(KEY.public_key())
            kept = {**kept, "revisions/1/manifest.json": listing, "revisions/1/manifest.key.pem": public}
            kept["revisions/1/manifest.sig"] = manifest.sign(listing, KEY)
        case "the word taken away":
            rows.pop()
        case "the attachment taken away":
            attached = {}
        case _:
            attached = {**attached, "attachments/x.png": b"x"}
    evidence = bundle.gather(rows, attached)
    forged = bundle.seal(evidence, make_reports(evidence)[1], KEY, kept)
    assert {one.state for one in bundle.verify(forged).problems} == {"revision"}


def test_the_command_attests_a_folder_and_a_bundle(made: Made, tmp_path: Path) -> None:
    (tmp_path / "screen.png").write_bytes(PICTURE)
    one = tmp_path / "one.zip"
    one.write_bytes(made.data)
    given = ["attest", str(one), KEY_OF_IT, "--by", "tester", "--note", "seen", "--file", str(tmp_path / "screen.png")]
    assert uept([*given, "--out", str(tmp_path / "two.zip")]) == 0
    assert one.read_bytes() == made.data
    assert uept(["verify", str(tmp_path / "two.zip")]) == 0
    assert uept(["judge", str(tmp_path / "two.zip")]) == 0
    assert uept([*given[:2], "RC-006-IS", *given[3:]]) == 2
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "bundle.zip").write_bytes(made.data)
    assert uept(["attest", str(folder), *given[2:]]) == 0
    assert json.loads((folder / "result.json").read_bytes())["totals"]["ATTESTED"] == 1
    assert uept(["attest", str(folder), *given[2:]]) == 2, "nothing waits any more"


def test_a_countersignature_of_the_earlier_revision_stays_with_it(made: Made) -> None:
    seal = bundle.verify(made.data)
    of_it = manifest.digest(archive.unpack(made.data)["manifest.json"])
    key = manifest.fingerprint(KEY.public_key())
    statement = countersignature.Statement(
        manifest=of_it, sealed_by=seal.fingerprint, head=seal.head, key=key, name="reviewer", at=NOW.isoformat(),
        judged="the same again",
    )  # fmt: skip
    data = attest(countersignature.add(made.data, statement, KEY), WORD, NOW, KEY).data
    checked = bundle.verify(data)
    assert (checked.problems, checked.countersignatures) == ((), ()), "it was said of the earlier revision only"
    files = archive.unpack(data)
    kept = revisions.kept(files)
    (place,) = [name for name in kept if name.endswith("statement.json")]
    forged = {**kept, place: kept[place].replace(b"reviewer", b"rewriter")}
    evidence = bundle.gather(bundle.rows_of(data), revisions.attachments_of(files))
    told = bundle.verify(bundle.seal(evidence, make_reports(evidence)[1], KEY, forged)).problems
    assert {one.state for one in told} == {"revision"}
