"""Load rehearsals on real sockets: what is counted is asserted, never how fast it was."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import msgspec
import pytest

from harness.cli import run
from harness.drivers.reference.repository import KnownCertificates
from harness.drivers.reference.transport import HttpClient
from harness.evidence.bundle import verify
from harness.load.job import LoadJob
from harness.load.judging import is_load_bundle, judge_load_bundle
from harness.load.measured import LoadResult, json_schema
from harness.load.receiving import BEHAVIOURS, Behaviour, Inbox, Receiver
from harness.load.records import Ending, Record, pack
from harness.load.reporting.write import encode, write_load_reports
from harness.load.run import Send, check, run_load
from harness.load.sender import Progress, Sender, Sink
from harness.load.sender_process import send_apart
from harness.reporting.write import Written
from harness.settings import RehearsalSettings, load_settings
from stubs.app import DccSettings, Fleet, background_dcc, init_pki, load_pki
from stubs.clock import SystemClock
from stubs.events import LoadEnded
from stubs.journal import FILE_NAME, Journal, SqliteStore
from stubs.wire.certificates import CertificateIndex
from stubs.wire.errors import Blocked, InputError
from tests.cli_kit import WAIT, refuser, started


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("load") / "pki"
    init_pki(folder)
    return folder


@dataclass
class Rehearsed:
    reports: Written[LoadResult]
    inbox: Inbox

    @property
    def result(self) -> LoadResult:
        return self.reports.result


def settings(**load: object) -> RehearsalSettings:
    base = {"profile": "alert-storm", "devices": 4, "rate": 400.0, "minutes": 0.002, "retries": [0.01, 0.01]}
    base["timeout"] = 120.0
    return load_settings(None, {f"load.{name}": value for name, value in (base | load).items()}, {})


def rehearse(
    keys: Path,
    folder: Path,
    behaviour: Behaviour,
    *,
    is_quick: bool = True,
    taking: Callable[[Inbox, bytes], int] | None = None,
    **load: object,
) -> Rehearsed:
    """A whole run against a receiver in the loop of the sender; what it processed is collected from a file."""
    inbox = Inbox(load_pki(keys), behaviour, is_quick=is_quick)
    processed = folder / "processed.txt"
    folder.mkdir(parents=True, exist_ok=True)
    url = "http://127.0.0.1:1/"
    chosen = msgspec.structs.replace(settings(collect=str(processed), **load), receive_url=url)

    def send(job: LoadJob, sink: Sink, show: Callable[[Progress], None]) -> bool:
        async def main() -> bool:
            receiver = Receiver(inbox, taking and partial(taking, inbox))
            address = await receiver.start("127.0.0.1", 0)
            try:
                return await Sender(msgspec.structs.replace(job, url=address), sink, show).run(asyncio.Event())
            finally:
                while inbox.work():
                    pass
                processed.write_text("\n".join(inbox.processed))
                await receiver.stop()

        return asyncio.run(main())

    (folder / "state").mkdir()
    run_load(chosen, folder, keys, send)
    with closing(Journal(SqliteStore(folder / "state" / FILE_NAME), SystemClock())) as journal:
        return Rehearsed(write_load_reports(folder, journal.rows(0)), inbox)


@pytest.fixture(scope="module")
def good(keys: Path, tmp_path_factory: pytest.TempPathFactory) -> Rehearsed:
    limits = ["errors = 0", "lost = 0", "duplicates = 0"]
    return rehearse(keys, tmp_path_factory.mktemp("good"), BEHAVIOURS["reference"], limits=limits)


def test_the_reference_receiver_processes_every_message_once(good: Rehearsed) -> None:
    result = good.result
    jsonschema.validate(json.loads(encode(result)), json_schema())
    assert result.planned == result.due == result.acknowledged == 48
    assert result.verdict == "PASS"
    assert result.processed is not None
    assert (result.processed["once"], result.processed["lost"], result.processed["foreign"]) == (48, 0, 0)
    assert good.inbox.rejected == 0  # every signature was verified


def test_the_bundle_verifies_and_is_judged_again(good: Rehearsed) -> None:
    data = good.reports.bundle.read_bytes()
    assert verify(data).problems == ()
    assert is_load_bundle(data)
    again = judge_load_bundle(data)
    assert again.problems == ()
    assert again.result == good.result


def test_uept_judge_reaches_the_verdict_of_a_load_bundle_again(
    good: Rehearsed, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["judge", str(good.reports.bundle), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "PASS"
    assert run(["judge", str(good.reports.bundle)]) == 0
    assert "48 of 48 messages" in capsys.readouterr().out


@pytest.mark.parametrize("out", [[], ["--out", "elsewhere"]])
def test_uept_report_writes_the_reports_of_a_load_rehearsal_again(
    good: Rehearsed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], out: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(good.reports.bundle.parent, "run")
    assert run(["report", "run", *out, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["totals"] == {"PASS": 3}
    written = Path(out[-1] if out else "run")
    for name in ("load-result.json", "load-report.html", "junit.xml"):
        assert (written / name).read_bytes() == (good.reports.bundle.parent / name).read_bytes()
    assert not (written / "report.html").exists()
    assert run(["judge", str(written / "bundle.zip")]) == 0
    assert run(["judge", str(written)]) == 2
    assert f"Name {written / 'bundle.zip'}" in capsys.readouterr().err


def test_a_journal_that_a_run_uses_is_left_alone_and_the_reason_said(
    good: Rehearsed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(good.reports.bundle.parent, tmp_path / "run")
    with closing(Journal(SqliteStore(tmp_path / "run" / "state" / FILE_NAME), SystemClock())):
        assert run(["report", str(tmp_path / "run")]) == 3
    assert "another process uses it. Wait until that ends" in capsys.readouterr().err


def test_the_page_stands_alone_and_shows_the_plots(good: Rehearsed) -> None:
    page = good.reports.report.read_text(encoding="utf-8")
    assert page.count("<svg") == 3
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "").replace("http://127.0.0.1", "")
    assert "Not a DCC test" in page


def test_a_receiver_that_loses_messages_is_caught(keys: Path, tmp_path: Path) -> None:
    lossy = Behaviour(capacity=10)
    found = rehearse(keys, tmp_path / "run", lossy, is_quick=False, limits=["errors = 0", "lost = 0"])
    assert found.result.errors == 0  # it acknowledged everything
    assert found.result.processed is not None
    assert found.result.processed["lost"] == 38
    assert [one["verdict"] for one in found.result.limits] == ["PASS", "FAIL"]
    assert found.result.verdict == "FAIL"


def test_a_receiver_that_slows_down_is_caught(keys: Path, tmp_path: Path) -> None:
    """The last of 48 takes at least 94 ms, however fast the machine is."""
    found = rehearse(keys, tmp_path / "run", BEHAVIOURS["slows-down"], limits=["max <= 90ms"])
    assert found.result.errors == 0
    assert found.result.verdict == "FAIL"


def test_what_is_refused_once_is_tried_again_with_the_same_octets(keys: Path, tmp_path: Path) -> None:
    bodies: list[bytes] = []

    def refuses_first(inbox: Inbox, body: bytes) -> int:
        bodies.append(body)
        return inbox.take(body) if bodies.count(body) > 1 else 503

    found = rehearse(keys, tmp_path / "run", BEHAVIOURS["reference"], taking=refuses_first, limits=["errors = 0"])
    assert found.result.verdict == "PASS"
    assert found.result.retries == 48
    assert len(set(bodies)) == 48


def test_what_is_refused_for_ever_is_an_error(keys: Path, tmp_path: Path) -> None:
    found = rehearse(keys, tmp_path / "run", BEHAVIOURS["reference"], taking=lambda *_: 500, limits=["errors = 0"])
    assert found.result.verdict == "FAIL"
    assert found.result.errors == 48
    assert found.result.statuses == {"500": 48}
    assert found.result.percentiles["p50"] is None


def test_a_stopped_run_ends_at_once_and_tells_what_was_left(keys: Path, tmp_path: Path) -> None:
    """The receiver never answers; the sender is stopped when the first message came."""

    async def main(job: LoadJob, sink: Sink) -> bool:
        came, stop = asyncio.Event(), asyncio.Event()

        held: list[asyncio.Task[None]] = []

        async def hold(writer: asyncio.StreamWriter) -> None:
            came.set()
            await stop.wait()
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

        async def never(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            held.append(asyncio.create_task(hold(writer)))
            await held[-1]

        server = await asyncio.start_server(never, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        here = msgspec.structs.replace(job, url=f"http://127.0.0.1:{port}/")
        task = asyncio.create_task(Sender(here, sink).run(stop))
        await came.wait()
        stop.set()
        is_whole = await task
        server.close()
        await asyncio.gather(*held)
        return is_whole

    limits = ["errors = 0", "retries = 0", "p99 <= 2s", "backlog gone within 1min"]
    load = {"rate": 50.0, "minutes": 10.0, "timeout": 600.0, "connections": 1, "retries": [], "limits": limits}
    result = ended(keys, tmp_path / "run", lambda job, sink, _show: asyncio.run(main(job, sink)), **load)
    assert result.endings == {"begun when a person ended the run": 1}
    assert (result.verdict, result.due, result.errors, result.complete) == ("NOT_RUN", 0, 0, False)
    assert {one["verdict"] for one in result.limits} == {"NOT_RUN"}


def test_a_run_that_sent_nothing_shows_no_pass_anywhere(
    keys: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    limits = ["errors = 0", "p99 <= 2s", "rate >= 1/s", "lost = 0", "backlog gone within 1min"]
    folder = tmp_path / "run"
    ended(keys, folder, lambda *_: False, limits=limits, collect=str(tmp_path / "none"))
    told = json.loads((folder / "load-result.json").read_bytes())
    assert {one["verdict"] for one in told["limits"]} == {told["verdict"]} == {"NOT_RUN"}
    assert set(told["percentiles"].values()) == {None}
    page = (folder / "load-report.html").read_text(encoding="utf-8")
    assert page.count('class="verdict v-NOT_RUN"') == 1 + len(limits)
    suite = ET.fromstring((folder / "junit.xml").read_bytes())[0]
    assert suite.get("skipped") == suite.get("tests") == str(len(limits))
    assert all(case.find("skipped") is not None for case in suite)
    assert run(["judge", str(folder / "bundle.zip")]) == 0
    assert "PASS" not in capsys.readouterr().out
    assert run(["report", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["totals"] == {"NOT_RUN": len(limits)}


def test_ctrl_c_ends_a_run_with_its_reports(keys: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    command = ["load", "--receiver", "reference", "--rate", "5/s", "--minutes", "60", "--devices", "2"]
    command += ["--profile", "alert-storm", "--pki", str(keys), "--out", str(out), "--limit", "errors = 0"]
    with started(*command, cwd=tmp_path) as process:
        assert process.stderr is not None
        while "waiting" not in process.stderr.readline():
            pass
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=WAIT)
    assert process.returncode == 130
    result = json.loads((out / "load-result.json").read_bytes())
    assert (result["complete"], result["verdict"], result["errors"]) == (False, "NOT_RUN", 0)


def ended(keys: Path, folder: Path, send: Send, **load: object) -> LoadResult:
    """A run whose senders do what the test says."""
    (folder / "state").mkdir(parents=True)
    chosen = msgspec.structs.replace(settings(**load), receive_url="http://127.0.0.1:1/")
    told = run_load(chosen, folder, keys, send)
    with closing(Journal(SqliteStore(folder / "state" / FILE_NAME), SystemClock())) as journal:
        result = write_load_reports(folder, journal.rows(0)).result
    assert result.reason == told.reason
    return result


def test_a_run_whose_sender_died_keeps_what_was_measured_and_is_no_pass(keys: Path, tmp_path: Path) -> None:
    def dies(_job: LoadJob, sink: Sink, _show: Callable[[Progress], None]) -> bool:
        done = Record(0, 0, 10, 20, 204, 1, Ending.ACKNOWLEDGED, bytes(32))
        sink(LoadEnded(sender=0, rows=pack([done])))
        raise Blocked("sender 1 ended before its work was done")

    result = ended(keys, tmp_path / "run", dies, limits=["errors = 0"])
    assert (result.verdict, result.complete, result.acknowledged) == ("NOT_RUN", False, 1)
    assert "sender 1 ended" in result.reason


def test_a_party_that_does_not_say_what_it_processed_is_blocked(keys: Path, tmp_path: Path) -> None:
    collect = str(tmp_path / "nothing.txt")
    result = ended(keys, tmp_path / "run", lambda *_: True, limits=["lost = 0"], collect=collect)
    assert (result.verdict, result.complete, result.processed) == ("BLOCKED", True, None)
    assert "cannot be read" in result.reason


def test_load_goes_to_this_machine_or_where_the_settings_allow_it() -> None:
    for url in ("http://party.example.org/r", "http://192.0.2.7:80/", "http://127.0.0.1.example.org/"):
        far = msgspec.structs.replace(settings(), receive_url=url)
        with pytest.raises(InputError, match="is not this machine"):
            check(far)
    allowed = settings(allow=["party.example.org", "192.0.2.0/24"])
    for url in ("http://party.example.org/r", "https://192.0.2.7/", "http://127.0.0.1:9/", "http://[::1]:9/"):
        assert check(msgspec.structs.replace(allowed, receive_url=url)).profile == "alert-storm"


@pytest.mark.parametrize(
    ("load", "said"),
    [
        ({"profile": "storm"}, "no profile"),
        ({"rate": 0.0}, "neither a rate nor meters"),
        ({"limits": ["p99 <= 2"]}, "expected a time"),
        ({"limits": ["failed = 0"]}, "which is not asked"),
        ({"limits": ["lost = 0"]}, "needs what the Party processed"),
        ({"user": "supplier"}, "'supplier' is no EUI-64"),
    ],
)
def test_settings_that_cannot_be_are_told_before_anything_is_sent(load: dict[str, object], said: str) -> None:
    wrong = msgspec.structs.replace(settings(**load), receive_url="http://127.0.0.1:9/")
    with pytest.raises(InputError, match=said):
        check(wrong)


def test_several_processes_send_what_one_would_and_the_client_is_asked_meanwhile(
    keys: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["load", "--receiver", "reference", "--rate", "300/s", "--minutes", "0.002", "--devices", "2"]
    command += ["--profile", "alert-storm", "--pki", str(keys), "--out", str(tmp_path / "run"), "--json", "--jobs", "2"]
    command += ["--driver", "reference", "--client-rate", "0.01/s", "--limit", "lost = 0", "--limit", "failed = 0"]
    code = run(command)
    told = json.loads(capsys.readouterr().out)
    assert code == 0, told
    assert told["processed"]["once"] == told["planned"] == told["acknowledged"] == 36
    result = json.loads((tmp_path / "run" / "load-result.json").read_bytes())
    assert result["client"]["statuses"] == {"done": 1}
    assert judge_load_bundle((tmp_path / "run" / "bundle.zip").read_bytes()).problems == ()


def test_a_sender_that_dies_is_no_pass(keys: Path) -> None:
    """It is told what it cannot be: its fate says so."""
    broken = LoadJob(
        profile="none", rate=1.0, seconds=1.0, drain=1.0, devices=1, start=SystemClock().now(), url="http://[::1]:1/",
        user="", pki=str(keys), pki_prefer=(), seed="s", connections=1, timeout=1.0, retries=(), sample=0,
    )  # fmt: skip
    fate = send_apart(broken, lambda _: None, lambda _: None, lambda: False)
    assert fate == "sender 1 ended before its work was done, with status 1"


def test_nobody_to_send_to_is_exit_code_two(capsys: pytest.CaptureFixture[str], tmp_path: Path, keys: Path) -> None:
    refused = refuser(capsys)
    assert "nobody to send to" in refused("load", "--rate", "1/s")
    assert "no rate" in refused("load", "--rate", "quick")
    assert "--jobs: expected" in refused("load", "--rate", "1/s", "--jobs", "0")
    other = ("--rate", "1/s", "--pki", keys, "--out", tmp_path / "other")
    assert "no receiver 'best'" in refused("load", "--receiver", "best", *other)
    assert not (tmp_path / "other").exists()


def test_the_receiver_of_ours_that_loses_messages_is_caught(
    keys: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It holds 64 and processes them when it is asked what it processed."""
    command = ["load", "--receiver", "loses-messages", "--rate", "400/s", "--minutes", "0.003", "--devices", "2"]
    command += ["--profile", "alert-storm", "--pki", str(keys), "--out", str(tmp_path / "run"), "--json"]
    assert run([*command, "--limit", "errors = 0", "--limit", "lost = 0"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [one["verdict"] for one in told["limits"]] == ["PASS", "FAIL"]
    assert (told["planned"], told["processed"]["once"], told["processed"]["lost"]) == (72, 64, 8)


def test_a_receiver_that_nobody_hears_says_nothing_and_ends(keys: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-P", "-m", "harness.load.receiving", "reference", str(keys)]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=writing, stderr=subprocess.PIPE, check=False)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_plan_far_longer_than_its_run_takes_no_memory(keys: Path, tmp_path: Path) -> None:
    """A million minutes: an octet for each of its messages would be more than a machine has."""

    def one(_job: LoadJob, sink: Sink, _show: Callable[[Progress], None]) -> bool:
        sink(LoadEnded(sender=0, rows=pack([Record(0, 0, 10, 20, 500, 1, Ending.REFUSED, bytes(32))])))
        return False

    result = ended(keys, tmp_path / "run", one, rate=1e6, minutes=1e6, limits=["errors = 0"])
    assert (result.planned, result.due, result.verdict) == (60_000_000_000_000, 1, "FAIL")
    command = ["judge", str(tmp_path / "run" / "bundle.zip")]
    assert run(command) == 0


def test_the_terminal_says_what_became_of_messages_that_were_not_acknowledged(
    keys: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing listens at the port of a socket that is bound only."""
    run_file = tmp_path / "uept.toml"
    run_file.write_text("[load]\nretries = []\n")
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        command = ["load", "--settings", str(run_file), "--rate", "100/s", "--minutes", "0.001", "--devices", "2"]
        command += ["--profile", "alert-storm", "--pki", str(keys), "--out", str(tmp_path / "run")]
        assert run([*command, "--receive-url", f"http://127.0.0.1:{bound.getsockname()[1]}/"]) == 1
    assert "\nnot acknowledged: 6 no connection\n" in capsys.readouterr().out


def test_a_rate_is_derived_from_meters_and_a_receiver_of_ours_asked(
    keys: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    command = ["load", "--receiver", "reference", "--meters", "1000000", "--minutes", "0.001", "--devices", "2"]
    command += ["--profile", "alert-storm", "--pki", str(keys), "--out", str(out), "--json"]
    command += ["--limit", "errors = 0", "--limit", "lost = 0"]
    assert run(command) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["processed"]["once"] == told["planned"] == 10
    assert "inferred: derived from the number of meters" in (out / "load-report.html").read_text(encoding="utf-8")


def test_the_smki_repository_knows_the_devices_of_a_fleet(keys: Path) -> None:
    """A Party checks what they sign and computes their MACs with what it finds there."""
    pki = load_pki(keys)
    fleet = Fleet(pki, pki.parties()[0].eui, 1_000_000, SystemClock().now())
    dcc = DccSettings(pki=str(keys), port=0, smki_port=0, ssi_port=0, control_port=0)
    with background_dcc(dcc) as running:
        known = KnownCertificates(CertificateIndex(), running.urls.smki, HttpClient(), check_name=True)
        for number in (0, 999_999):
            signing, agreement = fleet.certificates(number)
            assert known.of(signing.eui, "DS") == (signing,)
            assert known.of(agreement.eui, "KA") == (agreement,)
