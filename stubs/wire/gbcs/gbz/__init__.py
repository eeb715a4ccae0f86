"""GBZ payloads: ZigBee commands, responses and alerts in GBCS clothing, encrypted components included.

Bytes to typed values and back, byte for byte. It must not know what a cluster's command means; ``use_cases`` does.
"""

from stubs.wire.gbcs.gbz.components import GbzAlert, GbzComponent, GbzMessage
from stubs.wire.gbcs.gbz.zcl import (
    DEFAULT_RESPONSE,
    READ_ATTRIBUTES,
    READ_ATTRIBUTES_RESPONSE,
    AttributeRecord,
    Field,
    Kind,
    Layout,
    decode_fields,
    decode_fields_at,
    encode_fields,
    known,
    read_attribute_ids,
    read_attribute_records,
    unknown,
    write_attribute_ids,
    write_attribute_records,
)

__all__ = [
    "DEFAULT_RESPONSE",
    "READ_ATTRIBUTES",
    "READ_ATTRIBUTES_RESPONSE",
    "AttributeRecord",
    "Field",
    "GbzAlert",
    "GbzComponent",
    "GbzMessage",
    "Kind",
    "Layout",
    "decode_fields",
    "decode_fields_at",
    "encode_fields",
    "known",
    "read_attribute_ids",
    "read_attribute_records",
    "unknown",
    "write_attribute_ids",
    "write_attribute_records",
]
