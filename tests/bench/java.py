"""The DCC's Java signing tool, verify then sign: kept warm in one process, and as the public client runs it."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from stubs.smki import load_pki
from stubs.wire.duis import Node, RequestHeader, ServiceRequest, write_request
from stubs.wire.eui64 import Eui64
from stubs.wire.request_id import RequestId
from stubs.wire.xmlsig import Signer, sign
from tests.bench.measure import wall_seconds
from tests.peers.public_tools import PublicTools, install

_PROGRAM = Path(__file__).with_name("VerifyThenSign.java")
_CACHE = Path(__file__).parents[2] / ".pytest_cache/d/public-client"
_SENDER = Eui64.parse("90-B3-D5-1F-30-01-00-00")
_ACB = Eui64.parse("90-B3-D5-1F-30-00-00-02")
_WARM_UP, _PAIRS = 4_000, 1_000
"""Pairs until the compiler has done what it does, and pairs that are measured."""


class Pair(NamedTuple):
    """Seconds of a verify and a sign: of the clock, and of the thread's processor time."""

    elapsed: float
    processor: float


@dataclass(frozen=True, slots=True)
class JavaTool:
    """The tool, and a request of the public test identity for it."""

    tools: PublicTools
    folder: Path

    @classmethod
    def get(cls, folder: Path) -> JavaTool:
        """Find or install it. Raises: Unavailable: it cannot be had here; says why."""
        tools = install(_CACHE)
        header = RequestHeader(RequestId(_SENDER, _ACB, 1_768_471_200_000), 8, "8.2", "8.2")
        body = Node("ReadInventory", children=(Node("DeviceID", "DE-51-CE-00-00-00-00-E1"),))
        unsigned = write_request(ServiceRequest(header, body))
        pair = load_pki(tools.keystore).key_pair(_SENDER, "DS", "87")
        assert pair is not None
        signer = Signer(pair.private_key, pair.certificate.issuer_name, pair.certificate.serial)
        (folder / "unsigned.xml").write_bytes(unsigned)
        (folder / "signed.xml").write_bytes(sign(unsigned, signer))
        return cls(tools, folder)

    def warm(self) -> Pair | None:
        """A verify and a sign in a process that has done thousands; None without a Java compiler."""
        files = (str(self.folder / "signed.xml"), str(self.folder / "unsigned.xml"))
        command = ["java", "-cp", str(self.tools.jar), str(_PROGRAM), *files, str(_WARM_UP), str(_PAIRS)]
        # A language the compiler has: its messages are not read, but an unknown locale makes it complain.
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=180, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"}
        )
        return Pair(*map(float, done.stdout.split())) if done.returncode == 0 else None

    def process_seconds(self) -> float:
        """A verify and a sign as the public client does them: a process each."""

        def pair() -> None:
            assert self.tools.validate((self.folder / "signed.xml").read_bytes()).is_valid
            self.tools.sign((self.folder / "unsigned.xml").read_bytes())

        return wall_seconds(pair)
