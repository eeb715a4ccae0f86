"""Strict base64 by decoding and encoding again is what the grammar of ``xs:base64Binary`` says."""

from __future__ import annotations

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stubs.wire.base64text import is_base64, read_base64, write_base64
from stubs.wire.errors import PeerError

# XML Schema part 2, base64Binary: quartets, and a last one whose unused bits are zero.
GRAMMAR = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=|[A-Za-z0-9+/][AQgw]==)?")
NEARLY = st.text("AQgwBR/+9=", max_size=12) | st.text(max_size=12)


def by_grammar(text: str) -> bool:
    return GRAMMAR.fullmatch(re.sub("[ \t\r\n]", "", text)) is not None


@given(NEARLY)
def test_a_text_is_base64_when_the_grammar_says_so(text: str) -> None:
    assert is_base64(text) == by_grammar(text)


@given(st.binary(max_size=64), st.integers(0, 80))
def test_what_was_written_is_read_with_white_space_anywhere(octets: bytes, at: int) -> None:
    text = write_base64(octets)
    assert read_base64(f"{text[:at]} \r\n\t{text[at:]}") == octets == base64.b64decode(text)


@given(NEARLY.filter(lambda text: not by_grammar(text)))
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(PeerError, match="not base64"):
        read_base64(text)
