"""The party's own Playwright script, one function for each action, in a browser that the harness starts.

    def view_inventory(page, ssi, target):
        page.goto(f"{ssi}/inventory?device={target}")
        return {"values": {"seen": page.locator(".id").all_inner_texts()}}

A function is named after the action's kind, ``-`` as ``_``. It is handed what its parameters ask for by name:
``page``, ``action``, a field of the action, an address (``ssi``), ``person`` and ``pass_phrase``, or one of the
action's parameters. What it returns is the outcome: nothing (done), or the outcome's members that differ. What has no
function is asked of ``OTHER_DRIVER``, if the script names one. A picture and a trace of each action are kept as
evidence.

Playwright's pages belong to one thread, so the script runs in one of its own.
"""

from __future__ import annotations

import importlib.util
import inspect
import os
import queue
import shutil
import tempfile
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from harness.drivers.action import KINDS, Action, Outcome
from harness.drivers.browser_trace import without_secrets
from harness.drivers.driver import Driver, DriverContext, KeptFile, UserIdentity
from stubs.wire import Blocked, InputError

CHROMIUM_VARIABLE = "UEPT_CHROMIUM"
"""Path of the Chromium to start; else the one that Playwright installed, else that of the machine."""
_MACHINES_OWN = ("chromium", "chromium-browser", "google-chrome")
_LARGEST_TRACE = 16 * 1024 * 1024
_CLOSE_SECONDS = 30.0
_TEST_PASS_PHRASE = "uept rehearsal"  # noqa: S105 - published in the documentation
_FIRST_LINE = 300

Function = Callable[..., Any]


class BrowserDriver:
    """Runs the functions of ``script`` in a browser of its own."""

    def __init__(self, script: str) -> None:
        self._script = Path(script)
        self._module: ModuleType | None = None
        self._context: DriverContext | None = None
        self._other: Driver | None = None
        self._work: queue.Queue[tuple[Action, Future[Outcome]] | None] = queue.Queue()
        self._thread: threading.Thread | None = None

    def describe(self) -> dict[str, Any]:
        """Name, script, and the kinds of action that the script has a function for."""
        named = [kind for kind in KINDS if self._module is not None and self._function(kind) is not None]
        return {"driver": "browser", "script": str(self._script), "kinds": named}

    @property
    def receive_url(self) -> str | None:
        """Return the other driver's URL, where the script names one."""
        return None if self._other is None else self._other.receive_url

    def start(self, context: DriverContext) -> None:
        """Read the script and start the browser. Raises: InputError: either cannot be, with what to do."""
        from harness.drivers.registry import make_driver  # noqa: PLC0415 - it knows this module

        self._context = context
        self._module = _load(self._script)
        named = getattr(self._module, "OTHER_DRIVER", "")
        if named:
            self._other = make_driver(str(named))
            self._other.start(context)
        ready: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="browser driver", daemon=True)
        self._thread.start()
        ready.result()

    def perform(self, action: Action) -> Outcome:
        """Run the action's function; what has none goes to the other driver, or is ``unsupported``."""
        if self._context is None:
            raise Blocked("the browser driver has not been started")
        complete = msgspec.structs.replace(action, urls={**self._context.urls, **action.urls})
        if self._function(action.kind) is None:
            if self._other is not None:
                return self._other.perform(complete)
            name = action.kind.replace("-", "_")
            return Outcome(action=action.id, status="unsupported", detail=f"{self._script.name} has no function {name}")
        result: Future[Outcome] = Future()
        self._work.put((complete, result))
        return result.result()

    def close(self) -> None:
        """Close the browser and the other driver."""
        if self._thread is not None:
            self._work.put(None)
            self._thread.join(_CLOSE_SECONDS)
            self._thread = None
        if self._other is not None:
            self._other.close()
            self._other = None

    def _function(self, kind: str) -> Function | None:
        found = getattr(self._module, kind.replace("-", "_"), None)
        return found if callable(found) else None

    # --- in the browser's thread ----------------------------------------------------------------------------------

    def _run(self, ready: Future[None]) -> None:
        try:
            playwright, browser = start_browser()
        except Exception as error:  # noqa: BLE001 - handed to the thread that waits
            ready.set_exception(error)
            return
        ready.set_result(None)
        sessions = _Sessions(browser, self._context)
        try:
            while (work := self._work.get()) is not None:
                action, result = work
                result.set_result(self._act(sessions, action))
        finally:
            try:
                browser.close()
            finally:
                playwright.stop()

    def _act(self, sessions: _Sessions, action: Action) -> Outcome:
        context = self._context
        function = self._function(action.kind)
        assert context is not None and function is not None, "it was started, and the function was found"  # noqa: PT018
        try:
            session = sessions.of(action)
            page = session.pages[0] if session.pages else session.new_page()
            session.set_default_timeout(action.deadline * 1000)
            session.tracing.start_chunk(title=f"{action.id} {action.kind}")
        except Exception as error:  # noqa: BLE001 - a browser that broke is ours, never the party's failure
            return Outcome(action=action.id, status="blocked", detail=f"the browser broke: {_first_line(error)}")
        outcome = _called(function, page, action, person_of(context.users, action))
        self._keep(context, session, page, action)
        return outcome

    def _keep(self, context: DriverContext, session: Any, page: Any, action: Action) -> None:
        """Keep a picture of the page and the trace of the acts; leave out what cannot be recorded."""
        name = f"{action.id}-{action.kind}"
        secrets = [user.pass_phrase for user in context.users if user.pass_phrase]
        with tempfile.TemporaryDirectory(prefix="uept-trace-") as folder:
            trace = Path(folder) / "trace.zip"
            try:
                session.tracing.stop_chunk(path=trace)
                picture = page.screenshot(full_page=True)
            except Exception:  # noqa: BLE001 - the page may be gone; the outcome counts all the same
                picture = b""
            if picture:
                context.keep(action, KeptFile(f"{name}.png", "image/png", picture, note=page.url.partition("?")[0]))
            if trace.is_file() and trace.stat().st_size <= _LARGEST_TRACE:
                body = without_secrets(trace.read_bytes(), secrets)
                context.keep(action, KeptFile(f"{name}-trace.zip", "application/zip", body))


