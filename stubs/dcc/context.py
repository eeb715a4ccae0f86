"""The context that every part of the core shares: settings, keys, the writer of messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from stubs.dcc.outbound.messages import MessageWriter
from stubs.dcc.state.device_certificates import credentials_of
from stubs.devices import DeviceKeys, DeviceState
from stubs.settings import DccSettings
from stubs.smki import KeyPair, Pki
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.crypto import SharedSecrets
from stubs.wire.request_forms import RequestForms

TRANS_COS_ROLE = "05"


@dataclass(slots=True)
class DccContext:
    """Fixed for the life of a core.

    ``secrets`` and ``forms`` are caches: they hold nothing that is not in the keys, or by the schema.
    """

    settings: DccSettings
    pki: Pki
    writer: MessageWriter
    trans_cos: KeyPair
    """Digital-signing key of the transitional change-of-supplier party, who signs 6.23's command."""
    secrets: SharedSecrets = field(default_factory=SharedSecrets)
    forms: RequestForms = field(default_factory=RequestForms)

    def keys_of(self, device: DeviceState) -> DeviceKeys:
        """The keys with which a simulated device protects its messages now."""
        return DeviceKeys(credentials_of(self.pki, device), self.pki.certificates, self.secrets)


def make_context(settings: DccSettings, pki: Pki) -> DccContext:
    """The context of one core."""
    return DccContext(settings, pki, MessageWriter(settings, pki), _trans_cos(pki))


@lru_cache(maxsize=4)
def _trans_cos(pki: Pki) -> KeyPair:
    """The party's key pair in the PKI; one of our own authority when there is none.

    Its identity is the broker's with another last octet (inferred from the public test identities).
    """
    octets = pki.acb.octets
    eui = Eui64(octets[:-1] + bytes(((octets[-1] + 2) % 256,)))
    known = pki.key_pair(eui, "DS", TRANS_COS_ROLE)
    if known is not None:
        return known
    made = pki.authority.organisation(eui, TRANS_COS_ROLE, "DS")
    if pki.certificates.by_serial(made.certificate.serial) is None:
        pki.certificates.add(made.certificate)
    return made
