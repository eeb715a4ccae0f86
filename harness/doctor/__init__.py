"""Looks at a party's side before a rehearsal: keys, User IDs, addresses, program, and one real trial.

Gives findings, each with its mend; prints nothing. The command puts them beside what it finds on the machine.
"""

from harness.doctor.finding import Condition, State
from harness.doctor.party import look_at_party
from harness.doctor.trial import look_at_trial

__all__ = ["Condition", "State", "look_at_party", "look_at_trial"]
