"""GBCS messages: envelope, MAC, signature, encryption, payload codecs, and the field-by-field view.

Bytes to values and back; keys are handed in, nothing is stored. It must not know where keys come from.
"""

from stubs.wire.gbcs.envelope import Cra, Group, Message, OtherInformation
from stubs.wire.gbcs.octets import GbcsError

__all__ = ["Cra", "GbcsError", "Group", "Message", "OtherInformation"]
