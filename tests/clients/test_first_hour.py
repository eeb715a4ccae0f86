"""The first hour: an empty folder, an empty home, the documented steps, a first verdict.

``.ci/first_hour.py`` plays it for each driver with the wheel alone.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest

from harness.cli import run
from harness.init import DRIVERS, NewProject, new_project
from harness.init.project import FIRST, FIRST_PAGES
from harness.plan import LibraryScenario, load_library, make_plan
from harness.settings import RehearsalSettings, load_settings
from schemas.load import UserRole
from stubs.smki import init_pki, load_pki
from tests.ports import free_port

READS = ("SR-201-IS-2", "SR-601-IS")
"""Scenarios of 4.1.1 and 8.2, which the small client knows."""
KNOWN = {"4.1.1", "8.2"}
SELECTED = ("--select", f"{' or '.join(READS)} or SR-112-IS or SR-605-IS or AL-001-IS")


def uept(*arguments: str, folder: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """The command as a newcomer has it: an empty home, nothing of ours in the environment."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}
    command = [str(Path(sys.executable).with_name("uept")), *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def initialised(folder: Path, home: Path, driver: str, *more: str) -> dict[str, Any]:
    ports = ("--receive-port", str(free_port()))
    done = uept(
        "init", str(folder), "--role", "IS", "--driver", driver, *ports, "--json", *more, folder=home, home=home
    )
    assert done.returncode == 0, done.stderr
    made: dict[str, Any] = json.loads(done.stdout)
    return made


def verdicts(folder: Path, home: Path) -> tuple[Mapping[str, str], str]:
    run = folder / "run"
    done = uept("rehearse", "--settings", "uept.toml", "--out", str(run), *SELECTED, folder=folder, home=home)
    assert done.returncode == 3, f"passes what it can, the rest is not run: {done.stderr[-2000:]}"
    result = json.loads((run / "result.json").read_text())
    return {one["key"]: one["verdict"] for one in result["scenarios"]}, done.stdout


def test_the_small_client_passes_what_it_can_and_the_rest_is_not_run(tmp_path: Path, home: Path) -> None:
    folder = tmp_path / "ours"
    initialised(folder, home, "command")
    found, said = verdicts(folder, home)
    reading = {key: found[key] for key in READS}
    assert set(reading.values()) == {"PASS"}, said
    assert {verdict for key, verdict in found.items() if key not in reading} == {"NOT_RUN"}
    assert "build 2.2 next" in said or "next:" in said
    assert "2.2 (1)" in said


def test_nothing_is_overwritten_without_force(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "ours"
    assert run(["init", str(folder), "--role", "IS"]) == 0
    (folder / "client.py").write_text("# mine")
    assert run(["init", str(folder), "--role", "IS"]) == 2
    said = capsys.readouterr().err
    assert "already holds" in said
    assert "--force" in said
    assert (folder / "client.py").read_text() == "# mine"
    keys = sorted((folder / "keys").rglob("*.pem"))
    before = [path.read_bytes() for path in keys]
    assert run(["init", str(folder), "--role", "IS", "--force"]) == 0
    assert (folder / "client.py").read_text() != "# mine"
    assert [path.read_bytes() for path in keys] == before, "keys are kept"


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("pipeline", ["", "github", "gitlab"])
def test_the_run_file_can_be_read_and_each_file_is_told(
    driver: str, pipeline: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        one.path: one.text
        for one in new_project(NewProject("GS", "A0-B1-C2-D3-E4-01-00-00", driver, pipeline=pipeline))
    }
    path = tmp_path / "uept.toml"
    path.write_text(files["uept.toml"])
    monkeypatch.chdir(tmp_path)
    settings = load_settings(path)
    assert settings.users == {"GS": "A0-B1-C2-D3-E4-01-00-00"}
    assert settings.receive_url in path.read_text()
    assert "@" not in "".join(tomllib.loads(files["uept.toml"])["driver"])
    assert all(f"`{name}`" in files["README.md"] for name in files if name != "README.md")
    assert not [name for name, text in files.items() if "_PORT@" in text or "@ROLE@" in text]


@pytest.fixture(scope="module")
def library() -> tuple[LibraryScenario, ...]:
    return load_library()


@pytest.mark.parametrize("role", FIRST)
def test_a_new_folder_begins_with_what_the_small_client_can_do(role: str, library: tuple[LibraryScenario, ...]) -> None:
    begun = make_plan(library, RehearsalSettings(roles=(UserRole(role),), select=FIRST[role])).chosen
    assert begun
    assert {srv for one in begun for srv in one.srvs} <= KNOWN
    asked = [step.text for one in begun for step in one.steps if "is asked to" in step.text]
    assert [
        text for text in asked if not re.match(r"the party is asked to send (4\.1\.1|8\.2) to the [\w ]+", text)
    ] == []


def test_a_path_of_windows_reaches_the_driver_whole(tmp_path: Path) -> None:
    python = PureWindowsPath(r"C:\Users\kim\python.exe").as_posix()
    files = {one.path: one.text for one in new_project(NewProject("IS", "A0-B1-C2-D3-E4-01-00-00", python=python))}
    (tmp_path / "uept.toml").write_text(files["uept.toml"])
    settings = load_settings(tmp_path / "uept.toml")
    assert shlex.split(settings.driver.removeprefix("command:")) == ["C:/Users/kim/python.exe", "client.py"]


def test_every_pattern_of_the_first_selection_matches_something(library: tuple[LibraryScenario, ...]) -> None:
    names = {name for one in library for name in one.names}
    assert [
        word for select in FIRST.values() for word in re.findall(r"[A-Z]{2}-\d+", select) if word not in names
    ] == []
    assert FIRST_PAGES in names


def test_scenarios_that_are_named_run_whatever_the_run_file_selects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("uept.toml").write_text('roles = ["IS"]\nselect = "SR-601"\ndriver = "reference"\n')
    free = ["--port", "0", "--smki-port", "0", "--ssi-port", "0", "--control-port", "0"]
    assert run(["rehearse", "--settings", "uept.toml", "--only", "SR-602-IS", "--json", *free]) == 0
    assert json.loads(capsys.readouterr().out)["totals"] == {"PASS": 1}


def test_every_role_has_a_user_in_the_test_keys(tmp_path: Path) -> None:
    init_pki(tmp_path / "keys")
    assert {str(role) for party in load_pki(tmp_path / "keys").parties() for role in party.roles} >= set(FIRST)


@pytest.mark.parametrize("role", FIRST)
def test_a_folder_of_test_keys_serves_every_role_when_it_is_imported(role: str, tmp_path: Path) -> None:
    init_pki(tmp_path / "keys")
    assert run(["init", str(tmp_path / "ours"), "--role", role, "--pki", str(tmp_path / "keys")]) == 0
    user = load_settings(tmp_path / "ours" / "uept.toml").users[UserRole(role)]
    assert role in {
        one for party in load_pki(tmp_path / "keys").parties() if str(party.eui) == user for one in party.roles
    }
