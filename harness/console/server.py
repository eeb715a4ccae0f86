"""The live page's server: a thread and an event loop of its own, on loopback."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from harness.console.access import only_with_token, with_headers
from harness.console.acts import Acts
from harness.console.following import FollowedRun
from harness.console.index import JournalIndex
from harness.console.rendering import render
from harness.console.sources import Source, close, source_of, stopped
from harness.console.stream import Streams
from harness.console.views import Views
from harness.engine.attendance import Opened
from stubs.app import BackgroundDcc, SimulatedDcc, guard, new_token, readable_expectations
from stubs.http_runner import close_runner
from stubs.private_files import write_private
from stubs.wire.errors import Blocked, InputError

REMEMBERED = "live.json"
"""File in the state folder, readable by its owner only: port and token of the last live page, used again by the next.
"""
_HOST = "127.0.0.1"
_START_SECONDS = 60.0
_LARGEST_REQUEST = 48 * 1024 * 1024
"""Octets of one act: a few pictures in base64."""


class Remembered(msgspec.Struct, frozen=True):
    """Address of the live page of the run before."""

    port: int
    token: str


class LivePage:
    """One live page; made by ``live_page``. Sources may come and go while it stands."""

    def __init__(self, token: str, run: FollowedRun | None) -> None:
        self.token = token
        self.run = run
        self.url = ""
        self._source: Source | None = None
        self._last_source: Source | None = None
        """Source shown before the simulated DCC stopped."""
        self._index: JournalIndex | None = None
        self._leave: Any = None
        self._lock = threading.Lock()
        self._grown = threading.Event()
        self._is_stopping = False
        self.streams = Streams(lambda: self._index.seq if self._index else 0, self._kinds, self._grown.set)
        if run is not None:
            run.when_changed(self.streams.announce_change)
            run.when_opened(self._run_opened, self._run_closing)

    @property
    def address(self) -> str:
        """The address to open, token and all."""
        return f"{self.url}/?token={self.token}"

    # --- sources --------------------------------------------------------------------------------------------------

    def show(self, dcc: BackgroundDcc | SimulatedDcc) -> None:
        """Show this simulated DCC from now on."""
        self._put(source_of(dcc))

    def _put(self, source: Source) -> None:
        with self._lock:
            if self._leave is not None:
                self._leave()
            self._source, self._index = source, JournalIndex(source.journal)
            self._last_source = source
            self._leave = source.journal.subscribe(self._has_grown)
        self._grown.set()

    def _has_grown(self, _entries: object) -> None:
        """Wake the reader if a browser is connected: a thread that wakes takes the interpreter from the DCC."""
        if self.streams.has_listeners:
            self._grown.set()

    def _run_opened(self, opened: Opened) -> None:
        self.show(opened.dcc)

    def _run_closing(self) -> None:
        """The DCC of the run is about to stop: what is shown is complete already."""
        with self._lock:
            if self._index is not None:
                self._index.catch_up()
            if self._leave is not None:
                self._leave()
                self._leave = None
            self._source = None

    def show_journal(self, file: Path) -> None:
        """The simulated DCC has stopped and its journal is closed: go on from the file."""
        with self._lock:
            if self._last_source is not None and self._index is not None:
                self._source = stopped(self._last_source, file)
                self._index.journal = self._source.journal
        self.streams.announce_change()

    def source(self) -> Source:
        """Return the source of the pages. Raises: Blocked: nothing yet."""
        source = self._source
        if source is None:
            stopped_now = self._last_source is not None
            raise Blocked(
                "the simulated DCC has stopped, the reports are being written"
                if stopped_now
                else "the simulated DCC has not started yet"
            )
        return source

    def index(self) -> JournalIndex:
        """Return the index of its journal. Raises: Blocked: nothing yet."""
        if self._index is None:
            raise Blocked("the simulated DCC has not started yet")
        return self._index

    def _kinds(self, after: int, last: int) -> list[str]:
        source = self._source
        if source is None:
            return []
        return sorted({type(entry.event).__name__ for entry in source.journal.entries(after, last)})

    def _follow(self) -> None:
        """The reader's thread: whenever the journal has grown, read on and tell everybody."""
        while not self._is_stopping:
            self._grown.wait()
            self._grown.clear()
            index = self._index
            # Without a connected browser the journal is not read: that would take time from a loaded DCC.
            if index is not None and self.streams.has_listeners and not self._is_stopping:
                with suppress(Blocked):
                    index.catch_up()
                self.streams.announce_change()

    # --- serving --------------------------------------------------------------------------------------------------

    def _application(self, port: int) -> web.Application:
        views = Views(self.source, self.index, self.run, self.token)
        acts = Acts(self.source, self.index, self.run)
        cookie = f"uept-live-{hashlib.sha256(str(port).encode()).hexdigest()[:8]}"
        app = web.Application(
            client_max_size=_LARGEST_REQUEST,
            middlewares=[
                with_headers(),
                guard(self.token),
                only_with_token(self.token, cookie, lambda: render("closed.html")),
            ],
        )
        views.add_to(app)

        async def act(request: web.Request) -> web.Response:
            return await views.act(acts, request)

        app.router.add_get("/events", self.streams.serve)
        app.router.add_post("/do/{act}", act)
        return app

    async def _serve(self, port: int, ready: threading.Event, ended: asyncio.Event) -> None:
        self.streams.begin()
        application = self._application(port)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        assert runner.server is not None, "it was set up"
        readable_expectations(runner.server)
        try:
            site = web.TCPSite(runner, _HOST, port)
            await site.start()
            assert runner.addresses, "it listens"
            self.url = f"http://{_HOST}:{runner.addresses[0][1]}"
            ready.set()
            await ended.wait()
        finally:
            self.streams.stop()
            await close_runner(runner)

    def _stop(self) -> None:
        self._is_stopping = True
        self._grown.set()
        with self._lock:
            if self._leave is not None:
                self._leave()
            if self._source is not None:
                close(self._source)


