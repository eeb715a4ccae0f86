"""The whole simulated DCC from one settings record: the only place where the parts meet, and the door for ``harness``.

``SimulatedDcc`` lives in the caller's event loop, ``background_dcc`` in a thread and loop of its own.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from stubs.clock import LATEST, Clock, SystemClock, VirtualClock
from stubs.command_building import build_command
from stubs.control import (
    CONTROL_API,
    LIVE_PAGE,
    OPERATIONS,
    AccessFile,
    Control,
    authorisation,
    guard,
    make_control_app,
    new_token,
    read_access,
    write_access,
)
from stubs.dcc import Dcc
from stubs.dcc.core import Events
from stubs.dcc.simulation.made_premises import MadePremises
from stubs.dcc.simulation.premises_spec import read_file
from stubs.devices import physical_events
from stubs.faults import EFFECTS
from stubs.fleet import Fleet, FleetMessage, FleetMessageKind, device_of_message
from stubs.gateway import Delivery, Runtime, make_app
from stubs.gateway.bodies import plain_bodies
from stubs.gateway.fronts.supervision import Fronts
from stubs.gateway.garbage import ShortCollections, no_collections
from stubs.gateway.heads import listen, readable_expectations
from stubs.gateway.receive_queries import kept_queries
from stubs.gateway.snapshots import Snapshots
from stubs.gateway.tls import delivery_tls, server_tls
from stubs.http_runner import close_runner
from stubs.journal import FILE_NAME, Journal, SqliteStore
from stubs.journal.maintenance import check_at_start, write_head
from stubs.settings import LOOPBACK, DccSettings
from stubs.settings_validation import dcc_setting_problems
from stubs.smki import Pki, import_pki, init_pki, list_pki, load_pki, view_keys
from stubs.smki.keys import derive_secret
from stubs.smki.repository import Repository
from stubs.smki.service import make_app as make_smki_app
from stubs.smki.tls import asking_context
from stubs.ssi import Person, Sources, SsiSettings, SsiUser, make_ssi_app, ssi_persons
from stubs.ssi_back_office import DccBackOffice
from stubs.taken_ports import cannot_listen, require_free_ports
from stubs.wire.certificates import Certificate
from stubs.wire.errors import Blocked, InputError, PeerError

__all__ = [
    "EFFECTS",
    "LIVE_PAGE",
    "OCCURRENCES",
    "OPERATIONS",
    "BackgroundDcc",
    "Control",
    "DccSettings",
    "Fleet",
    "FleetMessage",
    "FleetMessageKind",
    "Person",
    "Pki",
    "ShortCollections",
    "SimulatedDcc",
    "SsiSettings",
    "SsiUser",
    "Urls",
    "authorisation",
    "background_dcc",
    "build_command",
    "delivery_tls",
    "device_of_message",
    "guard",
    "import_pki",
    "init_pki",
    "list_pki",
    "load_pki",
    "new_token",
    "read_access",
    "readable_expectations",
    "ssi_persons",
    "view_keys",
]

OCCURRENCES = {name: row.devices for name, row in physical_events.PHYSICAL_EVENTS.items()}
"""Physical events that a device can undergo, by name, with the device types that each applies to."""
_SHUTDOWN_SECONDS = 1.0
_START_SECONDS = 60.0


class Urls(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses of every service of one simulated DCC."""

    transform: str
    send_command: str
    non_device: str
    smki: str
    control: str
    ssi: str | None


@dataclass(frozen=True, slots=True)
class Site:
    """One server: what it serves, where, with which TLS. ``setting`` names the port's setting in messages."""

    setting: str
    host: str
    port: int
    application: web.Application
    tls: ssl.SSLContext | None


