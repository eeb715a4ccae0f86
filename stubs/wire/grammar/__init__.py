"""Our own XSD modules, read as values: for examples, for words about errors, for tests.

Validation itself is libxml2's (``stubs.wire.duis.schema``). This package reads the same modules a second time, into
rules a program can walk. It knows nothing of services, roles or signatures.
"""

from stubs.wire.grammar.rules import (
    Attribute,
    Choice,
    Content,
    Element,
    Particle,
    Sequence,
    Text,
    Type,
    Wildcard,
    elements_in,
)
from stubs.wire.grammar.words import in_words
from stubs.wire.grammar.xsd import Grammar, read_grammar

__all__ = [
    "Attribute",
    "Choice",
    "Content",
    "Element",
    "Grammar",
    "Particle",
    "Sequence",
    "Text",
    "Type",
    "Wildcard",
    "elements_in",
    "in_words",
    "read_grammar",
]
