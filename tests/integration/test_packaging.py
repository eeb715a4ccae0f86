"""The wheel holds every file that is no code, since nothing works without them from another folder."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("harness", "scenarios", "schemas", "stubs")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "-q",
            "--no-deps",
            "--no-build-isolation",
            "--no-index",
            "-w",
            folder,
            ROOT,
        ],
        check=True,
        timeout=100,
    )
    (file,) = folder.glob("*.whl")
    with zipfile.ZipFile(file) as archive:
        return frozenset(archive.namelist())


def our_files() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *ROOMS], cwd=ROOT, check=False, capture_output=True, text=True, timeout=60
    )
    if listed.returncode:
        pytest.skip("not a git work tree: the list of our files is not known")
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_every_file_of_our_rooms_is_packaged(wheel: frozenset[str]) -> None:
    assert sorted(set(our_files()) - wheel) == []


@pytest.mark.parametrize(
    "name",
    [
        "schemas/catalogue/service-requests.csv",
        "schemas/duis/5.4/requests.xsd",
        "schemas/run/result.schema.json",
        "stubs/ssi/static/",
        "stubs/ssi/templates/",
        "harness/reporting/templates/",
        "scenarios/features/",
        "scenarios/prompts/",
        "scenarios/steps/devices.py",
    ],
)
def test_what_is_read_at_run_time_is_packaged(wheel: frozenset[str], name: str) -> None:
    assert any(packaged.startswith(name) for packaged in wheel)


def test_the_pages_of_the_documentation_are_packaged(wheel: frozenset[str]) -> None:
    pages = {str(page.relative_to(ROOT / "docs")) for page in (ROOT / "docs").rglob("*.md")}
    assert {f"harness/documentation/{page}" for page in pages} - wheel == set()
    assert "harness/documentation/examples/command_client.py" in wheel


def test_tests_stay_out(wheel: frozenset[str]) -> None:
    strange = {name.partition("/")[0] for name in wheel} - set(ROOMS)
    assert all(name.endswith(".dist-info") for name in strange), strange


def test_the_command_and_the_licence_come_along(wheel: frozenset[str]) -> None:
    ends = {name.partition(".dist-info/")[2] for name in wheel if ".dist-info/" in name}
    assert {"entry_points.txt", "licenses/LICENSE", "METADATA"} <= ends
