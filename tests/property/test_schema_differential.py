"""Documents made up from the grammar, right and nearly right, get the official verdict.

Hypothesis walks our grammar: it takes branches, repeats, leaves out, and now and then breaks one rule. The official
schemas are read from ``../shared``; nothing of them is here. More documents: ``UEPT_DIFFERENTIAL_EXAMPLES=20000``.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from stubs.wire.duis import schema_problems
from stubs.wire.duis.samples import duis_grammar
from stubs.wire.grammar import Attribute, Choice, Element, Particle, Sequence, Text, Wildcard
from stubs.wire.grammar.words import integer_limits, is_integer
from stubs.wire.xml import DS, RA, SR
from tests.official_schema import disagreement, needs_official

pytestmark = needs_official

EXAMPLES = int(os.environ.get("UEPT_DIFFERENTIAL_EXAMPLES", "1500"))
DOCUMENTS = [f"{{{SR}}}Request", f"{{{SR}}}Request", f"{{{SR}}}Response", f"{{{RA}}}GBCSResponse", f"{{{DS}}}Signature"]
SPACES = {"sr": SR, "ra": RA, "ds": DS}
BY_BASE = {
    "anyURI": ["", "urn:x", "a b", "#x", "%"],
    "base64Binary": ["", "AAAA", "AA==", "AAA", "A A A A", "AB==", "AA*A", "=AAA"],
    "boolean": ["true", "false", "1", "0", "yes", " true ", "TRUE", ""],
    "date": ["2026-01-15", "2026-02-30", "2026-01-15Z", "65535-12-31", "26-01-15", "-0001-01-01", "2026-1-5"],
    "dateTime": ["2026-01-15T12:00:00Z", "2026-01-15", "2026-01-15T24:00:00", "2026-01-15T12:00:60Z", "2026-01-15T12:00:00.123+01:00"],
    "decimal": ["0", "1.0", "-1.5", "+2", ".5", "5.", "1e3", "", "0.00001", "00.10", "٣"],
    "hexBinary": ["", "0A", "0a", "A", "0G", "0A" * 16, "0A" * 17, "0A" * 5, "0A" * 32, "0A" * 33],
    "string": ["", " ", "x", "é", "a\tb", "~", "x" * 8, "x" * 9],
    "time": ["06:00:00Z", "24:00:00", "6:00:00", "06:00", "06:00:00.5-14:00", "06:60:00"],
    "token": ["", "x", " x "],
    "ID": ["a", "1a", "a b", ""],
}  # fmt: skip
BY_PATTERN = ["DE-51-CE-00-00-00-00-E1", "de-51-ce-00-00-00-00-e1", "DE-51-CE-00-00-00-00", "DE-51-CE-00-00-00-00-E1,DE-51-CE-00-00-00-00-E1",
    "DE-51-CE-00-00-00-00-E1:DE-51-CE-00-00-00-00-E1:1", "DE-51-CE-00-00-00-00-E1:DE-51-CE-00-00-00-00-E1:01", "0" * 20, "0" * 19, "0000", "12 34",
    " DE-51-CE-00-00-00-00-E1 ", "DE-51-CE-00-00-00-00-E1:DE-51-CE-00-00-00-00-E1:18446744073709551615"]  # fmt: skip


class Maker:
    """One document: ``breaks`` is how many rules may still be broken."""

    def __init__(self, draw: st.DrawFn, breaks: int) -> None:
        self._draw = draw
        self._breaks = breaks

    def broken(self) -> bool:
        """Whether to break a rule here; more often not."""
        if self._breaks and self._draw(st.integers(0, 25)) == 25:
            self._breaks -= 1
            return True
        return False

    def element(self, rule: Element, depth: int = 0) -> etree._Element:
        node = etree.Element(self._tag(rule.tag), nsmap=SPACES)
        for attribute in rule.attributes:
            self._attribute(node, attribute)
        if rule.text is not None:
            node.text = self.text(rule.text)
        for child in self._children(rule.children, depth):
            node.append(child)
        if self.broken():
            self._spoil(node)
        return node

    def _tag(self, tag: str) -> str:
        return tag + "X" if self.broken() else tag

    def _attribute(self, node: etree._Element, attribute: Attribute) -> None:
        if attribute.is_required != self.broken() or (self._draw(st.booleans()) and attribute.text.base != "ID"):
            node.set(attribute.name, self.text(attribute.text))

    def _spoil(self, node: etree._Element) -> None:
        how = self._draw(st.sampled_from(["text", "attribute", "first last", "double", "comment"]))
        if how == "text":
            node.text = (node.text or "") + "x"
        elif how == "attribute":
            node.set("extra", "1")
        elif how == "comment":
            node.insert(0, etree.Comment("x"))
        elif len(node):
            first = node[0]
            node.append(first if how == "first last" else etree.fromstring(etree.tostring(first)))

    def _children(self, particle: Particle | None, depth: int) -> Iterator[etree._Element]:
        if particle is None:
            return
        for _ in range(self._times(particle, depth)):
            match particle:
                case Element():
                    yield self.element(particle, depth + 1)
                case Sequence(parts=parts):
                    for part in parts:
                        yield from self._children(part, depth)
                case Choice(parts=parts):
                    yield from self._children(self._draw(st.sampled_from(parts)), depth)
                case Wildcard():
                    yield etree.Element(self._draw(st.sampled_from(["{urn:other}other", f"{{{DS}}}KeyName", "none"])))

    def _times(self, particle: Particle, depth: int) -> int:
        if self.broken():
            return self._draw(st.sampled_from([max(particle.least - 1, 0), min(particle.most + 1, 60)]))
        if particle.least == particle.most:
            return particle.least
        # Deep down little is optional, or documents grow without end.
        ceiling = min(particle.most, particle.least + (2 if depth < 6 else 1))
        return self._draw(st.integers(particle.least, ceiling))

    def text(self, text: Text) -> str:
        if self.broken():
            return self._draw(st.sampled_from([*BY_BASE.get(text.base, ["", "x"]), *BY_PATTERN, *edges(text)]))
        if text.values:
            return self._draw(st.sampled_from(text.values))
        if is_integer(text):
            smallest, largest = integer_limits(text)
            low = -5 if smallest is None else smallest
            return str(self._draw(st.sampled_from([low, low + 1 if largest != low else low, largest or low + 9])))
        if text.patterns:
            return self._draw(st.from_regex(text.patterns[0], fullmatch=True))[: text.longest]
        if text.base == "decimal" and text.smallest is not None:
            return str(text.smallest + (1 if text.smallest_excluded else 0))
        if text.base == "hexBinary":
            return "0A" * (text.longest or 1)
        if text.base == "string":
            return "x" * self._draw(st.integers(text.shortest or 0, text.longest if text.longest is not None else 9))
        return BY_BASE[text.base][1 if text.base in {"base64Binary", "anyURI"} else 0]


def edges(text: Text) -> list[str]:
    """Values on both sides of every limit."""
    found = [value + "x" for value in text.values[:1]]
    for bound in (text.shortest, text.longest):
        if bound is not None and bound < 2000:
            unit = "0A" if text.base == "hexBinary" else "1"
            found += [unit * length for length in (bound - 1, bound, bound + 1) if length >= 0]
    if is_integer(text):
        for limit in integer_limits(text):
            found += [] if limit is None else [str(limit - 1), str(limit), str(limit + 1), f"0{limit}"]
    for edge in (text.smallest, text.largest):
        if text.base == "decimal" and edge is not None:
            found += [
                str(edge),
                f"{edge}1" if "." in str(edge) else f"{edge}.1",
                f"{edge}0",
                str(edge - 1),
                str(edge + 1),
            ]
    return found


@st.composite
def documents(draw: st.DrawFn) -> etree._Element:
    rule = duis_grammar().documents[draw(st.sampled_from(DOCUMENTS))]
    made = Maker(draw, draw(st.sampled_from([0, 1, 1, 2]))).element(rule)
    # Parsed again, so that what is judged is what can be written.
    return etree.fromstring(etree.tostring(made))


VERDICTS: Counter[bool] = Counter()


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(document=documents())
def test_made_up_documents_get_the_official_verdict(document: etree._Element) -> None:
    VERDICTS[not schema_problems(document)] += 1
    assert disagreement(document, ask_both=True) == ""


def test_made_up_documents_are_of_both_kinds() -> None:
    if VERDICTS:
        assert min(VERDICTS[True], VERDICTS[False]) > sum(VERDICTS.values()) / 10
