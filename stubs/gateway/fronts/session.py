"""One front as the core sees it: requests in, answers out when they are durable."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from stubs.dcc import CheckedRequest, Reply
from stubs.events import AnswerLate
from stubs.gateway.fronts.messages import (
    Answer,
    Checked,
    Failed,
    FromFront,
    Handle,
    Logged,
    Message,
    Note,
    Ready,
    Refuse,
    RefusedUnread,
    Sleep,
    Slept,
    Unavailable,
    read,
)
from stubs.gateway.runtime import Decide, Runtime
from stubs.recording import decode_event
from stubs.wire.certificates import Certificate
from stubs.wire.errors import Blocked

_LOGGER = logging.getLogger("stubs.gateway.fronts")


class Session:
    """Answers one front process.

    Args:
        runtime: decides.
        certificates: those that the front was told of, in that order.
        send: to the front.
    """

    def __init__(self, runtime: Runtime, certificates: Sequence[Certificate], send: Callable[[Message], None]) -> None:
        self._runtime = runtime
        self._certificates = tuple(certificates)
        self._send = send
        self._began: dict[int, float] = {}
        """When each request came whose answer the front has not said to have left, by number."""
        self._answered: dict[int, str] = {}
        """The exchange of each of these that is decided."""
        self._sleepers: set[asyncio.Task[None]] = set()
        self._is_lost = False
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when the front listens."""

    def received(self, message: FromFront) -> None:
        """Do what a front asks."""
        match message:
            case Handle():
                for number in message.left:
                    self._began.pop(number, None)
                    self._answered.pop(number, None)
                self._began[message.number] = asyncio.get_running_loop().time()
                self._decide(message, self._handling(message))
            case Refuse(_, rule, why, service, peer):
                dcc = self._runtime.dcc
                self._decide(message, lambda now: dcc.refuse_transport(rule, why, service, peer, now))
            case RefusedUnread(rule, why, service, peer):
                self._runtime.refused_unread(rule, why, service, peer)
            case Note(event):
                self._runtime.note(decode_event(event))
            case Sleep():
                self._sleep(message)
            case Logged(logger, level, text):
                logging.getLogger(logger).log(level, "%s", text)
            case Ready():
                self.ready.set_result(None)

    def _handling(self, message: Handle) -> Decide:
        dcc, checked = self._runtime.dcc, self._checked(message.checked)
        return lambda now: dcc.handle(message.body, message.service, message.content_type, message.peer, now, checked)

    def _checked(self, checked: Checked | None) -> CheckedRequest | None:
        """Return the front's result if the core knows the signer by the same certificate; None: check again."""
        if checked is None:
            return None
        found = read(checked, self._certificates)
        # By the serial number alone, a look into a table: where two issuers use the same, the core verifies by itself.
        known = self._runtime.dcc.pki.certificates.by_serial(found.certificate.serial)
        return found if known is found.certificate else None

    def _decide(self, asked: Handle | Refuse, handle: Decide) -> None:
        self._runtime.decide(handle, lambda outcome: self._decided(asked, outcome))

    def _decided(self, asked: Handle | Refuse, outcome: Reply | BaseException) -> None:
        """Answer the front; an exchange that is recorded and can be answered no more is recorded as abandoned."""
        number = asked.number
        if isinstance(outcome, Reply):
            if number in self._began:
                self._answered[number] = outcome.exchange
            self._send(Answer(number, outcome))
            if self._is_lost:
                self._abandon(number)
            return
        self._began.pop(number, None)
        if isinstance(outcome, Blocked):
            self._runtime.not_recorded(str(outcome), str(asked.service), asked.peer)
            self._send(Unavailable(number, str(outcome)))
        else:
            _LOGGER.error("unexpected error of the simulated DCC", exc_info=outcome)
            self._send(Failed(number))

    def _sleep(self, asked: Sleep) -> None:
        async def sleep() -> None:
            await self._runtime.sleep_until(asked.until)
            self._send(Slept(asked.number))

        sleeper = asyncio.get_running_loop().create_task(sleep())
        self._sleepers.add(sleeper)
        sleeper.add_done_callback(self._sleepers.discard)

    def lost(self) -> None:
        """Record the end of the front: its clients got no answer except those that it had confirmed as sent."""
        self._is_lost = True
        for number in tuple(self._answered):
            self._abandon(number)
        for sleeper in self._sleepers:
            sleeper.cancel()

    def _abandon(self, number: int) -> None:
        exchange, began = self._answered.pop(number, ""), self._began.pop(number, 0.0)
        if exchange:
            seconds = round(asyncio.get_running_loop().time() - began, 3)
            self._runtime.note(AnswerLate(exchange=exchange, seconds=seconds, is_abandoned=True))
