"""The ways of a request and of a command are in the code as they are drawn; the newcomer's table names files that exist."""

from __future__ import annotations

import re
import sys
from importlib import import_module
from pathlib import Path
from types import CodeType, FrameType

import pytest

from stubs.dcc.requests.stages import STAGES
from tests.dcc_kit import DccFixture, a_pki

ROOT = Path(__file__).resolve().parents[2]
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
STEP = re.compile(r"^\| (\d+) \| ([a-z ]+) \| .* \| `([\w.]+)` \|$", re.MULTILINE)


def section(text: str, heading: str) -> str:
    return text.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]


def steps(heading: str) -> list[tuple[str, str]]:
    """Name and place of each step."""
    found = STEP.findall(section(ARCHITECTURE, heading))
    assert [int(number) for number, _, _ in found] == list(range(1, len(found) + 1))
    return [(name, place) for _, name, place in found]


@pytest.mark.parametrize("heading", ["The way of a request", "The way of a command"])
def test_a_way_has_at_most_ten_steps_and_each_is_in_the_code(heading: str) -> None:
    found = steps(heading)
    assert 2 < len(found) <= 10
    for _, place in found:
        module, _, name = place.rpartition(".")
        try:
            owner: object = import_module(module)
        except ModuleNotFoundError:
            module, _, kind = module.rpartition(".")
            owner = getattr(import_module(module), kind)
        assert callable(getattr(owner, name)), place


def test_the_way_of_a_request_begins_with_the_stages_in_their_order() -> None:
    drawn = [(name, place.rpartition(".")[2]) for name, place in steps("The way of a request")]
    assert drawn[: len(STAGES)] == [(stage.name, stage.run.__name__) for stage in STAGES]


def code_of(place: str) -> CodeType | None:
    """The code that a step's place names; None for a class, which stands at the edge."""
    module, _, name = place.rpartition(".")
    try:
        owner: object = import_module(module)
    except ModuleNotFoundError:
        module, _, kind = module.rpartition(".")
        owner = getattr(import_module(module), kind)
    return getattr(getattr(owner, name), "__code__", None)


@pytest.mark.parametrize("heading", ["The way of a request", "The way of a command"])
def test_a_request_goes_through_the_steps_in_the_order_in_which_they_are_drawn(heading: str, tmp_path: Path) -> None:
    fixture = DccFixture(a_pki(tmp_path))
    request = fixture.party.request("11.2", fixture.build()["esme"])
    drawn = {code: name for name, place in steps(heading) if (code := code_of(place)) is not None}
    gone: list[str] = []

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code in drawn:
            gone.append(drawn[frame.f_code])

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        fixture.post(request)
        fixture.pass_time()
    finally:
        sys.setprofile(before)
    assert gone == list(drawn.values())


def rows() -> list[list[str]]:
    lines = [line for line in section(CONTRIBUTING, "Which files to touch").splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_newcomers_table_tells_of_eight_changes() -> None:
    assert len(rows()) == 8
    assert all(len(re.findall("`", row[2])) >= 4 and "tests/" in row[3] for row in rows())


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_every_file_of_the_newcomers_table_exists(row: list[str]) -> None:
    for name in re.findall(r"`([^`]+)`", " ".join(row[1:])):
        assert (ROOT / name).exists(), name
