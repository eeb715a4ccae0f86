"""Tables for decoded payloads (MMC): what stands in an answer element, and the words for codes.

``catalogue/mmc-answers.json`` and ``mmc-alerts.json`` hold a template per GBCS use case or alert; ``mmc-words.csv``
holds vocabularies. How a template is read is told in ``stubs/wire/mmc/template.py``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from schemas.tables import resource, table_rows

Template = Mapping[str, Any]
"""Element names to sources of values, or to templates of their content."""


@cache
def mmc_answers() -> Mapping[str, Template]:
    """Return the content of the answer element of each use case that answers with data, by use case name."""
    return _templates("mmc-answers.json")


@cache
def mmc_alert_payloads() -> Mapping[str, Template]:
    """Return the content of an alert's payload, by message code (four upper-case hexadecimal digits)."""
    return _templates("mmc-alerts.json")


@cache
def mmc_words() -> Mapping[tuple[str, str], str]:
    """Words of the MMC schema for codes, by (vocabulary, code)."""
    rows = table_rows("catalogue", "mmc-words.csv")
    return MappingProxyType({(row["family"], row["key"]): row["word"] for row in rows})


def mmc_word(family: str, key: str) -> str | None:
    """The word for one code, or None when the vocabulary has none."""
    return mmc_words().get((family, key))


def _templates(name: str) -> Mapping[str, Template]:
    read = json.loads(resource("catalogue", name).read_text(encoding="utf-8"))
    return MappingProxyType({one: template for names, template in read.items() for one in names.split()})
