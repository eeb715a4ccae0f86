"""A rehearsal on a cluster of its own: scheduler and two workers by their own commands, TLS; one of the workers dies."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from harness.checks import Verdict, judge_again
from harness.engine import Run, fold_run
from harness.engine.workers.messages import ShareTask
from harness.evidence.bundle import verify
from harness.settings import SettingsError, load_settings
from stubs.app import init_pki
from stubs.clock import SystemClock
from stubs.events import Entry
from stubs.journal import FILE_NAME, Journal, SqliteStore, verify_chain
from tests.cli_kit import UEPT, WAIT, environment, started
from tests.ports import free_port

pytestmark = pytest.mark.skipif(
    find_spec("distributed") is None, reason="Dask is not installed: pip install 'uept-harness[cluster]'"
)

SELECTION = "SR-605-IS or SR-605-GS"
ROLES = ("IS", "GS")
KILLS_ITS_WORKER_ONCE = """
import os, signal
from pathlib import Path
from harness.drivers.reference import ReferenceDriver

class Once(ReferenceDriver):
    def perform(self, action):
        if (action.scenario, action.role) == ("SR-605", "GS"):
            mark = Path(__file__).with_name("mark")
            if not mark.exists():
                mark.touch()
                os.kill(os.getppid(), signal.SIGKILL)  # the worker of the cluster, whose process this is
        return super().perform(action)
