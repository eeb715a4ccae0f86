"""The documentation at the prompt; every file that a text of ours names is one that an installation can show."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.cli import _COMMANDS, cli, run
from harness.cli.read_on import PAGES, read_on
from harness.pages import find, page, pages
from stubs.wire.errors import InputError
from tests.docs_blocks import unknown_in

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("harness", "scenarios", "schemas", "stubs")
SHOWN = ("*.txt", "*.toml", "*.html", "*.j2", "*.js", "*.feature", "*.md", "*.json", "*.csv")
"""Files that are no code and that people read: templates, prompts, tables, published schemas."""
NAMED = re.compile(
    r"(?<![\w/.:@-])((?:docs|tests|schemas|scenarios|harness|stubs|\.ci)/[\w./-]+\.[a-z]+|[A-Z]{5,}\.md)"
)
COMMAND = re.compile(r"`(uept [^`{}]+)`")
OWN = {"README.md", "scenarios/data/test-data.csv"}
"""README.md: the one that ``uept init`` writes."""
FOR_ENGINEERS = {"stubs/events.py", "stubs/wire/mmc/template.py"}
"""Named as a source, in tables that say where a row is used."""


def code() -> list[Path]:
    return sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))


def shown_texts(file: Path) -> Iterator[str]:
    """String constants that may be printed: no docstring, except those of commands, which are their help."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    silent = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        is_help = isinstance(node, ast.FunctionDef) and any("command" in ast.dump(one) for one in node.decorator_list)
        for one in body if isinstance(body, list) and not is_help else ():
            if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant):
                silent.add(one.value)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in silent:
            yield node.value


def everything_shown() -> Iterator[tuple[str, str]]:
    for file in code():
        text = file.read_text(encoding="utf-8")
        if "`uept " in text or "uept docs" in text or NAMED.search(text):  # reading all the others takes seconds
            yield from ((str(file.relative_to(ROOT)), text) for text in shown_texts(file))
    for room in ROOMS:
        for pattern in SHOWN:
            for file in (ROOT / room).rglob(pattern):
                yield str(file.relative_to(ROOT)), file.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def shown() -> tuple[tuple[str, str], ...]:
    return tuple(everything_shown())


def test_every_file_that_a_text_names_can_be_shown_by_an_installation(shown: tuple[tuple[str, str], ...]) -> None:
    named = [(place, name) for place, text in shown for name in NAMED.findall(text)]
    assert len(named) > 10, "the search finds nothing any more"
    assert [
        one for one in named if one[1] not in OWN | FOR_ENGINEERS and (one[1].startswith("docs/") or not find(one[1]))
    ] == []


def test_every_command_that_a_text_names_exists(shown: tuple[tuple[str, str], ...]) -> None:
    named = {(place, line) for place, text in shown for line in COMMAND.findall(text)}
    assert len(named) > 40
    assert [(place, line, wrong) for place, line in sorted(named) if (wrong := unknown_in(line, cli))] == []


def test_every_page_that_a_text_names_exists(shown: tuple[tuple[str, str], ...]) -> None:
    named = {(place, name) for place, text in shown for name in re.findall(r"`?uept docs ([a-z][\w./-]*\w)", text)}
    assert len(named) > 8
    assert [one for one in sorted(named) if find(one[1]) is None] == []


@pytest.mark.parametrize("name", [one.name for one in pages()])
def test_every_page_of_the_contents_can_be_printed(name: str) -> None:
    assert page(name).startswith("# ")


def test_every_page_in_the_folder_is_in_the_contents_or_is_a_decision() -> None:
    listed = {one.name for one in pages()}
    assert {file.stem for file in (ROOT / "docs").glob("*.md")} - {"index"} == listed


def test_a_page_has_several_names_and_sections() -> None:
    assert page("drivers") == page("drivers.md") == page("docs/drivers.md")
    assert page("drivers", "time") == page("drivers.md#time")
    assert page("drivers", "time").startswith("## Time\n")
    assert "\n## " not in page("drivers", "time")
    assert json.loads(page("schemas/run/action.schema.json"))["title"]
    assert page("adr/0009-general-names-at-the-top")


@pytest.mark.parametrize(
    "name", ["../pyproject.toml", "/etc/passwd", "..", "", "docs", "schemas/", "schemas/../x", "a\\b"]
)
def test_nothing_else_can_be_read(name: str) -> None:
    with pytest.raises(InputError):
        page(name)


def test_a_name_nearly_right_is_suggested(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["docs", "driver"]) == 2
    assert "Did you mean drivers" in capsys.readouterr().err
    assert run(["docs", "drivers", "nosuch"]) == 2
    assert "It has: The action" in capsys.readouterr().err
    assert run(["docs"]) == 0
    assert "drivers" in capsys.readouterr().out


# --- where errors say to read on ---


def test_every_command_has_a_page_and_every_page_is_there() -> None:
    assert set(PAGES) == set(_COMMANDS)
    assert [name for name in PAGES.values() if find(name) is None] == []


def test_an_error_that_names_a_command_is_left_as_it_is() -> None:
    assert read_on("no PKI. `uept pki init` makes one.", ["sign"]) == "no PKI. `uept pki init` makes one."
    assert read_on("wrong.", ["sign"]) == "wrong. Read on: `uept docs troubleshooting`"
    assert read_on("wrong", ["sign"], "settings").endswith("`uept docs settings`")
    assert read_on("wrong", []).endswith("`uept docs start`")
