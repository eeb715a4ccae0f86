"""The hardened parser: what it refuses, and that it says so in words."""

from __future__ import annotations

import pytest

from stubs.wire.errors import PeerError
from stubs.wire.xml import DEFAULT_LIMITS, Limits, XmlError, child_elements, local_name, parse, path_of, text_of

BILLION_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    + b"".join(
        b'<!ENTITY lol%d "%b">' % (n, b"&lol%b;" % (b"" if n == 1 else str(n - 1).encode()) * 10) for n in range(1, 10)
    )
    + b"]><lolz>&lol9;</lolz>"
)


def refusal(data: bytes, limits: Limits = DEFAULT_LIMITS) -> XmlError:
    with pytest.raises(XmlError) as caught:
        parse(data, limits)
    return caught.value


def test_a_document_is_parsed_with_its_comments_and_white_space() -> None:
    root = parse(b"<?xml version='1.0' encoding='UTF-8'?>\n<!-- a --><a> <!-- b --><b>c</b>\n</a>\n")
    assert local_name(root) == "a"
    assert len(root) == 2
    assert [local_name(child) for child in child_elements(root)] == ["b"]


def test_a_byte_order_mark_is_accepted() -> None:
    assert local_name(parse(b"\xef\xbb\xbf<a/>")) == "a"


def test_billion_laughs_is_refused_before_anything_expands() -> None:
    assert "document type declaration" in refusal(BILLION_LAUGHS).what


def test_an_external_entity_is_refused() -> None:
    document = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
    assert "document type declaration" in refusal(document).what


@pytest.mark.parametrize(
    "prolog",
    [b"", b"\xef\xbb\xbf", b"<?xml version='1.0'?>", b"<!-- first -->", b"<?p i?>\n <!-- --> <!-- > -->"],
)
def test_a_doctype_is_refused_whatever_stands_before_it(prolog: bytes) -> None:
    assert "document type declaration" in refusal(prolog + b"<!DOCTYPE a><a/>").what


def test_the_word_doctype_inside_a_comment_or_cdata_is_harmless() -> None:
    parse(b"<!-- <!DOCTYPE a> --><a><![CDATA[<!DOCTYPE a>]]></a>")


def test_an_undeclared_entity_is_refused() -> None:
    error = refusal(b"<a>\n&x;</a>")
    assert error.where == "line 2"


def test_deep_nesting_is_refused() -> None:
    depth = DEFAULT_LIMITS.depth
    parse(b"<a>" * depth + b"</a>" * depth)
    assert "nested too deeply" in refusal(b"<a>" * (depth + 1) + b"</a>" * (depth + 1)).what
    assert "nested too deeply" in refusal(b"<a>" * depth + b"<b/>" + b"</a>" * depth).what


def test_nesting_beyond_the_parser_s_own_limit_is_refused() -> None:
    refusal(b"<a>" * 100_000 + b"</a>" * 100_000)


def test_a_deep_document_too_large_for_the_usual_parser_is_refused_as_well() -> None:
    padding = b"<!--" + b"x" * 9_600_000 + b"-->"
    refusal(padding + b"<a>" * 1000 + b"</a>" * 1000)


def test_an_oversized_document_is_refused() -> None:
    assert "too large" in refusal(b"<a>" + b"x" * 100 + b"</a>", Limits(size=50)).what


def test_the_largest_legitimate_text_passes() -> None:
    text = b"A" * (10_240_000 // 3 * 4)
    assert len(text_of(parse(b"<a>" + text + b"</a>"))) == len(text)


def test_too_much_markup_is_refused() -> None:
    assert "too much markup" in refusal(b"<a>" + b"<b/>" * 20 + b"</a>", Limits(markup=20)).what


def test_too_many_namespace_declarations_are_refused() -> None:
    declarations = b"".join(b' xmlns:n%d="u"' % n for n in range(300))
    assert "namespace" in refusal(b"<a" + declarations + b"/>").what


def test_too_many_attributes_are_refused() -> None:
    attributes = b"".join(b' n%d="u"' % n for n in range(33))
    assert "attributes" in refusal(b"<a" + attributes + b"/>").what


@pytest.mark.parametrize("cut", [1, 5, 9, 13])
def test_a_truncated_document_is_refused(cut: int) -> None:
    refusal(b"<a><b>c</b></a>"[:cut])


@pytest.mark.parametrize("empty", [b"", b" \n", b"\xef\xbb\xbf"])
def test_an_empty_document_is_refused(empty: bytes) -> None:
    refusal(empty)


def test_a_nul_byte_is_refused_with_its_line() -> None:
    assert refusal(b"<a>\n\n\0</a>").where == "line 3"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_encodings_are_refused(encoding: str) -> None:
    assert "UTF-8" in refusal("<a>text</a>".encode(encoding)).expected


def test_a_declaration_of_another_encoding_is_refused() -> None:
    assert "iso-8859-1" in refusal(b"<?xml version='1.0' encoding='iso-8859-1'?><a/>").got


def test_bytes_that_are_not_utf8_are_refused() -> None:
    refusal(b"<a>\xff\xfe</a>")


def test_an_error_names_line_expected_and_found() -> None:
    error = refusal(b"<a>\n<b></a>")
    assert isinstance(error, PeerError)
    assert "line 2" in str(error)
    assert "found" in str(error)


def test_a_comment_does_not_cut_a_value_short() -> None:
    assert text_of(parse(b"<a>12<!-- -->34<b>x</b></a>")) == "1234"


def test_a_path_counts_like_siblings() -> None:
    root = parse(b'<s:a xmlns:s="u"><s:b/><s:c/><s:b><s:d/></s:b></s:a>')
    assert path_of(root[2][0]) == "/a/b[2]/d"