"""


@dataclass(frozen=True)
class Cluster:
    address: str
    folder: Path

    @property
    def tls(self) -> list[str]:
        """Lines of the table ``[cluster_tls]``."""
        files = {"ca": "ca.pem", "certificate": "peer.pem", "key": "peer.key"}
        return [f'{name} = "{self.folder / file}"' for name, file in files.items()]


def write_certificates(folder: Path) -> None:
    """One authority, and one certificate for 127.0.0.1 that scheduler, workers and client share."""
    now = datetime.now(UTC)  # noqa: TID251 - TLS goes by the wall clock

    def issue(name: str, issuer: str, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey) -> bytes:
        is_authority = name == issuer
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        )
        return builder.sign(by, SHA256()).public_bytes(Encoding.PEM)

    authority, peer = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    (folder / "ca.pem").write_bytes(issue("test authority", "test authority", authority, authority))
    (folder / "peer.pem").write_bytes(issue("peer", "test authority", peer, authority))
    (folder / "peer.key").write_bytes(peer.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


@contextmanager
def dask(*arguments: str | Path, folder: Path, until: str) -> Iterator[None]:
    """One of Dask's own commands, once it has said ``until``."""
    path = f"{environment()['PYTHONPATH']}:{folder}"
    with subprocess.Popen(
        [sys.executable, "-W", "default", "-m", "dask", *map(str, arguments)],
        cwd=folder, env=environment(PYTHONPATH=path, TMPDIR=str(folder)), text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        said = ""
        while until not in said:
            said = process.stderr.readline()
            assert said, f"dask {arguments[0]} ended with {process.wait()}"
        reader = threading.Thread(target=process.stderr.read, daemon=True)  # it never waits for us to listen
        reader.start()
        try:
            yield
        finally:
            process.kill()
            reader.join()


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler and two workers on loopback, a PKI they see, and a driver that kills the worker that first runs it."""
    folder = tmp_path_factory.mktemp("cluster")
    (folder / "once_driver.py").write_text(KILLS_ITS_WORKER_ONCE, encoding="utf-8")
    init_pki(folder / "pki")
    write_certificates(folder)
    files = ("--tls-ca-file", folder / "ca.pem", "--tls-cert", folder / "peer.pem", "--tls-key", folder / "peer.key")
    port = free_port()
    address = f"tls://127.0.0.1:{port}"
    here = ("--host", "127.0.0.1", "--no-dashboard", *files)
    scheduler = ("scheduler", "--port", str(port), "--protocol", "tls", *here)
    worker = ("worker", address, "--protocol", "tls", "--nthreads", "1", "--no-nanny", *here)
    with ExitStack() as stack:
        stack.enter_context(dask(*scheduler, folder=folder, until="Scheduler at:"))
        for _ in range(2):
            stack.enter_context(dask(*worker, folder=folder, until="Registered to:"))
        yield Cluster(address, folder)


def settings_there(own: Cluster, out: Path) -> Path:
    """A run file for a command on the cluster."""
    run_file = out.with_suffix(".toml")
    run_file.write_text("\n".join(["deadline = 60.0", "patience = 30.0", "[cluster_tls]", *own.tls]), encoding="utf-8")
    return run_file


def uept_there(own: Cluster, out: Path, *arguments: str) -> dict[str, object]:
    """A command on the cluster, in a process of its own; what it prints."""
    run_file = settings_there(own, out)
    done = subprocess.run(
        [*UEPT, *arguments, "--settings", str(run_file), "--cluster", own.address, "--pki", str(own.folder / "pki"),
         "--jobs", "2", "--out", str(out), "--json"],
        env=environment(PYTHONPATH=f"{environment()['PYTHONPATH']}:{own.folder}"), cwd=own.folder,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False,
    )  # fmt: skip
    told: dict[str, object] = json.loads(done.stdout)
    assert done.returncode == told["exit_code"]
    return told


@dataclass(frozen=True)
class Survived:
    """A run in which one of two workers died: what it printed, and its journal."""

    told: dict[str, object]
    entries: tuple[Entry, ...]

    @property
    def run(self) -> Run:
        return fold_run(self.entries)


@pytest.fixture(scope="module")
def survived(own: Cluster) -> Survived:
    out = own.folder / "run"
    told = uept_there(
        own,
        out,
        "rehearse",
        "--role",
        "IS",
        "--role",
        "GS",
        "--select",
        SELECTION,
        "--driver",
        "python:once_driver:Once",
    )
    assert (own.folder / "mark").exists()
    with closing(Journal(SqliteStore(out / "state" / FILE_NAME), SystemClock())) as journal:
        verify_chain(journal.rows())
        return Survived(told, tuple(journal.entries()))


def test_a_run_on_a_cluster_is_whole_although_a_worker_died(survived: Survived) -> None:
    assert {one.key: one.verdict for one in survived.run.scenarios} == dict.fromkeys(
        ("SR-605-IS", "SR-605-GS"), Verdict.PASS
    )
    assert (survived.told["exit_code"], survived.told["complete"]) == (0, True)


def test_the_evidence_says_where_scenarios_ran_and_which_ran_again(survived: Survived) -> None:
    shares = survived.run.facts["workers"]
    assert sorted(key for share in shares for key in share["scenarios"]) == ["SR-605-GS", "SR-605-IS"]
    assert all(share["where"].startswith("tls://127.0.0.1:") and share["fate"] == "" for share in shares)
    again = next(share["run_again_after"] for share in shares if "SR-605-GS" in share["scenarios"])
    assert again
    assert all(one.startswith("the worker at tls://127.0.0.1:") for one in again)


def test_the_journals_of_a_cluster_are_one_that_is_judged_again_alike(survived: Survived) -> None:
    again = list(judge_again(survived.entries))
    assert again
    assert [one.judged.check for one in again if not one.agrees] == []


def test_the_workers_of_a_cluster_send_load(own: Cluster) -> None:
    """Whether or not one of them has died by then: the other sends both parts."""
    told = uept_there(
        own, own.folder / "load", "load", "--receiver", "reference", "--rate", "300/s", "--minutes", "0.001",
        "--devices", "2", "--profile", "alert-storm", "--limit", "lost = 0",
    )  # fmt: skip
    assert told["verdict"] == "PASS"
    processed = told["processed"]
    assert isinstance(processed, dict)
    assert processed["once"] == told["planned"] == told["acknowledged"] == 18


def interrupted(own: Cluster, out: Path, begun: Callable[[subprocess.Popen[str]], None], *arguments: str) -> int:
    """Run a command on the cluster, and send Ctrl-C when it has begun; its exit code."""
    run_file = settings_there(own, out)
    command: list[str | Path] = [
        *arguments,
        "--settings",
        run_file,
        "--cluster",
        own.address,
        "--pki",
        own.folder / "pki",
        "--out",
        out,
    ]
    with started(*command, cwd=own.folder) as process:
        begun(process)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=WAIT)
        return process.returncode


def test_ctrl_c_ends_load_on_a_cluster_with_its_reports(own: Cluster) -> None:
    def begun(process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        while "waiting" not in (line := process.stderr.readline()):
            assert line, "it ended before it sent"

    out = own.folder / "load-interrupted"
    command = ["load", "--receiver", "reference", "--rate", "5/s", "--minutes", "60", "--devices", "2", "--jobs", "2"]
    assert interrupted(own, out, begun, *command, "--profile", "alert-storm") == 130
    result = json.loads((out / "load-result.json").read_bytes())
    assert (result["complete"], result["reason"]) == (False, "")
    assert verify((out / "bundle.zip").read_bytes()).problems == ()


def test_ctrl_c_ends_a_rehearsal_on_a_cluster_with_a_valid_partial_run(own: Cluster) -> None:
    def begun(process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        while not (line := process.stderr.readline()).startswith("PASS"):
            assert line, "it ended before a scenario did"

    out = own.folder / "rehearsal-interrupted"
    some = "SR-605 or PT-008 or PT-009 or PT-015 or SR-201"
    assert interrupted(own, out, begun, "rehearse", "--role", "IS", "--select", some, "--jobs", "2") == 130
    with closing(Journal(SqliteStore(out / "state" / FILE_NAME), SystemClock())) as journal:
        verify_chain(journal.rows())
        run = fold_run(journal.entries())
    verdicts = {one.verdict for one in run.scenarios}
    assert (run.is_complete, {Verdict.PASS, Verdict.NOT_RUN} <= verdicts) == (False, True)
    assert {one.reason for one in run.scenarios if one.verdict is Verdict.NOT_RUN} == {"interrupted"}
    assert verify((out / "bundle.zip").read_bytes()).problems == ()


def test_no_private_key_travels_in_a_task(tmp_path: Path) -> None:
    init_pki(tmp_path / "pki")
    given = {"cluster": "tcp://127.0.0.1:8786", "dcc.pki": str(tmp_path / "pki")}
    task = msgspec.json.encode(ShareTask(number=1, settings=load_settings(flags=given), keys=("SR-605-IS",)))
    secrets = [path.read_bytes() for path in (tmp_path / "pki").rglob("*") if path.is_file()]
    lines = {line.strip() for secret in secrets for line in secret.splitlines() if len(line) > 40}
    assert len(lines) > 20
    assert not [line for line in lines if line in task]


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"cluster": "scheduler"}, "is no scheduler"),
        ({"cluster": "tcp://192.0.2.1:8786"}, "a cluster speaks TLS there, tls://192.0.2.1:8786"),
        ({"cluster": "tls://192.0.2.1:8786"}, "TLS needs ca, certificate, key"),
        ({"cluster": "tcp://127.0.0.1:8786"}, "workers read keys where they are"),
        ({"cluster": "tcp://127.0.0.1:8786", "dcc.pki": "p", "driver": "manual"}, "asks the one system that there is"),
        ({"cluster": "tcp://127.0.0.1:8786", "dcc.pki": "p", "receive_url": "http://127.0.0.1:1/"}, "one receive_url"),
    ],
)
def test_what_cannot_be_divided_over_a_cluster_is_refused_with_the_reason(flags: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said) as refused:
        load_settings(flags=flags)
    assert refused.value.exit_code == 2
