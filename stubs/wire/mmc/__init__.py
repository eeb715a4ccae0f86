"""Decoded payloads: GBCS responses and alerts as documents of the Message Mapping Catalogue (MMC) 5.4.

A User's own "parse and correlate" tool makes such documents; the DCC passes SMETS2 payloads on undecoded. What stands
where is data: ``schemas/catalogue/mmc-answers.json``, ``mmc-alerts.json`` and ``mmc-words.csv``. No keys here.
"""

from stubs.wire.mmc.document import VERSION, answer_element, decoded, plain_parts, services_of, write_document
from stubs.wire.mmc.statuses import Block, blocks

__all__ = [
    "VERSION",
    "Block",
    "answer_element",
    "blocks",
    "decoded",
    "plain_parts",
    "services_of",
    "write_document",
]
