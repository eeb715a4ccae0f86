"""The simulated DCC as a core without input or output: requests in, answers and events out.

Joins the other cores. The state is a fold over events (``fold``); everything is decided on the state, and every change
is an event that goes through the same fold, so a replayed journal gives the same state. Knows no socket, file or clock.
Names load when they are used: a front process checks requests, and does not load what decides them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stubs.dcc.core import Dcc
    from stubs.dcc.outbound.reply import Cut, Handled, Reply
    from stubs.dcc.requests.checked_request import CheckedRequest
    from stubs.dcc.requests.request_checker import RequestChecker
    from stubs.dcc.requests.request_validation import not_simulated
    from stubs.dcc.state.dcc_state import DccState, User, new_state
    from stubs.dcc.state.fold import FOLDED_KINDS, fold

_HOMES = {
    "core": ("Dcc",),
    "outbound.reply": ("Cut", "Handled", "Reply"),
    "requests.checked_request": ("CheckedRequest",),
    "requests.request_checker": ("RequestChecker",),
    "requests.request_validation": ("not_simulated",),
    "state.dcc_state": ("DccState", "User", "new_state"),
    "state.fold": ("FOLDED_KINDS", "fold"),
}
_MODULES = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


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
    "not_simulated",
]