class SimulatedDcc:
    """A running simulated DCC; made by ``start``, ended by ``stop``."""

    def __init__(self, settings: DccSettings, clock: Clock, pki: Pki, journal: Journal, runtime: Runtime) -> None:
        self.settings = settings
        self.clock = clock
        self.pki = pki
        self.journal = journal
        self.control = Control(runtime)
        self.control_token = settings.control_token or new_token()
        self.urls = Urls(transform="", send_command="", non_device="", smki="", control="", ssi=None)
        self.premises: tuple[MadePremises, ...] = ()
        """Devices and inventory records made from the file of premises at this start."""
        self.fronts: Fronts | None = None
        """The front processes, where the settings want some."""
        self._runtime = runtime
        self._stack = AsyncExitStack()

    @classmethod
    async def start(
        cls, settings: DccSettings | None = None, clock: Clock | None = None, pki: Pki | None = None
    ) -> SimulatedDcc:
        """Open journal and PKI, replay, listen.

        Args:
            settings: defaults when not given.
            clock: when not given, one that runs beside the machine's from now on and can be moved. A virtual clock is
                moved forward to the newest entry of the journal: a restart never goes back.
            pki: ``settings.pki`` is opened, or a test PKI made, when not given.
        Raises: Blocked: contradictory settings, a port in use, a PKI or journal that cannot be opened.
        """
        settings = settings or DccSettings()
        if wrong := [sentence for _, sentence in dcc_setting_problems(settings)]:
            raise InputError(f"settings of the simulated DCC: {'; '.join(wrong)}")
        clock = clock or VirtualClock(SystemClock().now())
        stack = AsyncExitStack()
        try:
            journal = _open_journal(settings, clock)
            stack.callback(journal.close)
            if settings.state_dir:
                stack.callback(write_head, Path(settings.state_dir), journal)
            _catch_up(clock, journal)
            pki = pki or _open_pki(settings, stack)
            dcc = Dcc(settings, pki, kept_queries(Path(settings.state_dir) if settings.state_dir else None))
            snapshots = Snapshots(Path(settings.state_dir) if settings.state_dir else None, settings)
            snapshots.replay(dcc, journal)
            stack.callback(snapshots.keep, dcc, journal)
            if not dcc.state.users:
                now = clock.now()
                journal.append(*dcc.register_parties(now), at=now)
                journal.commit()
            runtime = Runtime(dcc, journal, clock, commits_aside=settings.sync_to_disk and bool(settings.state_dir))
            runtime.keep_snapshot = partial(snapshots.keep_beside, dcc, journal)
            runtime.fold_again = partial(snapshots.again, dcc, journal)
            premises = _made_premises(settings, dcc, runtime)
            self = cls(settings, clock, pki, journal, runtime)
            self._stack = stack
            self.premises = premises
            delivery = Delivery(runtime, settings, delivery_tls(settings.delivery_tls))
            stack.push_async_callback(delivery.stop)
            stack.push_async_callback(runtime.stop)
            await self._listen(stack)
            if settings.state_dir:
                written = write_access(
                    Path(settings.state_dir),
                    AccessFile(url=self.urls.control, token=self.control_token, pid=os.getpid()),
                )
                stack.callback(written.unlink, missing_ok=True)
            runtime.start()
        except BaseException:
            await stack.aclose()
            raise
        return self

    def _sites(self) -> tuple[Site, ...]:
        """The servers; one more web interface is one more row."""
        settings, runtime, pki = self.settings, self._runtime, self.pki
        host = settings.host
        tls = server_tls(settings.tls)
        return (
            *(() if settings.workers else (Site("port", host, settings.port, make_app(runtime, settings), tls),)),
            Site("smki_port", host, settings.smki_port, make_smki_app(self._repository()), tls),
            # The control API is for this machine only: never beyond loopback.
            Site(
                "control_port",
                host if host in LOOPBACK else LOOPBACK[0],
                settings.control_port,
                make_control_app(self.control.by(CONTROL_API), runtime, self.control_token),
                None,
            ),
            Site("ssi_port", host, settings.ssi_port, self._ssi(), asking_context(pki.authority)),
        )

    def _repository(self) -> Repository:
        runtime, dcc = self._runtime, self._runtime.dcc

        def issue(request: bytes) -> Certificate:
            return runtime.perform(lambda now: dcc.issue_device_certificate(request, now))

        now = self.clock.now if self.settings.validity_checks else None
        return Repository(self.pki, dcc.device_certificates, now, issue)

    def _ssi(self) -> web.Application:
        dcc = self._runtime.dcc
        try:
            settings = msgspec.convert(self.settings.ssi, SsiSettings)
        except msgspec.ValidationError as error:
            raise InputError(
                f"settings of the self-service pages: {error}", mend="Correct the table [dcc.ssi]."
            ) from error

        def users() -> list[SsiUser]:
            known = dcc.state.users.items()
            return [SsiUser(eui=str(eui), party=user.party, roles=tuple(user.roles)) for eui, user in known]

        secret = derive_secret(self.pki.authority.secret, "ssi")
        sources = Sources(
            inventory=_CurrentInventory(dcc),
            entries=self.journal.entries,
            users=users,
            record=self.journal.record,
            now=self.clock.now,
            back=DccBackOffice(self._runtime, self.pki, secret),
        )
        return make_ssi_app(sources, settings, secret)

    async def _listen(self, stack: AsyncExitStack) -> None:
        settings, sites = self.settings, self._sites()
        fronts = [("port", settings.host, settings.port)] if settings.workers else []
        require_free_ports([*fronts, *((site.setting, site.host, site.port) for site in sites)])
        bases = [await self._serve_by_fronts(stack)] if settings.workers else []
        bases += [await self._serve(site, stack) for site in sites]
        duis, smki, control, ssi = bases
        paths = settings.paths
        self.urls = Urls(
            transform=duis + paths.transform,
            send_command=duis + paths.send_command,
            non_device=duis + paths.non_device,
            smki=smki,
            control=control,
            ssi=ssi,
        )

    async def _serve(self, site: Site, stack: AsyncExitStack) -> str:
        if site.setting != "port":
            site.application.middlewares.insert(0, plain_bodies)
        runner = web.AppRunner(site.application, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
        await runner.setup()
        stack.push_async_callback(close_runner, runner)
        host = site.host
        # A stream or a held answer ends only when it learns that the DCC stops.
        stack.callback(self._runtime.stopping.set)
        assert runner.server is not None, "it was set up"
        try:
            listening = await listen(
                runner.server,
                host,
                site.port,
                site.tls,
                self.settings.read_timeout,
                lambda rule, why, peer: self._runtime.refused_unread(
                    rule, why, site.setting.removesuffix("port").rstrip("_") or "duis", peer
                ),
            )
        except OSError as error:
            raise cannot_listen([((site.setting, host, site.port), error)]) from error
        stack.callback(listening.close)
        port = listening.sockets[0].getsockname()[1]
        return _base(host, port, is_secure=site.tls is not None)

    async def _serve_by_fronts(self, stack: AsyncExitStack) -> str:
        """The web services in processes of their own; their base URL."""
        settings = self.settings
        server_tls(settings.tls)  # what is wrong with it is said here, once
        fronts = Fronts(self._runtime, settings)
        stack.push_async_callback(fronts.stop)
        stack.callback(self._runtime.stopping.set)
        try:
            port = await fronts.start()
        except OSError as error:
            raise cannot_listen([(("port", settings.host, settings.port), error)]) from error
        self.fronts = fronts
        return _base(settings.host, port, is_secure=settings.tls is not None)

    async def stop(self) -> None:
        """Stop listening and delivering; what was not delivered stays in the journal."""
        await self._stack.aclose()


def _base(host: str, port: int, *, is_secure: bool) -> str:
    name = f"[{host}]" if ":" in host else host
    return f"{'https' if is_secure else 'http'}://{name}:{port}"


class _CurrentInventory:
    """The inventory of the moment: a reset puts a new one in its place."""

    def __init__(self, dcc: Dcc) -> None:
        self._dcc = dcc

    def __getattr__(self, name: str) -> Any:
        return getattr(self._dcc.state.inventory, name)


def _open_pki(settings: DccSettings, stack: AsyncExitStack) -> Pki:
    state = Path(settings.state_dir) if settings.state_dir else None
    if settings.pki:
        return load_pki(Path(settings.pki), state=state, prefer=settings.pki_prefer)
    if state is None:
        state = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="uept-pki-")))
    folder = state / "pki"
    if not (folder / "pki.json").exists():
        init_pki(folder)
    return load_pki(folder)


