"""Targets of fuzzing: everything that takes octets from outside. A target returns the fault in how one input was taken."""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from harness.cli import run
from harness.engine.results import fold_run
from harness.evidence import archive, bundle, time_stamps
from harness.evidence import slice as journal_slice
from harness.plan import LibraryScenario, load_library, read_plan_file
from harness.reporting import model
from schemas.load import Service
from stubs.dcc.simulation.premises_spec import read_file
from stubs.journal import GENESIS, Row, chain_hash
from stubs.smki import Pki
from stubs.smki.certification import read_device_request
from stubs.smki.repository import Repository
from stubs.wire.errors import InputError, PeerError
from tests.campaign_kit import add_run, make_campaign
from tests.dcc_kit import DccFixture
from tests.fuzz.mutate import changed

CORPUS = Path(__file__).parent / "corpus"
_CODES = frozenset({0, 1, 2, 3})
_USAGE = 2
_SEAL = ec.derive_private_key(7, ec.SECP256R1())
_RESULT = 500
"""A status from here on is an error of ours."""


@dataclass(frozen=True)
class Surroundings:
    """Where the targets work: a folder of their own, and keys."""

    folder: Path
    pki: Pki
    keys: Path


@dataclass(frozen=True)
class Target:
    """One door.

    Args:
        name: of the target, and of its folder in the corpus.
        take: an input in; what is wrong with how it was taken, or nothing.
        more: seeds that are made, beside those in the corpus.
        weight: how many inputs of others one of this costs.
    """

    name: str
    take: Callable[[Surroundings, bytes], str]
    more: Callable[[], Sequence[bytes]] = tuple
    weight: int = 1
    bend: Callable[[bytes, random.Random], bytes] | None = None
    """Instead of changing octets: a change that keeps the outer form whole."""

    @property
    def seeds(self) -> tuple[bytes, ...]:
        """What mutants are made of."""
        kept = sorted((CORPUS / self.name).glob("*"))
        return (*(file.read_bytes() for file in kept), *self.more())


# --- the command line ---


def told(arguments: Sequence[str]) -> tuple[int, str, str]:
    """Exit code, standard output and error of one command in this process."""
    out, error = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace") for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        code = run(list(arguments))
    texts = []
    for stream in (out, error):
        stream.flush()
        assert isinstance(stream.buffer, io.BytesIO)
        texts.append(stream.buffer.getvalue().decode("utf-8", "replace"))
    return code, texts[0], texts[1]


def command(*arguments: str, name: str = "input") -> Callable[[Surroundings, bytes], str]:
    """A command that is given the input as the file ``{file}``; ``{keys}`` is a PKI folder, ``{dir}`` the folder."""

    def take(where: Surroundings, data: bytes) -> str:
        file = where.folder / name
        file.write_bytes(data)
        filled = [one.format(file=file, keys=where.keys, dir=where.folder) for one in arguments]
        code, _, error = told(filled)
        if "an error of the harness itself" in error or "Traceback" in error:
            return error.strip()
        if code not in _CODES:
            return f"exit code {code}"
        is_one_line = len(error.splitlines()) == 1 or "--json" in arguments  # which tells it on standard output
        return "" if code != _USAGE or is_one_line else f"{len(error.splitlines())} lines: {error}"

    return take


def either(*ways: Callable[[Surroundings, bytes], str]) -> Callable[[Surroundings, bytes], str]:
    """The same input by several doors."""
    return lambda where, data: next(filter(None, (way(where, data) for way in ways)), "")


# --- readers ---


def reads(read: Callable[[Surroundings, bytes], object]) -> Callable[[Surroundings, bytes], str]:
    """A reader that may refuse by ``PeerError`` or ``InputError`` and by nothing else."""

    def take(where: Surroundings, data: bytes) -> str:
        try:
            read(where, data)
        except (PeerError, InputError):
            return ""
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            return f"{type(error).__name__}: {error}"
        return ""

    return take


def _gateway(where: Surroundings, data: bytes) -> str:
    """The three web services of a DCC with a home; one DCC for many inputs."""
    dcc = _a_dcc(where.pki)
    for service in Service:
        handled = dcc.dcc.handle(data, service, "application/xml", "127.0.0.1", dcc.now)
        dcc.keep(handled.events)
        if handled.reply.status >= _RESULT:
            return f"{service}: status {handled.reply.status}"
    return ""


@cache
def _a_dcc(pki: Pki) -> DccFixture:
    dcc = DccFixture(pki)
    dcc.build()
    return dcc


def _repository(where: Surroundings, data: bytes) -> str:
    dcc = _a_dcc(where.pki).dcc
    repository = Repository(
        where.pki, dcc.device_certificates, None, lambda octets: dcc.issue_device_certificate(octets, _a_dcc(where.pki).now)[0]
    )  # fmt: skip
    for ask in (repository.search, repository.retrieve, repository.certify):
        answer = ask(data, 1)
        if answer.status >= _RESULT:
            return f"status {answer.status}"
    return ""


def _plan(where: Surroundings, data: bytes) -> object:
    file = where.folder / "plan.toml"
    file.write_bytes(data)
    return read_plan_file(file, _library())


@cache
def _library() -> tuple[LibraryScenario, ...]:
    return load_library()


def _premises(where: Surroundings, data: bytes) -> object:
    file = where.folder / "premises.json"
    file.write_bytes(data)
    wanted = read_file(str(file))
    for spec in wanted.premises:
        try:
            DccFixture(where.pki).dcc.add_premises(msgspec.to_builtins(spec), _a_dcc(where.pki).now)
        except ValueError as error:
            raise PeerError(str(error)) from error
    return None


# --- bundles ---