class _Sessions:
    """Browser contexts (cookies and all) of the scenario under way: a new scenario begins with fresh ones."""

    def __init__(self, browser: Any, context: DriverContext | None) -> None:
        self._browser = browser
        self._driver_context = context
        self._scenario = ""
        self._open: dict[str, Any] = {}

    def of(self, action: Action) -> Any:
        """The context for an action: one for each User, and a second one where the action asks for it."""
        scenario = f"{action.scenario} {action.role}"
        if scenario != self._scenario:
            for session in self._open.values():
                session.close()
            self._open, self._scenario = {}, scenario
        key = f"{action.user} {action.options.get('browser', '')}"
        if key not in self._open:
            self._open[key] = self._made(action)
        return self._open[key]

    def _made(self, action: Action) -> Any:
        tls = None if self._driver_context is None else self._driver_context.tls
        wanted: dict[str, Any] = {}
        if tls is not None and tls.ca is not None:
            wanted["ignore_https_errors"] = True  # Chromium has its own list of authorities; a test PKI is not in it
        ssi = action.urls.get("ssi", "")
        if tls is not None and tls.certificate is not None and tls.key is not None and ssi.startswith("https:"):
            wanted["client_certificates"] = [
                {"origin": ssi.rstrip("/"), "certPath": str(tls.certificate), "keyPath": str(tls.key)}
            ]
        session = self._browser.new_context(**wanted)
        session.tracing.start(screenshots=True, snapshots=True)
        return session


def start_browser(*, headless: bool = True) -> tuple[Any, Any]:
    """Playwright and a Chromium. Raises: InputError: one of them is absent, with the command that brings it."""
    try:
        from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415 - optional
    except ImportError as error:
        raise InputError("the browser driver needs Playwright", mend="pip install 'uept-harness[browser]'") from error
    playwright = sync_playwright().start()
    # Chromium's sandbox needs rights that root in a container gives away.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    try:
        return playwright, playwright.chromium.launch(
            executable_path=_chromium(playwright), headless=headless, args=arguments
        )
    except Error as error:
        playwright.stop()
        raise InputError(
            f"Chromium cannot be started: {_first_line(error)}",
            mend=f"Set {CHROMIUM_VARIABLE} to its path, or run `playwright install chromium`.",
        ) from error


