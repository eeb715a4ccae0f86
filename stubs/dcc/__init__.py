"""The simulated DCC as a core without input or output: requests in, answers and events out.

Joins the other cores. The state is a fold over events (``fold``); everything is decided on the state, and every change
is an event that goes through the same fold, so a replayed journal gives the same state. Knows no socket, file or clock.
"""

from stubs.dcc.core import Dcc
from stubs.dcc.outbound.reply import Cut, Handled, Reply
from stubs.dcc.requests.checked_request import CheckedRequest
from stubs.dcc.requests.request_checker import RequestChecker
from stubs.dcc.state.dcc_state import DccState, User, new_state
from stubs.dcc.state.fold import FOLDED_KINDS, fold

__all__ = [
    "FOLDED_KINDS",
    "CheckedRequest",
    "Cut",
    "Dcc",
    "DccState",
    "Handled",
    "Reply",
    "RequestChecker",
    "User",
    "fold",
    "new_state",
]
