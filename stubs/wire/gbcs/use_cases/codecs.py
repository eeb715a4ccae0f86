"""The codec of every use case, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from stubs.wire.gbcs.use_cases import (
    clock,
    customer,
    firmware,
    joining,
    logs,
    payment,
    registers,
    supply,
)
from stubs.wire.gbcs.use_cases.electricity import ELECTRICITY_CODECS
from stubs.wire.gbcs.use_cases.gas import ASN1_CODECS, GAS_CODECS
from stubs.wire.gbcs.use_cases.model import Codec

CODECS: Mapping[str, Codec] = MappingProxyType(
    {
        "CCS01": joining.CCS01,
        "CCS02": joining.CCS02,
        "ECS70": clock.ECS70,
        "GCS28": clock.GCS28,
        "ECS52": firmware.ECS52,
        "GCS38": firmware.GCS38,
        "CS08": firmware.CS08,
        "ECS17b": registers.ECS17B,
        "GCS13a": registers.GCS13A,
        "ECS19": registers.ECS19,
        "GCS14": registers.GCS14,
        "ECS04a": payment.ECS04A,
        "ECS04b": payment.ECS04B,
        "GCS40a": payment.GCS40A,
        "GCS40b": payment.GCS40B,
        "GCS40c": payment.GCS40C,
        "GCS40d": payment.GCS40D,
        "ECS02": payment.ECS02,
        "ECS03": payment.ECS03,
        "GCS02": payment.GCS02,
        "GCS03": payment.GCS03,
        "CS01a": customer.CS01A,
        "CS01b": customer.CS01B,
        "ECS10": customer.ECS10,
        "GCS07": customer.GCS07,
        "ECS35a": logs.ECS35A,
        "ECS35b": logs.ECS35B,
        "ECS35c": logs.ECS35C,
        "ECS35d": logs.ECS35D,
        "ECS35e": logs.ECS35E,
        "ECS35f": logs.ECS35F,
        "ECS35g": logs.ECS35G,
        "CS10a": logs.CS10A,
        "CS10b": logs.CS10B,
        "ECS42": supply.ECS42,
        "ECS43": supply.ECS43,
        "GCS32": supply.GCS32,
        "ECS45": supply.ECS45,
        "GCS33": supply.GCS33,
        **ELECTRICITY_CODECS,
        **GAS_CODECS,
        **ASN1_CODECS,
    }
)
