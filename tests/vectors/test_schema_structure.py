"""Our schema and the official one have the same structure: order, numbers, limits, lists and defaults, all the way down.

Types, their names and their places differ by intent and are dissolved before comparing. Two ways of writing the same
form of text (patterns and lengths) are compared by what they accept.

Origin: the official schemas, read from ``../shared``; see the README there. Nothing of them is copied here.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.load import resource
from stubs.wire.xml import DS
from tests.official_schema import OFFICIAL, needs_official
from tests.schema_structure import Part, Shape, Structure, Value

pytestmark = needs_official

PGP = f"{{{DS}}}PGPData"
"""Two alternatives with the same end; ours writes the end once. No normal form here sees that they are the same."""

Form = tuple[tuple[str, ...], int, int]


@cache
def official() -> Structure:
    return Structure(OFFICIAL / "DUIS Schema V5.4.xsd")


@cache
def ours() -> Structure:
    return Structure(Path(str(resource("duis", "5.4", "duis.xsd"))))


class Comparison:
    """Differences found, and pairs of forms that are written differently."""

    def __init__(self) -> None:
        self.differences: list[str] = []
        self.forms: dict[tuple[Form, Form], str] = {}

    def types(self, theirs: Value | Shape | None, own: Value | Shape | None, path: str) -> None:
        if theirs == own:
            return
        if isinstance(theirs, Value) and isinstance(own, Value):
            if theirs.apart_from_form != own.apart_from_form and not self._is_list_by_pattern(theirs, own):
                self.differences.append(f"{path}: {theirs} and {own}")
            elif not own.values:
                self.forms.setdefault((theirs.form, own.form), path)
        elif isinstance(theirs, Shape) and isinstance(own, Shape):
            self._shapes(theirs, own, path)
        else:
            self.differences.append(f"{path}: {theirs} and {own}")

    @staticmethod
    def _is_list_by_pattern(theirs: Value, own: Value) -> bool:
        return (
            own.base == theirs.base and len(theirs.patterns) == 1 and set(theirs.patterns[0].split("|")) == own.values
        )

    def _shapes(self, theirs: Shape, own: Shape, path: str) -> None:
        if [(name, is_required) for name, _, is_required in theirs.attributes] != [
            (name, is_required) for name, _, is_required in own.attributes
        ] or theirs.is_mixed != own.is_mixed:
            self.differences.append(f"{path}: attributes {theirs.attributes} and {own.attributes}")
        for (name, value, _), (_, own_value, _) in zip(theirs.attributes, own.attributes, strict=False):
            self.types(value, own_value, f"{path}/@{name}")
        self.types(theirs.text, own.text, path)
        if theirs.content is None or own.content is None:
            if theirs.content is not own.content:
                self.differences.append(f"{path}: {theirs.content} and {own.content}")
        else:
            self._parts(theirs.content, own.content, path)

    def _parts(self, theirs: Part, own: Part, path: str) -> None:
        if (theirs.kind, theirs.least, theirs.most, theirs.name, theirs.default, len(theirs.parts)) != (
            own.kind,
            own.least,
            own.most,
            own.name,
            own.default,
            len(own.parts),
        ):
            self.differences.append(f"{path}: {theirs} and {own}"[:400])
            return
        self.types(theirs.type, own.type, f"{path}/{theirs.name.rpartition('}')[2]}")
        for inside, own_inside in zip(theirs.parts, own.parts, strict=True):
            self._parts(inside, own_inside, path)


@cache
def comparison() -> Comparison:
    compared = Comparison()
    for tag, theirs in official().documents.items():
        if tag != PGP:
            compared.types(theirs, ours().documents[tag], tag.rpartition("}")[2])
    return compared


def test_both_have_the_same_document_elements() -> None:
    assert set(ours().documents) == set(official().documents)
    assert len(official().documents) > 30


def test_both_have_the_same_structure() -> None:
    assert comparison().differences == []


def accepts(form: Form, text: str) -> bool:
    patterns, shortest, longest = form
    return shortest <= len(text) <= longest and all(re.fullmatch(pattern, text, re.ASCII) for pattern in patterns)


def near(pattern: str) -> st.SearchStrategy[str]:
    """What a pattern accepts, and the same with a character more, less or other."""
    right = st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True)
    change = st.tuples(right, st.integers(0, 60), st.sampled_from(["", "0", "9", "g", "-", ",", " ", "é"]))
    changed = change.map(lambda found: found[0][: found[1]] + found[2] + found[0][found[1] + 1 :])
    return st.one_of(right, changed, right.map(lambda text: text + "0"), right.map(lambda text: text[1:]))


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(data=st.data())
def test_forms_written_differently_accept_the_same_texts(data: st.DataObject) -> None:
    (theirs, own), path = data.draw(st.sampled_from(sorted(comparison().forms.items())))
    text = data.draw(near(data.draw(st.sampled_from([*theirs[0], *own[0]]))))
    assert accepts(theirs, text) == accepts(own, text), path


def test_few_forms_are_written_differently() -> None:
    assert 1 <= len(comparison().forms) < 20


@pytest.mark.parametrize("counter", ["0", "9", "10", "18446744073709551615", "18446744073709551616", "00", "1" * 20])
def test_the_form_of_message_identifiers_ends_at_the_same_counter(counter: str) -> None:
    eui = "-".join(["0a"] * 8)
    for theirs, own in comparison().forms:
        assert accepts(theirs, f"{eui}:{eui}:{counter}") == accepts(own, f"{eui}:{eui}:{counter}")