@contextmanager
def live_page(run: FollowedRun | None = None, port: int = 0, state: Path | None = None) -> Iterator[LivePage]:
    """Serve a live page until the block ends.

    Args:
        run: the rehearsal to follow and steer; None: there is none.
        port: 0: the one of the last time, else any that is free.
        state: a state folder in which port and token are kept, so that an open page goes on after a restart.

    Raises: InputError: the port is in use.
    """
    before = _remembered(state)
    page = LivePage(before.token if before else new_token(), run)
    wanted = port or (before.port if before else 0)
    with _running(page, wanted, may_move=not port):
        if state is not None:
            _remember(state, Remembered(int(page.url.rpartition(":")[2]), page.token))
        yield page


@contextmanager
def _running(page: LivePage, port: int, *, may_move: bool) -> Iterator[None]:
    ready, failures, stop = threading.Event(), list[OSError](), list[Any]()

    async def main() -> None:
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        stop.append(lambda: loop.call_soon_threadsafe(ended.set))
        try:
            await page._serve(port, ready, ended)  # noqa: SLF001 - the page's own server
        except OSError as error:
            if not (may_move and port):
                raise
            del error  # somebody else has the port of the last time: any other will do
            await page._serve(0, ready, ended)  # noqa: SLF001

    def run() -> None:
        try:
            asyncio.run(main())
        except OSError as error:
            failures.append(error)
        finally:
            ready.set()

    server = threading.Thread(target=run, name="live page", daemon=True)
    reader = threading.Thread(target=page._follow, name="live page's reader", daemon=True)  # noqa: SLF001
    server.start()
    if not ready.wait(_START_SECONDS) or failures:
        why = failures[0].strerror if failures else f"it did not start within {_START_SECONDS:g} s"
        raise InputError(f"the live page cannot listen on {_HOST}:{port}: {why}", mend="Choose another --live-port.")
    reader.start()
    try:
        yield
    finally:
        stop[0]()
        page._stop()  # noqa: SLF001
        server.join()
        reader.join()


def _remembered(state: Path | None) -> Remembered | None:
    if state is None:
        return None
    try:
        return msgspec.json.decode((state / REMEMBERED).read_bytes(), type=Remembered)
    except (OSError, ValueError):
        return None


def _remember(state: Path, remembered: Remembered) -> None:
    path = state / REMEMBERED
    try:
        state.mkdir(parents=True, exist_ok=True)
        write_private(path, msgspec.json.encode(remembered))
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}", mend="Check the state folder.") from error
