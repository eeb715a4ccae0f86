"""The public client pipeline, warm: its packages build, sign, validate and read; we carry the bytes.

``every_template.js`` and ``PublicTool.java`` call the packages' own functions in processes that stay, since a Java
process for each of a thousand documents would take minutes.
"""

from __future__ import annotations

import base64
import json
import os
import queue
import subprocess
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from stubs.wire.certificates import Certificate
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.view import ViewKeys
from tests.http_listener import Listener, QuietHandler
from tests.peers.public_tools import PublicTools, Unavailable

HERE = Path(__file__).parent
ENABLE = "to enable: apt-get install default-jdk-headless"
ADMITTED = ("Z1-", "otherUser-")
"""Beginnings of the names that the stock client admits."""
RECEIVE_PATH = "/smartdcc/duis"
PATIENCE = 3.0
"""Seconds for a whole request, as the public client has it."""


class Lines:
    """A program that answers one line for one line."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def ask(self, line: str) -> str:
        """One line. Raises: AssertionError: the program ended; with what it said."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # what it said follows
        answer = self._process.stdout.readline()
        if not answer:
            assert self._process.stderr is not None
            raise AssertionError(self._process.stderr.read())
        return answer

    def close(self) -> None:
        """End the program."""
        self._process.terminate()
        self._process.communicate(timeout=60)


class Packages:
    """The packages of npm: templates, parser, key store, and the signing tool."""

    def __init__(self, tools: PublicTools) -> None:
        self._node = Lines(["node", str(HERE / "every_template.js")], tools.environment)
        java = ["java", "-cp", str(tools.jar), str(HERE / "PublicTool.java")]
        # A language the compiler has: an unknown locale makes it complain.
        self._java = Lines(java, {**os.environ, "LC_ALL": "C.UTF-8"})
        try:
            self._java.ask("validate " + base64.b64encode(b"<x/>").decode())
        except AssertionError as error:
            self.close()
            raise Unavailable(f"no Java compiler ({str(error).strip().splitlines()[-1:]}); {ENABLE}") from error

    def ask(self, command: str, **options: Any) -> Any:
        """A command of ``every_template.js``. Raises: AssertionError: it failed."""
        answer = json.loads(self._node.ask(json.dumps({"command": command, **options})))
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def tool(self, what: str, document: bytes) -> tuple[str, bytes]:
        """``sign``, ``preserve`` (sign without a new counter) or ``validate``: result code, and document or log."""
        code, _, said = self._java.ask(f"{what} {base64.b64encode(document).decode()}").strip().partition(" ")
        return code, base64.b64decode(said)

    def close(self) -> None:
        """End both programs."""
        self._node.close()
        self._java.close()


@dataclass
class Inbox:
    """The client's receive endpoint: validates, then answers 204 or 400."""

    packages: Packages
    messages: queue.Queue[bytes] = field(default_factory=queue.Queue)

    def __post_init__(self) -> None:
        inbox = self

        class Handler(QuietHandler):
            def do_POST(self) -> None:  # noqa: N802 - the library's name
                inbox.messages.put(self.rfile.read(int(self.headers["Content-Length"])))
                self.answer(204)

        self._listener = Listener(("127.0.0.1", 0), Handler)
        self._listener.listen("callbacks")

    @property
    def url(self) -> str:
        """Where responses are posted."""
        return f"http://127.0.0.1:{self._listener.server_port}{RECEIVE_PATH}"

    def close(self) -> None:
        """No longer answer."""
        self._listener.stop()


def post(url: str, body: bytes) -> tuple[int, bytes]:
    """As the public client posts."""
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/xml"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return answer.status, answer.read()


@dataclass
class StockKeys:
    """Keys and certificates that the name filter leaves of the key store, and devices' certificates as looked up."""

    private: dict[tuple[Eui64, str], EllipticCurvePrivateKey] = field(default_factory=dict)
    public: dict[tuple[Eui64, str], list[EllipticCurvePublicKey]] = field(default_factory=dict)

    @classmethod
    def of(cls, keystore: Path) -> StockKeys:
        """Of the key store as shipped, without tokens' keys: the client asks for the entry named without PP."""
        found = cls()
        for usages in json.loads(keystore.read_bytes()).values():
            for serials in usages.values():
                for entry in serials.values():
                    name = str(entry.get("name", ""))
                    if name.startswith(ADMITTED) and "PP" not in name:
                        certificate = Certificate.from_pem(entry["certificate"])
                        found.add(certificate)
                        key = load_pem_private_key(entry["privateKey"].encode(), None)
                        assert isinstance(key, EllipticCurvePrivateKey)
                        found.private[certificate.eui, certificate.usage] = key
        return found

    def add(self, certificate: Certificate) -> None:
        """Take a certificate in."""
        self.public.setdefault((certificate.eui, certificate.usage), []).append(certificate.public_key)

    def view(self, acb: Eui64) -> ViewKeys:
        """For checking messages with these keys alone."""

        def private(eui: Eui64) -> tuple[EllipticCurvePrivateKey, ...]:
            return tuple(key for key in (self.private.get((eui, "KA")),) if key is not None)

        return ViewKeys(
            acb,
            private,
            lambda eui: tuple(self.public.get((eui, "KA"), ())),
            lambda eui: tuple(self.public.get((eui, "DS"), ())),
        )
