"""Play the first hour with what a pip installation has: the wheel alone, an empty folder, an empty home.

Builds the wheel, installs it into a fresh environment that borrows only the libraries of this one, and runs there what
README and docs/start.md say, for each driver that needs no person. Everything printed is searched for files of ours that
the installation does not have. Exit code 1 when a step does something else.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
READS = "SR-601-IS or SR-201-IS-2 or SR-605-IS"
_OURS = re.compile(r"(?<![\w/.-])((?:docs|tests|schemas|scenarios|harness|stubs)/[\w./-]+\.\w+)")


def main() -> int:
    """Each step in turn; 0 when all did what they should."""
    with tempfile.TemporaryDirectory(prefix="uept-first-hour-") as name:
        place = Path(name)
        uept = installed(place)
        home = place / "home"
        home.mkdir()
        variables = {"PATH": f"{uept.parent}:{os.environ['PATH']}", "HOME": str(home), "LANG": "C.UTF-8"}
        site = next((place / "env" / "lib").glob("python*/site-packages"))
        wrong = 0
        for words, code, where in steps():
            folder = place / where
            folder.mkdir(exist_ok=True)
            done = subprocess.run(
                [str(uept), *words], cwd=folder, env=variables, capture_output=True, text=True, check=False
            )
            said = done.stdout + done.stderr
            absent = sorted(
                {path for path in _OURS.findall(said) if not (site / path).exists() and not (folder / path).exists()}
            )
            is_wrong = done.returncode != code or "Traceback" in said or absent
            wrong += bool(is_wrong)
            print(f"{'FAILED' if is_wrong else 'ok':8}uept {' '.join(words)}", flush=True)
            if is_wrong:
                print(
                    f"  exit code {done.returncode}, expected {code}; files that are not there: {absent}\n{said[-1500:]}"
                )
    return 1 if wrong else 0


def steps() -> list[tuple[list[str], int, str]]:
    """Arguments of ``uept``, its exit code, and the folder it stands in."""
    driven = [
        step
        for port, driver in enumerate(("command", "http", "python"), start=1)
        for step in (
            (
                ["init", driver, "--role", "IS", "--driver", driver, "--receive-port", str(29300 + 10 * port)],
                0,
                "empty",
            ),
            (["doctor", "--settings", "uept.toml"], 0, f"empty/{driver}"),
            (["rehearse", "--settings", "uept.toml", "--select", READS, "--out", "runs/first"], 3, f"empty/{driver}"),
            (["diff", "runs/first", "runs/first"], 0, f"empty/{driver}"),
        )
    ]
    return [
        ([], 0, "empty"),
        (["--help"], 0, "empty"),
        (["--version"], 0, "empty"),
        *driven,
        (["explain", "E4"], 0, "empty"),
        (["settings", "keys", "deadline"], 0, "empty"),
        (["catalogue", "srv", "4.1.1"], 0, "empty"),
        (["rehearse", "--settings", "absent.toml"], 2, "empty"),
        (["rehearse", "--driver", "python:nosuch:Driver", "--role", "IS"], 2, "empty"),
        (["rehearse", "--driver", "http:http://127.0.0.1:9", "--role", "IS"], 2, "empty"),
        (["demo", "--out", "demo"], 0, "empty"),
    ]


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
