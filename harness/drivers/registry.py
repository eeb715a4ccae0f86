"""Makes the driver that the word after ``--driver`` names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from harness.drivers.broken import DEFECTS, defect
from harness.drivers.browser import BrowserDriver
from harness.drivers.command import CommandDriver
from harness.drivers.driver import Driver
from harness.drivers.endpoint import EndpointDriver
from harness.drivers.manual import ManualDriver
from harness.drivers.observe import ObserveDriver
from harness.drivers.python_object import load_driver
from harness.drivers.reference import ReferenceDriver
from stubs.wire import InputError


def _broken(name: str) -> Driver:
    return defect(name).driver()


_PLAIN: Mapping[str, Callable[[], Driver]] = {
    "reference": ReferenceDriver,
    "manual": ManualDriver,
    "observe": ObserveDriver,
}
_WITH_ARGUMENT: Mapping[str, tuple[str, Callable[[str], Driver]]] = {
    "broken": ("a defect", _broken),
    "browser": ("a script", BrowserDriver),
    "command": ("a command line", CommandDriver),
    "http": ("an address", EndpointDriver),
    "https": ("an address", lambda rest: EndpointDriver(f"https:{rest}")),
    "python": ("module:factory", load_driver),
}


def driver_names() -> tuple[str, ...]:
    """Return the names that ``make_driver`` understands, every defect included."""
    return (
        *_PLAIN,
        *(f"broken:{name}" for name in DEFECTS),
        "browser:<script>",
        "command:<command line>",
        "http:<address>",
        "python:<module>:<factory>",
    )


def _mend() -> str:
    arguments = (
        f"{kind}:<{wanted.removeprefix('a ').removeprefix('an ')}>" for kind, (wanted, _) in _WITH_ARGUMENT.items()
    )
    return f"Known: {', '.join((*_PLAIN, *arguments))}; see `uept docs drivers`."


def make_driver(text: str) -> Driver:
    """The driver ``text`` names.

    ``http:`` may stand before an address or begin it: ``http:https://host/act`` and ``http://host/act`` both work.

    Raises: InputError: unknown name, or its argument is missing or wrong, with what there is.
    """
    kind, _, argument = text.partition(":")
    if kind in _PLAIN and not argument:
        return _PLAIN[kind]()
    if kind not in _WITH_ARGUMENT:
        raise InputError(f"no driver is called {text!r}", mend=_mend())
    wanted, make = _WITH_ARGUMENT[kind]
    if not argument.strip():
        raise InputError(f"driver {kind!r} needs {wanted} after the colon", mend=_mend())
    return make(f"http:{argument}" if kind == "http" and argument.startswith("//") else argument.strip())
