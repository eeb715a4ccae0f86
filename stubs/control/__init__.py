"""What a tester may do to the simulated DCC: the ``Control`` object, and the same operations over HTTP with JSON."""

from stubs.control.control import Control
from stubs.control.service import make_control_app

__all__ = ["Control", "make_control_app"]