def _made_premises(settings: DccSettings, dcc: Dcc, runtime: Runtime) -> tuple[MadePremises, ...]:
    """Make the premises of the settings' file, once: a state that holds devices already is left as it is.

    Raises: InputError: the file cannot be read, or says what cannot be.
    """
    if settings.premises is None:
        return ()
    wanted = read_file(settings.premises)
    if len(dcc.state.devices):
        return ()

    def register(given: dict[str, str]) -> Callable[[datetime], tuple[None, Any]]:
        return lambda now: dcc.perform(lambda tester, step: tester.register_meter_point(step, given), now)

    def make(spec: dict[str, Any]) -> Callable[[datetime], tuple[MadePremises, Events]]:
        return lambda now: dcc.add_premises(spec, now)

    try:
        with no_collections():
            for point in wanted.meter_points:
                runtime.perform(register(msgspec.to_builtins(point)))
            return tuple(runtime.perform(make(msgspec.to_builtins(spec))) for spec in wanted.premises)
    except (ValueError, PeerError) as error:
        raise InputError(f"{settings.premises}: {error}", mend="Correct the file of premises.") from error


def _catch_up(clock: Clock, journal: Journal) -> None:
    if isinstance(clock, VirtualClock) and journal.last_at is not None:
        clock.move_to(min(journal.last_at, LATEST))


