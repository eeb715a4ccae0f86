"""A rehearsal on a cluster of its own: scheduler and two workers by their own commands, TLS; one of the workers dies."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
from harness.cli import run as uept
from harness.engine import RunResult, fold_run, run_rehearsal
from harness.engine.workers.messages import ShareTask
from harness.settings import SettingsError, load_settings
from stubs.app import init_pki
from stubs.clock import SystemClock
from stubs.journal import Journal, SqliteStore, verify_chain
from tests.cli_kit import environment

pytest.importorskip("distributed", reason="Dask is not installed: pip install 'uept-harness[cluster]'")

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
    certificates: Path

    @property
    def settings(self) -> dict[str, str]:
        tls = {"ca": "ca.pem", "certificate": "peer.pem", "key": "peer.key"}
        return {"cluster": self.address} | {
            f"cluster_tls.{name}": str(self.certificates / file) for name, file in tls.items()
        }


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
def dask(*arguments: str | Path, folder: Path, log: str) -> Iterator[subprocess.Popen[bytes]]:
    path = f"{environment()['PYTHONPATH']}:{folder}"
    with (folder / log).open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-W", "default", "-m", "dask", *map(str, arguments)],
            cwd=folder, env=environment(PYTHONPATH=path, TMPDIR=str(folder)), stdout=output, stderr=output, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield process
        finally:
            process.kill()
            process.wait()


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A scheduler and two workers on loopback."""
    from distributed import Client, Security  # noqa: PLC0415 - an extra

    write_certificates(folder)
    files = ("--tls-ca-file", folder / "ca.pem", "--tls-cert", folder / "peer.pem", "--tls-key", folder / "peer.key")
    tls = ("--protocol", "tls", *files)
    found = folder / "scheduler.json"
    alone = ("--host", "127.0.0.1", "--scheduler-file", found, "--no-dashboard")
    with ExitStack() as stack:
        stack.enter_context(dask("scheduler", "--port", "0", *alone, *tls, folder=folder, log="scheduler.log"))
        for number in (1, 2):
            own = ("--nthreads", "1", "--no-nanny", "--death-timeout", "120")
            stack.enter_context(dask("worker", *alone, *own, *tls, folder=folder, log=f"worker{number}.log"))
        security = Security(
            tls_ca_file=str(folder / "ca.pem"), tls_client_cert=str(folder / "peer.pem"),
            tls_client_key=str(folder / "peer.key"), require_encryption=True,
        )  # fmt: skip
        with Client(scheduler_file=str(found), security=security, timeout=120, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=120)
        yield Cluster(json.loads(found.read_bytes())["address"], folder)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster that sees a PKI, and a driver that kills the worker which first runs it."""
    folder = tmp_path_factory.mktemp("cluster")
    (folder / "once_driver.py").write_text(KILLS_ITS_WORKER_ONCE, encoding="utf-8")
    init_pki(folder / "pki")
    with cluster(folder) as started:
        yield started


@pytest.fixture(scope="module")
def survived(own: Cluster) -> RunResult:
    """A run in which one of two workers died."""
    folder = own.certificates
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        flags = {
            "select": SELECTION, "roles": ROLES, "driver": "python:once_driver:Once", "out": str(folder / "run"),
            "dcc.pki": str(folder / "pki"), "deadline": 10.0, "patience": 5.0, **own.settings,
        }  # fmt: skip
        assert own.address.startswith("tls://127.0.0.1:")
        result = run_rehearsal(load_settings(flags=flags))
    assert (folder / "mark").exists()
    return result


def test_a_run_on_a_cluster_is_whole_although_a_worker_died(survived: RunResult) -> None:
    assert {one.key: one.verdict for one in survived.run.scenarios} == dict.fromkeys(
        ("SR-605-IS", "SR-605-GS"), Verdict.PASS
    )
    assert (survived.exit_code, survived.run.is_complete) == (0, True)


def test_the_evidence_says_where_scenarios_ran_and_which_ran_again(survived: RunResult) -> None:
    shares = survived.run.facts["workers"]
    assert sorted(key for share in shares for key in share["scenarios"]) == sorted(
        one.key for one in survived.run.scenarios
    )
    assert all(share["where"].startswith("tls://127.0.0.1:") and share["fate"] == "" for share in shares)
    again = {key: share["run_again_after"] for share in shares for key in share["scenarios"]}
    assert len(again["SR-605-GS"]) == 1
    assert again["SR-605-GS"][0].startswith("the worker at tls://127.0.0.1:")
    other = next(share for share in shares if "SR-605-GS" not in share["scenarios"])
    assert other["run_again_after"] == []


def test_the_journals_of_a_cluster_are_one_that_is_chained_and_judged_again_alike(survived: RunResult) -> None:
    journal = Journal(SqliteStore(survived.journal), SystemClock())
    verify_chain(journal.rows())
    entries = list(journal.entries())
    journal.close()
    assert [one.judged.check for one in judge_again(entries) if not one.agrees] == []
    assert fold_run(entries) == survived.run


def test_the_workers_of_a_cluster_send_load(own: Cluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whether or not one of them has died by then: the other sends both parts."""
    run_file = tmp_path / "uept.toml"
    tls = (f'{name.partition(".")[2]} = "{path}"' for name, path in own.settings.items() if "." in name)
    run_file.write_text("\n".join(["[cluster_tls]", *tls]), encoding="utf-8")
    command = [
        "load",
        "--receiver",
        "reference",
        "--rate",
        "300/s",
        "--minutes",
        "0.001",
        "--devices",
        "2",
        "--jobs",
        "2",
    ]
    command += ["--profile", "alert-storm", "--pki", str(own.certificates / "pki"), "--out", str(tmp_path / "run")]
    command += ["--settings", str(run_file), "--cluster", own.address, "--json", "--limit", "lost = 0"]
    assert uept(command) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["processed"]["once"] == told["planned"] == told["acknowledged"] == 18


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
