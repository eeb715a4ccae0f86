"""Docstrings begin with the thing or the act that they describe."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("harness", "schemas", "scenarios", "stubs")
RIDDLE = re.compile(r"(?:What|How|As|Who|Whom|Whose|Where)\b")
"""Words that open a clause in the place of a name: "What a device made of it" instead of "Result of a command"."""


def documented(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and text of every docstring, those below attributes and constants included."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        for one in body if isinstance(body, list) else ():
            if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant) and isinstance(one.value.value, str):
                yield one.lineno, one.value.value.lstrip()


def riddles(source: str) -> list[int]:
    """Lines of the docstrings that begin with a word of ``RIDDLE``."""
    return [line for line, text in documented(ast.parse(source)) if RIDDLE.match(text)]


@pytest.mark.parametrize("room", ROOMS)
def test_docstrings_name_their_subject_first(room: str) -> None:
    found = [
        f"{file.relative_to(ROOT)}:{line}"
        for file in sorted((ROOT / room).rglob("*.py"))
        for line in riddles(file.read_text(encoding="utf-8"))
    ]
    assert not found, "begin with the thing (`Result of …`) or the act (`Return …`), see CONTRIBUTING.md"


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ('"""What this is."""', [1]),
        ('"""Whole of it."""\nLIMIT = 1\n"""How often it is tried."""', [3]),
        ('class Box:\n    """A box."""\n\n    async def put(self):\n        """As ``take``."""', [5]),
        ('class Box:\n    size: int = 0\n    """ Who made it."""', [3]),
        ('def is_open():\n    """Whether it is open."""', []),
    ],
)
def test_a_docstring_that_begins_with_a_question_word_is_found(source: str, lines: list[int]) -> None:
    assert riddles(source) == lines
