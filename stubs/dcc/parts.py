"""What every part of the core shares: settings, keys, the writer of letters."""

from __future__ import annotations

from dataclasses import dataclass, field

from stubs.dcc.correspondence import Correspondence
from stubs.settings import DccSettings
from stubs.smki import Pki
from stubs.wire.gbcs.crypto import SharedSecrets


@dataclass(slots=True)
class Parts:
    """Fixed for the life of a core; ``secrets`` is a cache and holds nothing that is not in the keys."""

    settings: DccSettings
    pki: Pki
    correspondence: Correspondence
    secrets: SharedSecrets = field(default_factory=SharedSecrets)

    @property
    def acb(self) -> str:
        """The access control broker's EUI, dashed."""
        return str(self.pki.acb)


def make_parts(settings: DccSettings, pki: Pki) -> Parts:
    """The parts of one core."""
    return Parts(settings, pki, Correspondence(settings, pki))
