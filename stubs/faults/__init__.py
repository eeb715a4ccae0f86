"""Faults: rules that match traffic and bend it. Deterministic, counted in the journal, recorded when applied.

Knows messages as bytes and facts as text; what a point of application is, the joining core decides.
"""

from stubs.faults.bend import BODY_EFFECTS, bend
from stubs.faults.rules import EFFECTS, GBCS_EFFECTS, PASSED, Fault, FaultRule, Faults, read_rule

__all__ = ["BODY_EFFECTS", "EFFECTS", "GBCS_EFFECTS", "PASSED", "Fault", "FaultRule", "Faults", "bend", "read_rule"]
