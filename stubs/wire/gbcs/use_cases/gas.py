"""All gas (GBZ) and ASN.1 use cases beyond the first services, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from stubs.wire.gbcs.use_cases import (
    asn1_credentials,
    asn1_devices,
    gas_answers,
    gas_billing,
    gas_configuration,
    gas_events,
    gas_logs,
    gas_reads,
    gas_settings,
    gas_snapshots,
    gas_tariffs,
)
from stubs.wire.gbcs.use_cases.model import Codec

GAS_CODECS: Mapping[str, Codec] = MappingProxyType(
    {
        **gas_settings.CODECS,
        **gas_answers.CODECS,
        **gas_billing.CODECS,
        **gas_tariffs.CODECS,
        **gas_events.CODECS,
        **gas_reads.CODECS,
        **gas_logs.CODECS,
        **gas_snapshots.CODECS,
        **gas_configuration.CODECS,
    }
)
ASN1_CODECS: Mapping[str, Codec] = MappingProxyType({**asn1_credentials.CODECS, **asn1_devices.CODECS})
