"""A driver that is a Python object of the party's: ``python:module:factory``."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from harness.drivers.driver import Driver
from stubs.wire import InputError

_METHODS = ("describe", "start", "perform", "close")


def load_driver(text: str) -> Driver:
    """Return the driver that ``factory()`` of ``module`` makes; it must keep the ``Driver`` protocol.

    Raises: InputError: no such module or factory, it fails, or what it returns is no driver.
    """
    module_name, colon, factory_name = text.partition(":")
    if not colon or not factory_name:
        raise InputError(f"python:{text} names no factory", mend="Write python:my_package.uept:make_driver.")
    here = str(Path.cwd())
    if here not in sys.path:  # as `python -m` does: the party's module lies in the folder it rehearses in
        sys.path.insert(0, here)
    try:
        factory = getattr(importlib.import_module(module_name), factory_name)
        driver: Driver = factory()
    except Exception as error:
        raise InputError(
            f"the driver python:{text} cannot be made: {type(error).__name__}: {error}",
            mend="Check that the module can be imported and that the factory takes no arguments.",
        ) from error
    missing = [name for name in _METHODS if not callable(getattr(driver, name, None))]
    if missing or not hasattr(type(driver), "receive_url"):
        lacking = ", ".join([*missing, *([] if hasattr(type(driver), "receive_url") else ["receive_url"])])
        raise InputError(
            f"the object of python:{text} is no driver: it lacks {lacking}", mend="See `uept docs drivers`."
        )
    return driver
