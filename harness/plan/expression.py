"""Selecting scenarios by expression: ``SR-* and not (role:GS or srv:4.*)``. Terms are shell patterns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase

Matcher = Callable[[frozenset[str]], bool]
"""Whether a scenario with these names (id, key, tags such as ``role:IS``) is meant."""

_WORD = re.compile(r"\s*(\(|\)|,|[^\s(),]+)")


_DEEPEST = 100
"""Brackets and ``not`` inside one another; nobody writes more."""


class ExpressionError(ValueError):
    """The expression cannot be read; the message says where."""


def parse_expression(text: str) -> Matcher:
    """Read an expression; an empty one matches everything.

    ``and``, ``or``, ``not`` and brackets, a comma means ``or``; anything else is a pattern that one of the
    scenario's names must match, regardless of case.

    Raises: ExpressionError: something is missing or left over.
    """
    words = _WORD.findall(text)
    if not words:
        return lambda _names: True
    parser = _Parser(words)
    matcher = parser.any_of()
    if parser.next is not None:
        raise ExpressionError(f"nothing may follow here: {parser.next!r} in {text!r}")
    return matcher


class _Parser:
    def __init__(self, words: Iterable[str]) -> None:
        self._words = list(words)
        self._depth = 0

    @property
    def next(self) -> str | None:
        return self._words[0] if self._words else None

    def any_of(self) -> Matcher:
        terms = [self.all_of()]
        while self.next in {"or", ","}:
            self._words.pop(0)
            terms.append(self.all_of())
        return lambda names: any(term(names) for term in terms)

    def all_of(self) -> Matcher:
        terms = [self.term()]
        while self.next == "and":
            self._words.pop(0)
            terms.append(self.term())
        return lambda names: all(term(names) for term in terms)

    def term(self) -> Matcher:
        if self.next is None or self.next in {"and", "or", ",", ")"}:
            raise ExpressionError(f"a pattern is missing before {self.next or 'the end'!r}")
        word = self._words.pop(0)
        if word == "not":
            negated = self._deeper(self.term)
            return lambda names: not negated(names)
        if word == "(":
            inner = self._deeper(self.any_of)
            if self.next != ")":
                raise ExpressionError("a closing bracket is missing")
            self._words.pop(0)
            return inner
        pattern = word.lower()
        return lambda names: any(fnmatchcase(name.lower(), pattern) for name in names)

    def _deeper(self, parse: Callable[[], Matcher]) -> Matcher:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ExpressionError(f"brackets and 'not' lie deeper than {_DEEPEST}")
        matcher = parse()
        self._depth -= 1
        return matcher
