"""The simulated DCC as a core without input or output: requests in, answers and events out.

Joins the other cores. State is a fold over events (``fold``); everything is decided on the state, and every change is
an event that goes through the same fold, so a replayed journal gives the same state. Knows no socket, file or clock.
"""

from stubs.dcc.core import Dcc
from stubs.dcc.fold import FOLDED_KINDS, fold
from stubs.dcc.reply import Cut, Handled, Reply
from stubs.dcc.state import State, User, new_state

__all__ = ["FOLDED_KINDS", "Cut", "Dcc", "Handled", "Reply", "State", "User", "fold", "new_state"]
