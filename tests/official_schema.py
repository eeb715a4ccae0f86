"""The official schemas' verdict, from ``../shared``: libxml2's and the xmlschema library's together.

Each alone differs from the standard in a known way: libxml2 lets junk pass in base64 and refuses white space before a
date, xmlschema takes digits of other scripts. Neither the schemas nor any part of them is in this repository.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest
import xmlschema
from lxml import etree

from stubs.wire.duis import schema_problems

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
OFFICIAL = SHARED / "official-schemas"
TEMPLATES = sorted((SHARED / "rtds" / "duis-requests").glob("*.XML"))
IS_FULL = os.environ.get("UEPT_DIFFERENTIAL", "") == "full"
"""``UEPT_DIFFERENTIAL=full`` compares every mutant and asks both validators of each: minutes instead of seconds."""

needs_official = [
    pytest.mark.shared,
    pytest.mark.skipif(
        not OFFICIAL.is_dir() or not TEMPLATES, reason="../shared is absent: put the industry's reference data there"
    ),
]


@cache
def libxml2_schema() -> etree.XMLSchema:
    source = (OFFICIAL / "DUIS Schema V5.4.xsd").read_bytes()
    # libxml2 cannot resolve a location with spaces; see the README beside the schemas.
    source = source.replace(b"MMC Schema V5.4.xsd", b"MMC%20Schema%20V5.4.xsd")
    parser = etree.XMLParser(no_network=True, load_dtd=False)
    return etree.XMLSchema(etree.fromstring(source, parser, base_url=f"{OFFICIAL}/duis.xsd"))


@cache
def second_opinion() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(OFFICIAL / "DUIS Schema V5.4.xsd"))


def disagreement(document: etree._Element, *, ask_both: bool) -> str:
    """Empty when our verdict is the official one.

    The second validator is always asked when the first says otherwise than we do, and when both accept if ``ask_both``
    says so.
    """
    ours = schema_problems(document)
    is_accepted = libxml2_schema().validate(document)
    if ours and not is_accepted:
        return ""
    if not ours and not ask_both and is_accepted:
        return ""
    # As text: given lxml's elements, the library takes a comment inside a value for its end.
    is_accepted = second_opinion().is_valid(etree.tostring(document, encoding="unicode"))
    if is_accepted == (not ours):
        return ""
    if ours:
        return f"we refuse what the official schema accepts: {ours[0]}"
    return "we accept what the official schema refuses, by the second validator"