def sealed_again(data: bytes, dice: random.Random) -> bytes:
    """A bundle whose journal has a changed entry, chained and sealed again: only its content can betray it."""
    files = archive.unpack(data)
    rows = list(journal_slice.from_lines(files[bundle.JOURNAL]))
    for _ in range(dice.choice((1, 1, 2, 5))):
        at = dice.randrange(len(rows))
        event = changed(json.loads(rows[at].event), dice)
        octets = json.dumps(event).encode("utf-8", "replace")
        match dice.randrange(6):
            case 0:
                del rows[at]
            case 1:
                rows.insert(at, rows[at])
            case _:
                rows[at] = rows[at]._replace(event=octets)
        if not rows:
            return data
    previous, chained = GENESIS, []
    for seq, row in enumerate(rows, start=1):
        previous = chain_hash(previous, seq, row.at, row.event)
        chained.append(Row(seq, row.at, row.event, previous))
    try:
        evidence = bundle.gather(chained)
    except PeerError:
        return data
    reports: dict[str, bytes] = {name: files[name] for name in ("result.json", "report.html") if name in files}
    return bundle.seal(evidence, reports, _SEAL)


BUNDLES: list[bytes] = []
"""True ones, of real runs: ``make fuzz`` makes one first."""


def bundles() -> tuple[bytes, ...]:
    """Bundles to bend: those of real runs, and a short one of a few entries."""
    return (*BUNDLES, a_bundle())


@cache
def a_bundle() -> bytes:
    """A short one, made anew and the same every time but for its seal."""
    with tempfile.TemporaryDirectory() as scratch:
        return add_run(make_campaign(Path(scratch)), "a", {"SR-601-OU": "PASS"}).read_bytes()


def results() -> tuple[bytes, ...]:
    """``result.json`` of the bundles, and of a journal of a few entries."""
    rows = journal_slice.from_lines(archive.unpack(a_bundle())[bundle.JOURNAL])
    short = model.encode(model.build(fold_run(journal_slice.entries(rows)), "", ""))
    return (short, *(archive.unpack(one)["result.json"] for one in BUNDLES))


def pem_seeds() -> tuple[bytes, ...]:
    """The files of the target ``pem``."""
    return tuple(file.read_bytes() for file in sorted((CORPUS / "pem").glob("*")))


_BUNDLE = either(
    command("verify", "{file}"), command("judge", "{file}"), command("summary", "{file}"),
    command("diff", "{file}", "{file}"), command("gbcs", "decode", "{file}"),
    command("attest", "{file}", "IC-001-IS", "--by", "x", "--note", "y", "--out", "{dir}/attested.zip"),
    command("countersign", "{file}", "--key", "{dir}/own.pem", "--name", "x", "--out", "{dir}/signed.zip"),
)  # fmt: skip

TARGETS = (
    Target("gateway", _gateway),
    Target("requests", either(
        command("validate", "{file}"), command("sign", "{file}", "--pki", "{keys}", "-o", "{dir}/out"),
        command("verify-signature", "{file}", "--pki", "{keys}"),
        command("gbcs", "build", "{file}", "--device-type", "ESME", "--pki", "{keys}"),
    ), weight=16),
    Target("gbcs", either(
        command("gbcs", "decode", "{file}"), command("gbcs", "mmc", "{file}"), command("gbcs", "mmc", "{file}", "--json"),
    ), weight=3),
    Target("pkcs10", either(reads(lambda _, data: read_device_request(data)), _repository)),
    Target("repository", _repository),
    Target("pem", either(
        command("verify", "{dir}/run.zip", "--trusted-key", "{file}"),
        command("verify", "{dir}/run.zip", "--timestamp-ca", "{file}"),
        command("countersign", "{dir}/run.zip", "--key", "{file}", "--name", "x", "--out", "{dir}/signed.zip"),
        command("sign", "{dir}/request.xml", "--pki", "{file}", "-o", "{dir}/out"),
    ), weight=20),
    Target("keystore", command("pki", "list", "{file}", name="keystore.json")),
    Target("settings", either(
        command("settings", "show", "--settings", "{file}", name="uept.toml"),
        command("plan", "--settings", "{file}", "--select", "IC-001", name="uept.toml"),
    ), weight=20),
    Target("plan", reads(_plan)),
    Target("premises", reads(_premises), weight=4),
    Target("campaign", command("campaign", "status", "{dir}/campaign", name="campaign/campaign.toml"), weight=20),
    Target("result", either(command("summary", "{file}", name="result.json"), command("diff", "{file}", "{file}", name="result.json")), results),
    Target("timestamp", reads(lambda _, data: time_stamps._decode(data))),
    Target("pki-index", command("pki", "list", "{dir}/pki", name="pki/pki.json"), weight=20),
    Target("pki-file", command("pki", "list", "{dir}/pki", name="pki/more.pem"), pem_seeds, weight=20),
    Target("bundle", _BUNDLE, bundles, weight=40),
    Target("forged", _BUNDLE, bundles, weight=60, bend=sealed_again),
)  # fmt: skip
"""Every door, with its cost."""


@contextlib.contextmanager
def surroundings(folder: Path, pki: Pki, keys: Path) -> Iterator[Surroundings]:
    """A folder with what some commands need beside the input; settings of whoever runs this are left out."""
    (folder / "run.zip").write_bytes(a_bundle())
    (folder / "request.xml").write_bytes((CORPUS / "requests" / "read.xml").read_bytes())
    own = _SEAL.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "own.pem").write_bytes(own)
    make_campaign(folder / "campaign")
    shutil.copytree(keys, folder / "pki")
    theirs = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("UEPT_")}
    os.environ["XDG_CONFIG_HOME"] = str(folder / "config")
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield Surroundings(folder, pki, keys)
    finally:
        os.chdir(before)
        os.environ.update(theirs)
