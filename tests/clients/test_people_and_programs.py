"""Whole scenarios with a person at a terminal, with a party that is only watched, and with the documented program."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from harness.checks import implicit_checks
from harness.cli import run as uept
from harness.reporting.model import Report
from harness.reporting.next_steps import next_step
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
ANSI = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]|\r")
# Whole, down to its last line: the terminal hands a task over in pieces, and one without its device is another task.
WANTED = re.compile(
    r"send service request (\S+) .*?\n +as User +(\S+) in role (\S+)(?:\n +device +(\S+))?\n.*?within +\d", re.DOTALL
)
SHORT = {"UEPT_DEADLINE": "20", "UEPT_GRACE": "0.2", "UEPT_PATIENCE": "1", "UEPT_DCC_CONTROL_PORT": "0"}


def call(url: str, content: Mapping[str, Any], method: str = "POST") -> dict[str, Any]:
    request = urllib.request.Request(url, json.dumps(content).encode(), method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        outcome: dict[str, Any] = json.load(answer)
    return outcome


class Person:
    """Reads the terminal as a person does, works in the party's own system, and types what that shows."""

    def __init__(self, party: Mapping[str, str], *, tells_codes: bool = True) -> None:
        self._party = party
        self._tells_codes = tells_codes
        self._read = 0
        self._outcome: dict[str, Any] = {}
        self.seen = ""

    def reads(self, text: str) -> str:
        """What the person types after this much more of the screen; empty while there is nothing to answer."""
        self.seen += text
        while match := WANTED.search(self.seen, self._read):
            self._read = match.end()
            service, user, role, device = match.groups()
            action = {"id": "own", "service": service, "user": user, "role": role, "target": device or ""}
            self._outcome = call(self._party["act"], {"action": action})
        if not self.seen.endswith("> "):
            return ""
        question = self.seen.splitlines()[-2]
        self.seen += "\n"
        if question.startswith("Response code"):
            return f"{self._outcome['response_code'] if self._tells_codes else ''}\n"
        if question.startswith("Values"):
            return " ".join(f"{name}={value}" for name, value in self._outcome["values"].items()) + "\n"
        return "\n"


class Terminal:
    """`uept rehearse` as a process whose standard input and error are a pseudo-terminal."""

    def __init__(self, party: Mapping[str, str], ports: tuple[int, int], folder: Path) -> None:
        self.folder = folder / "run"
        self._party = party
        self._flags = [
            "--role", "IS", "--receive-url", party["receive"], "--port", str(ports[0]), "--smki-port", str(ports[1]),
            "--ssi-port", "0", "--pki", str(folder / "pki"), "--out", str(self.folder), "--json",
        ]  # fmt: skip
        paths = {"transform": "serviceT", "send_command": "serviceS", "non_device": "serviceD"}
        urls = {name: f"http://127.0.0.1:{ports[0]}/api/v1/{path}" for name, path in paths.items()}
        call(f"{party['head_end']}/urls", urls, "PUT")

    def rehearse(self, driver: str, select: str, person: Person | None = None) -> dict[str, Any]:
        """Run to the end; what was printed as JSON."""
        master, slave = pty.openpty()
        program = "import sys; from harness.cli import main; main()"
        with subprocess.Popen(
            [sys.executable, "-c", program, "rehearse", "--driver", driver, "--select", select, *self._flags],
            stdin=slave,
            stderr=slave,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=os.environ | SHORT | {"HEAD_END": self._party["head_end"]},
        ) as process:
            os.close(slave)
            _sit(master, person or Person(self._party))
            output, _ = process.communicate(timeout=60)
        result: dict[str, Any] = json.loads(output)
        assert result["exit_code"] == process.returncode
        return result

    def checks(self, key: str) -> dict[str, str]:
        """Check to verdict, of one scenario of the report."""
        result = json.loads((self.folder / "result.json").read_text(encoding="utf-8"))
        (scenario,) = (one for one in result["scenarios"] if one["key"] == key)
        named = [check for check in scenario["checks"] if check["check"] not in implicit_checks()]
        assert {check["verdict"] for check in scenario["checks"] if check not in named} <= {"PASS"}
        return {check["check"]: check["verdict"] for check in named}


def _sit(master: int, person: Person) -> None:
    """Let the person read and type until the program has closed the terminal."""
    while True:
        try:
            chunk = os.read(master, 65536)
        except OSError:
            break
        typed = person.reads(ANSI.sub(b"", chunk).decode(errors="replace"))
        if typed:
            os.write(master, typed.encode())
    os.close(master)