def _open_journal(settings: DccSettings, clock: Clock) -> Journal:
    if not settings.state_dir:
        return Journal(SqliteStore(), clock)
    folder = Path(settings.state_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make the state folder {folder}: {error.strerror}", mend="Choose another.") from error
    store = SqliteStore(folder / FILE_NAME, sync_to_disk=settings.sync_to_disk)
    try:
        check_at_start(store, folder)
    except Blocked:
        store.close()
        raise
    return Journal(store, clock)


@dataclass(slots=True)
class BackgroundDcc:
    """A simulated DCC in a thread of its own; everything here may be used from any thread."""

    urls: Urls
    journal: Journal
    clock: Clock
    pki: Pki
    control: Control
    settings: DccSettings
    control_token: str
    """Token that a call of the control API must carry to change anything; see ``authorisation``."""
    fronts: Fronts | None = None


@contextmanager
def background_dcc(
    settings: DccSettings | None = None, clock: Clock | None = None, pki: Pki | None = None
) -> Iterator[BackgroundDcc]:
    """Run a simulated DCC in a thread of its own until the block ends. Raises: as ``SimulatedDcc.start``."""
    started = threading.Event()
    running: list[BackgroundDcc] = []
    failures: list[BaseException] = []
    stop: list[Callable[[], None]] = []

    async def main() -> None:
        dcc = await SimulatedDcc.start(settings, clock, pki)
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()

        def end() -> None:
            loop.call_soon_threadsafe(ended.set)

        stop.append(end)
        running.append(
            BackgroundDcc(
                dcc.urls, dcc.journal, dcc.clock, dcc.pki, dcc.control, dcc.settings, dcc.control_token, dcc.fronts
            )
        )
        started.set()
        try:
            await ended.wait()
        finally:
            await dcc.stop()

    def run() -> None:
        try:
            asyncio.run(main())
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            failures.append(error)
        finally:
            started.set()

    thread = threading.Thread(target=run, name="simulated-dcc", daemon=True)
    thread.start()
    if not started.wait(_START_SECONDS):
        raise Blocked(f"the simulated DCC did not start within {_START_SECONDS:g} s")
    if failures or not running:
        thread.join()
        raise failures[0] if failures else Blocked("the simulated DCC ended while it started")
    try:
        yield running[0]
    finally:
        stop[0]()
        thread.join()
    if failures:
        raise failures[0]
