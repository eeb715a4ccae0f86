"""Play the first hour with what a pip installation has: the wheel alone, an empty folder, an empty home.

Builds the wheel, installs it into a fresh environment that borrows only the libraries of this one, and runs there what
README and docs/start.md say, for each driver; with ``manual`` and ``observe`` a tester is played, who reads what the
rehearsal says and acts with a system of the Party's own. Everything printed is searched for files of ours that the
installation does not have. Says how much machine time ``init`` and the first run took. Exit code 1 when a step does
something else.

``--quick`` plays one program and one watched tester instead of every driver, for each change; `make first-hour` plays all.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
free_port = import_module("tests.ports").free_port
READS = "SR-601-IS or SR-201-IS-2 or SR-605-IS"
BY_PROGRAMS = ("command", "http", "python")
BY_PERSONS = {"manual": "\nI0\n\n", "observe": ""}
"""What the person types once the request was sent."""
UNHURRIED = {"UEPT_PATIENCE": "300", "UEPT_DEADLINE": "600"}
"""Seconds of real time, for a machine that stands still now and then: what is expected comes, however late."""
_DEVICE = re.compile(r"^ +DeviceID +([0-9A-F-]{23})$")
OWN_SYSTEM = """
import re, sys, time, urllib.request
from harness import api
address, device = sys.argv[1:]
user = re.search(r'^IS = "(.*)"$', open("uept.toml").read(), re.M)[1]
party = api.load_party("keys", user)
request = party.request("8.2", parameters={"DeviceID": device}, counter=time.time_ns() // 1000)
post = urllib.request.Request(address, request, {"Content-Type": "application/xml"})
print(party.read(urllib.request.urlopen(post).read(), is_answer=True).code)
"""
_OURS = re.compile(r"(?<![\w/.-])((?:docs|tests|schemas|scenarios|harness|stubs)/[\w./-]+\.\w+)")


def main() -> int:
    """Each step in turn; 0 when all did what they should."""
    parser = argparse.ArgumentParser(description="Play the first hour from the wheel, in an empty home.")
    parser.add_argument("--quick", action="store_true", help="one program and one watched tester only")
    is_quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory(prefix="uept-first-hour-") as name:
        place = Path(name)
        uept = installed(place)
        home = place / "home"
        home.mkdir()
        ports = {f"UEPT_DCC_{name}": str(free_port()) for name in ("PORT", "SMKI_PORT", "SSI_PORT", "CONTROL_PORT")}
        variables = {"PATH": f"{uept.parent}:{os.environ['PATH']}", "HOME": str(home), "LANG": "C.UTF-8"}
        variables |= UNHURRIED | ports  # whoever else uses this machine may have the usual ones
        site = next((place / "env" / "lib").glob("python*/site-packages"))
        wrong = 0
        for words, code, where in steps(is_quick=is_quick):
            folder = place / where
            folder.mkdir(exist_ok=True)
            before = _machine_seconds()
            if words[0:1] == ["rehearse"] and Path(where).name in BY_PERSONS:
                done = tested_by_hand([str(uept), *words], folder, variables, BY_PERSONS[Path(where).name])
            else:
                done = subprocess.run(
                    [str(uept), *words], cwd=folder, env=variables, capture_output=True, text=True, check=False
                )
            seconds = _machine_seconds() - before
            said = done.stdout + done.stderr
            absent = sorted(
                {path for path in _OURS.findall(said) if not (site / path).exists() and not (folder / path).exists()}
            )
            is_wrong = done.returncode != code or "Traceback" in said or absent
            wrong += bool(is_wrong)
            print(f"{'FAILED' if is_wrong else 'ok':8}{seconds:6.1f} s  uept {' '.join(words)}", flush=True)
            if is_wrong:
                print(
                    f"  exit code {done.returncode}, expected {code}; files that are not there: {absent}\n{said[-1500:]}"
                )
    return 1 if wrong else 0


def tested_by_hand(
    command: list[str], folder: Path, variables: dict[str, str], typed: str
) -> subprocess.CompletedProcess[str]:
    """A rehearsal beside a tester: each device that it names is asked for by a system of the Party's own."""
    port = free_port()
    fixed = {f"UEPT_DCC_{name}": "0" for name in ("SMKI_PORT", "SSI_PORT", "CONTROL_PORT")}
    variables = variables | fixed | {"UEPT_DCC_PORT": str(port)}
    python = shutil.which("python", path=variables["PATH"]) or "python"
    own = [python, "-c", OWN_SYSTEM, f"http://127.0.0.1:{port}/api/v1/serviceD"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=folder, env=variables, text=True, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if found := _DEVICE.match(line):
                answered = subprocess.run(
                    [*own, found[1]], cwd=folder, env=variables, capture_output=True, text=True, check=False
                )
                said.append(answered.stdout + answered.stderr)
                process.stdin.write(typed)
                process.stdin.flush()
    return subprocess.CompletedProcess(command, process.returncode, "".join(said), "")


def _machine_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def steps(*, is_quick: bool = False) -> list[tuple[list[str], int, str]]:
    """Arguments of ``uept``, its exit code, and the folder it stands in."""
    programs = (*BY_PROGRAMS, "browser") if shutil.which("chromium") else BY_PROGRAMS
    persons = tuple(BY_PERSONS)
    if is_quick:
        programs, persons = ("command",), ("observe",)
    driven = [
        step
        for driver in programs
        for step in (
            (["init", driver, "--role", "IS", "--driver", driver, *_receiver()], 0, "empty"),
            (["doctor", "--settings", "uept.toml"], 0, f"empty/{driver}"),
            (["rehearse", "--settings", "uept.toml", "--out", "runs/first"], 0, f"empty/{driver}"),
        )
    ]
    by_hand = [
        step
        for driver in persons
        for step in (
            (["init", driver, "--role", "IS", "--driver", driver, "--ci", "gitlab", *_receiver()], 0, "empty"),
            (["settings", "show", "--settings", "uept.toml"], 0, f"empty/{driver}"),
            (["plan", "--settings", "uept.toml"], 0, f"empty/{driver}"),
            (
                ["rehearse", "--settings", "uept.toml", "--only", "SR-601-IS-2", "--out", "runs/first"],
                0,
                f"empty/{driver}",
            ),
        )
    ]
    return [
        ([], 0, "empty"),
        (["--help"], 0, "empty"),
        (["--version"], 0, "empty"),
        (["docs"], 0, "empty"),
        (["docs", "start"], 0, "empty"),
        (["docs", "schemas/run/action.schema.json"], 0, "empty"),
        *driven,
        (["rehearse", "--settings", "uept.toml", "--select", READS, "--out", "runs/second"], 3, "empty/command"),
        (["diff", "runs/first", "runs/second"], 0, "empty/command"),
        *by_hand,
        (["explain", "E4"], 0, "empty"),
        (["settings", "keys", "deadline"], 0, "empty"),
        (["catalogue", "srv", "4.1.1"], 0, "empty"),
        (["rehearse", "--settings", "absent.toml"], 2, "empty"),
        (["rehearse", "--driver", "python:nosuch:Driver", "--role", "IS"], 2, "empty"),
        (["rehearse", "--driver", "http:http://127.0.0.1:9", "--role", "IS"], 2, "empty"),
        (["demo", "--out", "demo"], 0, "empty"),
    ]


def _receiver() -> tuple[str, str]:
    return "--receive-port", str(free_port())


def installed(place: Path) -> Path:
    """The command of a fresh environment with our wheel, and with the libraries of this one but not our folders."""
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*build, "-w", str(place), str(ROOT)], check=True)
    (wheel,) = place.glob("*.whl")
    environment = place / "env"
    subprocess.run([sys.executable, str(ROOT / ".ci" / "make_venv.py"), str(environment)], check=True)
    python = environment / "bin" / "python"
    subprocess.run([str(python), "-m", "pip", "install", "-q", "--no-deps", "--no-index", str(wheel)], check=True)
    site = next((environment / "lib").glob("python*/site-packages"))
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return environment / "bin" / "uept"


if __name__ == "__main__":
    sys.exit(main())
