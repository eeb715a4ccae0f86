"""The core in another process, as the HTTP service of a front sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from itertools import count

from schemas.load import Service, Srv
from stubs.dcc import Reply, RequestChecker
from stubs.events import AnyEvent
from stubs.gateway.fronts.messages import (
    Answer,
    Begin,
    Checked,
    Failed,
    FromCore,
    Handle,
    Message,
    Note,
    Refuse,
    RefusedUnread,
    Sleep,
    Slept,
    Stop,
    Unavailable,
    told,
)
from stubs.recording import encode_event
from stubs.wire.certificates import Certificate, CertificateIndex
from stubs.wire.errors import Blocked


class CoreFailedError(RuntimeError):
    """The core made a mistake, and has logged it."""


class RemoteCore:
    """A ``Decider`` that asks the core, and hands it the results of this front's own checks.

    Args:
        begin: the core's first message.
        send: to the core.
    """

    def __init__(self, begin: Begin, send: Callable[[Message], None]) -> None:
        certificates = tuple(Certificate.from_der(der) for der in begin.certificates)
        self._places = {certificate.der: place for place, certificate in enumerate(certificates)}
        self._checker = RequestChecker(
            begin.settings,
            CertificateIndex(certificates),
            {tag: Srv(srv) for tag, srv in begin.not_simulated.items()},
        )
        self._send = send
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[Reply | None]] = {}
        self._left: list[int] = []
        self.stopping = asyncio.Event()

    async def handle(self, body: bytes, service: Service, content_type: str, peer: str) -> Reply:
        """See ``Decider``."""
        number, left = next(self._numbers), tuple(self._left)
        self._left.clear()
        checked = self._checked(body, content_type)
        reply = await self._asked(number, Handle(number, service, content_type, peer, body, checked, left))
        self._left.append(number)
        return reply

    def _checked(self, body: bytes, content_type: str) -> Checked | None:
        found = self._checker.check(body, content_type)
        return None if found is None else told(found, self._places[found.certificate.der])

    async def refuse(self, rule: str, why: str, service: str, peer: str) -> Reply:
        """See ``Decider``."""
        number = next(self._numbers)
        return await self._asked(number, Refuse(number, rule, why, str(service), peer))

    async def _asked(self, number: int, message: Message) -> Reply:
        reply = await self._answered(number, message)
        assert reply is not None, "only a sleep ends without one"
        return reply

    async def _answered(self, number: int, message: Message) -> Reply | None:
        answered: asyncio.Future[Reply | None] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answered
        self._send(message)
        try:
            return await answered
        finally:
            self._waiting.pop(number, None)

    def refused_unread(self, rule: str, why: str, service: str, peer: str) -> None:
        """See ``Decider``."""
        self._send(RefusedUnread(rule, why, service, peer))

    def not_recorded(self, detail: str, service: str, peer: str) -> None:
        """See ``Decider``. The core has noted it before it said that it cannot record."""

    def note(self, event: AnyEvent) -> None:
        """See ``Decider``."""
        self._send(Note(encode_event(event)))

    async def sleep_until(self, instant: datetime) -> None:
        """See ``Decider``; the clock is the core's, who ends all sleeps when it stops."""
        number = next(self._numbers)
        await self._answered(number, Sleep(number, instant))

    def received(self, message: FromCore) -> None:
        """Take an answer of the core, or its word to stop."""
        match message:
            case Answer(number, reply):
                self._settle(number, reply)
            case Slept(number):
                self._settle(number, None)
            case Unavailable(number, what):
                self._settle(number, Blocked(what))
            case Failed(number):
                self._settle(number, CoreFailedError("the core failed over this request; it says how"))
            case Stop():
                self.stopping.set()
            case Begin():
                raise AssertionError("it comes once, and first")

    def _settle(self, number: int, outcome: Reply | Exception | None) -> None:
        answered = self._waiting.get(number)
        if answered is None or answered.done():  # its client may have gone
            return
        if isinstance(outcome, Exception):
            answered.set_exception(outcome)
        else:
            answered.set_result(outcome)
