"""Made-up identities of the parties and devices that examples of messages name: they belong to nobody."""

from __future__ import annotations

from stubs.wire.eui64 import Eui64

SUPPLIER = Eui64.parse("A0-B1-C2-D3-E4-01-00-00")
NETWORK_OPERATOR = Eui64.parse("A0-B1-C2-D3-E4-02-00-00")
ACB = Eui64.parse("DC-C0-00-00-00-00-00-02")
ESME = Eui64.parse("DE-51-CE-00-00-00-00-E1")
GSME = Eui64.parse("DE-51-CE-00-00-00-00-61")
CHF = Eui64.parse("DE-51-CE-00-00-00-00-C1")
GPF = Eui64.parse("DE-51-CE-00-00-00-00-C2")
