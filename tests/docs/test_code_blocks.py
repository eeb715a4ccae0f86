"""Every command line of the pages can be given, every block can be read, and the quick ones do what they show."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.cli import cli
from tests.docs_blocks import (
    PAGES,
    ROOT,
    Sandbox,
    blocks,
    command_lines,
    differences,
    indented,
    problem,
    unexplained,
    unknown_in,
)

QUICK = [page for page in PAGES if any(block.told("quick") is not None for block in blocks(page))]


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_and_option_exists(page: Path) -> None:
    assert [f"{line}: {wrong}" for line in command_lines(page) if (wrong := unknown_in(line, cli))] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_block_is_run_or_can_be_read_or_says_why_not(page: Path) -> None:
    assert indented(page) == ()
    assert [
        f"{block.place}: {wrong}" for block in blocks(page) if (wrong := unexplained(block) or problem(block))
    ] == []


@pytest.mark.parametrize("page", QUICK, ids=name)
def test_quick_blocks_do_what_they_show(page: Path, tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path)
    for block in blocks(page):
        if block.told("quick") is not None or block.told("file ") is not None:
            assert sandbox.run(block) == "", block.place


def test_what_is_not_there_is_found() -> None:
    assert unknown_in("uept validate FILE --nosuch", cli) == "no option '--nosuch' of validate"
    assert unknown_in("uept gbcs nosuch", cli) == "no command 'nosuch'"
    assert unknown_in("uept pki init|import|list [--json]", cli) == ""


def test_an_output_that_differs_is_found() -> None:
    printed = "first 1\nsecond 2\nthird 3\n"
    assert differences("first …\nthird 3\n", printed) == ""
    assert "shown but not printed" in differences("third 3\nfirst 1\n", printed)
    assert "shown but not printed" in differences("first 2\n", printed)
