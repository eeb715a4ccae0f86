"""A complete client of ours: what a User's system has to do, with every correct behaviour a field of ``Policy``.

It signs and posts DUIS requests, checks and signs Pre-Commands, receives on an endpoint of its own, verifies,
de-duplicates, correlates, decodes GBCS and keeps its counters on disk. It uses ``stubs.wire`` and nothing else of
the simulated DCC: what it knows, it knows from the wire and from certificates.
"""

from harness.drivers.reference.client import ReferenceDriver
from harness.drivers.reference.policy import CORRECT, Policy

__all__ = ["CORRECT", "Policy", "ReferenceDriver"]