def _chromium(playwright: Any) -> str | None:
    """The one that is named, else Playwright's own, else the machine's; None lets Playwright say what is missing."""
    named = os.environ.get(CHROMIUM_VARIABLE)
    if named or Path(playwright.chromium.executable_path).exists():
        return named
    return next((found for name in _MACHINES_OWN if (found := shutil.which(name)) is not None), None)


def _load(script: Path) -> ModuleType:
    if not script.is_file():
        raise InputError(f"the script {script} cannot be found", mend="Give its path: browser:pages.py, for example.")
    spec = importlib.util.spec_from_file_location(f"uept_browser_{script.stem}", script)
    assert spec is not None, "it ends in .py or is read as if it did"
    assert spec.loader is not None, "it is a file"
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise InputError(
            f"the script {script} cannot be read: {type(error).__name__}: {_first_line(error)}", mend="Mend it."
        ) from error
    return module


def person_of(users: tuple[UserIdentity, ...], action: Action) -> tuple[str, str]:
    """Name and pass phrase of who signs in: as the action or the settings say, else the User's test person."""
    known = next((one for one in users if one.eui.upper() == action.user.upper() and one.person), None)
    usual = known.person if known is not None else f"tester-{action.user.replace('-', '').lower()}"
    named = str(action.parameters.get("person") or usual)
    phrase = known.pass_phrase if known is not None and named == usual else _TEST_PASS_PHRASE
    return named, str(action.parameters.get("pass_phrase") or phrase)


def _called(function: Function, page: Any, action: Action, person: tuple[str, str]) -> Outcome:
    """Call a function of the script; whatever it does becomes an outcome."""
    from playwright.sync_api import Error  # noqa: PLC0415 - optional
    from playwright.sync_api import TimeoutError as LateError  # noqa: PLC0415 - optional

    try:
        arguments = _arguments(function, page, action, person)
    except TypeError as error:
        return Outcome(action=action.id, status="blocked", detail=str(error))
    try:
        return _outcome(action, function(**arguments))
    except AssertionError as error:
        return Outcome(action=action.id, status="failed", detail=_first_line(error) or "an expectation was not met")
    except LateError as error:
        return Outcome(action=action.id, status="timeout", detail=_first_line(error))
    except Error as error:
        return Outcome(action=action.id, status="failed", detail=_first_line(error))
    except Exception as error:  # noqa: BLE001 - the party's script is foreign code: what breaks in it is BLOCKED
        detail = f"the script broke in {function.__name__}: {type(error).__name__}: {_first_line(error)}"
        return Outcome(action=action.id, status="blocked", detail=detail)


def _arguments(function: Function, page: Any, action: Action, person: tuple[str, str]) -> dict[str, Any]:
    """Return the arguments of a function. Raises: TypeError: a parameter that nothing has the name of."""
    known: Mapping[str, Any] = {
        **msgspec.structs.asdict(action),
        **action.urls,
        **action.parameters,
        "page": page,
        "action": action,
        "person": person[0],
        "pass_phrase": person[1],
    }
    found = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind in {parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL}:
            continue
        if name in known:
            found[name] = known[name]
        elif parameter.default is parameter.empty:
            raise TypeError(f"{function.__name__} asks for {name}, which this action does not have; give it a default")
    return found


def _outcome(action: Action, returned: Any) -> Outcome:
    if returned is None:
        return Outcome(action=action.id, status="done")
    if not isinstance(returned, dict):
        detail = f"the script returned {type(returned).__name__}; expected nothing, or a dict of the outcome's members"
        return Outcome(action=action.id, status="blocked", detail=detail)
    try:
        return msgspec.convert({"status": "done", **returned, "action": action.id}, type=Outcome)
    except msgspec.ValidationError as error:
        return Outcome(action=action.id, status="blocked", detail=f"the script returned no outcome: {error}")


def _first_line(error: BaseException) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), "")[:_FIRST_LINE]
