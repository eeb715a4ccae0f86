"""The test certification authority, the PKI folder, and the certificate repository the DCC's SMKI offers.

Knows certificates and keys. Must not know devices, inventory or requests: who exists is handed in.
``stubs.smki.service`` alone opens a port.
"""

from stubs.smki.folder import import_pki, init_pki
from stubs.smki.keys import DeviceCredentials, Installed, KeyPair
from stubs.smki.parties import DEFAULT_ACB, DEFAULT_PARTIES, PartyIdentity
from stubs.smki.pki import Pki, PkiRow, list_pki, load_pki
from stubs.smki.view_keys import view_keys

__all__ = [
    "DEFAULT_ACB",
    "DEFAULT_PARTIES",
    "DeviceCredentials",
    "Installed",
    "KeyPair",
    "PartyIdentity",
    "Pki",
    "PkiRow",
    "import_pki",
    "init_pki",
    "list_pki",
    "load_pki",
    "view_keys",
]
