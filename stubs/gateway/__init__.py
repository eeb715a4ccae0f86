"""The HTTP(S) edge: three DUIS web services in, deliveries to Users out. Reads, commits, writes; decides nothing.

Names load when they are used: a front process delivers nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stubs.gateway.delivery import Delivery
    from stubs.gateway.runtime import Runtime
    from stubs.gateway.service import make_app

_MODULES = {"Delivery": "delivery", "Runtime": "runtime", "make_app": "service"}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


__all__ = ["Delivery", "Runtime", "make_app"]
