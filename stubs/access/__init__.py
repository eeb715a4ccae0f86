"""Access control: the checks on a request once its document is sound, as pure functions in the catalogue's order.

Knows nothing of sockets, devices or the journal: facts about the User, the device and the ledger are handed in. Every
rule is a row of ``schemas/catalogue/gateway-rules.csv``; a rule that says no raises ``Refusal`` with the row's id.
"""

from stubs.access.access_request import AccessRequest, DeviceFacts, UserFacts
from stubs.access.ledger import Issued, RequestLedger
from stubs.access.rules import RULES, acting_role, authorise, check_request
from stubs.access.thresholds import Breach, Thresholds

__all__ = [
    "RULES",
    "AccessRequest",
    "Breach",
    "DeviceFacts",
    "Issued",
    "RequestLedger",
    "Thresholds",
    "UserFacts",
    "acting_role",
    "authorise",
    "check_request",
]