@pytest.fixture
def terminal(party: dict[str, str], smki_port: int, tmp_path: Path) -> Terminal:
    return Terminal(party, (free_port(), smki_port), tmp_path)


def test_a_person_at_the_terminal_who_tells_what_the_system_shows_passes(
    terminal: Terminal, party: dict[str, str]
) -> None:
    person = Person(party)
    result = terminal.rehearse("manual", "SR-605 or SR-201-IS-2 or RC-006", person)
    assert result["totals"] == {"PASS": 3}, person.seen
    assert "Acting as IS" in person.seen
    assert result["exit_code"] == 0


def test_what_a_person_only_attests_is_told_from_what_was_shown(terminal: Terminal, party: dict[str, str]) -> None:
    result = terminal.rehearse("manual", "RC-006", Person(party, tells_codes=False))
    assert result["totals"] == {"ATTESTED": 1}
    named = {"request-refused": "PASS", "error-code-understood": "ATTESTED"}
    assert named.items() <= terminal.checks("RC-006-IS").items()
    assert "ATTESTED" in (terminal.folder / "report.html").read_text(encoding="utf-8")
    assert uept(["judge", str(terminal.folder / "bundle.zip")]) == 0


def test_a_party_that_is_only_watched_passes_by_the_wire_and_waits_for_review_elsewhere(
    terminal: Terminal, party: dict[str, str]
) -> None:
    person = Person(party)
    result = terminal.rehearse("observe", "SR-605 or RC-006 or PT-012", person)
    assert result["totals"] == {"PASS": 1, "REVIEW": 2}, person.seen
    assert terminal.checks("PT-012-IS")["counters-increase"] == "PASS"
    named = {"request-refused": "PASS", "error-code-understood": "REVIEW"}
    assert named.items() <= terminal.checks("RC-006-IS").items()
    assert "REVIEW" in (terminal.folder / "report.html").read_text(encoding="utf-8")
    assert {role["verdict"] for role in result["roles"]} == {"NOT_ASSESSED"}
    assert uept(["judge", str(terminal.folder / "bundle.zip")]) == 0


def test_the_documented_program_takes_a_party_through_whole_scenarios(terminal: Terminal) -> None:
    client = ROOT / "docs" / "examples" / "command_client.py"
    result = terminal.rehearse(f"command:{sys.executable} {client}", "SR-605 or SR-201-IS-2 or RC-006 or AL-001-IS")
    assert result["totals"] == {"PASS": 3, "NOT_RUN": 1}
    named = {"alert-acknowledged": "PASS", "alert-understood": "NOT_RUN"}
    assert named.items() <= terminal.checks("AL-001-IS").items()
    assert result["exit_code"] == 3


SMALL = """import json, subprocess, sys
text = sys.stdin.read()
asked = json.loads(text)
if asked.get("service") in ("4.1.1", "8.2"):
    sys.exit(subprocess.run([sys.executable, CLIENT], input=text, text=True).returncode)
wanted = asked.get("service") or asked["kind"]
json.dump({"action": asked["id"], "status": "unsupported", "detail": f"this client does not know {wanted}"}, sys.stdout)
"""
"""A client that knows two services, and says of everything else that it does not."""


def test_a_small_client_is_told_what_it_showed_what_did_not_run_and_what_to_build_next(
    terminal: Terminal, tmp_path: Path
) -> None:
    client = tmp_path / "small.py"
    client.write_text(f"CLIENT = {str(ROOT / 'docs' / 'examples' / 'command_client.py')!r}\n{SMALL}", encoding="utf-8")
    known, unknown = ("SR-201-IS-2", "SR-601-IS"), ("SR-605-IS", "SR-501-IS", "SR-105-IS")
    result = terminal.rehearse(f"command:{sys.executable} {client}", " or ".join((*known, *unknown)))
    told = json.loads((terminal.folder / "result.json").read_text(encoding="utf-8"))
    verdicts = {one["key"]: (one["verdict"], one["reason"]) for one in told["scenarios"]}
    assert {key: verdicts[key][0] for key in known} == dict.fromkeys(known, "PASS")
    assert {key: verdicts[key][0] for key in unknown} == dict.fromkeys(unknown, "NOT_RUN")
    assert "this client does not know 11.2" in verdicts["SR-605-IS"][1]
    assert {row["srv"] for row in told["coverage"] if row["role"] == "IS" and row["state"] == "passed"} == {
        "4.1.1",
        "8.2",
    }
    report = msgspec.json.decode((terminal.folder / "result.json").read_bytes(), type=Report)
    assert next_step(report.scenarios).endswith("1.5 (1), 11.2 (1), 7.2 (1); build 1.5 next")
    assert result["exit_code"] == 3
