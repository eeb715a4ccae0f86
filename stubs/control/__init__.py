"""Control of the simulated DCC by a tester: the ``Control`` object, and the same operations over HTTP with JSON.

One row of ``operations.OPERATIONS`` defines an operation: route, validation, OpenAPI text and command line follow.
"""

from stubs.control.control import CONTROL_API, LIVE_PAGE, SCENARIO, Control
from stubs.control.guard import AccessFile, authorisation, guard, new_token, read_access, write_access
from stubs.control.operations import OPERATIONS, Operation
from stubs.control.service import make_control_app

__all__ = [
    "CONTROL_API",
    "LIVE_PAGE",
    "OPERATIONS",
    "SCENARIO",
    "AccessFile",
    "Control",
    "Operation",
    "authorisation",
    "guard",
    "make_control_app",
    "new_token",
    "read_access",
    "write_access",
]
