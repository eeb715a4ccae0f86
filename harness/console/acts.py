"""Acts of a person at the live page: each is checked here and carried out by the part that it concerns."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

import aiohttp

from harness.console.following import FollowedRun
from harness.console.index import JournalIndex
from harness.console.messages import detail_of
from harness.console.prompts import AnswerError, read_answer, read_file
from harness.console.sources import Source
from harness.engine.steering import Stage
from stubs.app import LIVE_PAGE, OPERATIONS
from stubs.events import ControlUsed, MessageQueued, RequestReceived
from stubs.wire.errors import Blocked, InputError, PeerError

_LONGEST_EXTENSION = 24 * 3600
_SEND_SECONDS = 30.0
_OPERATIONS = {operation.name: operation for operation in OPERATIONS}


class ActError(Exception):
    """An act that cannot be done now; the text says why."""


class Acts:
    """The acts, by name. Each takes the members of a JSON object and gives the sentence that the page shows."""

    def __init__(
        self, source: Callable[[], Source], index: Callable[[], JournalIndex], run: FollowedRun | None
    ) -> None:
        self._source = source
        self._index = index
        self._run = run
        self._acts: Mapping[str, Callable[[Mapping[str, Any]], Awaitable[str]]] = {
            "start": self._start,
            "extend": self._extend,
            "skip": self._skip,
            "cancel": self._cancel,
            "stop": self._stop,
            "again": self._again,
            "finish": self._finish,
            "dismiss": self._dismiss,
            "answer": self._answer,
            "control": self._control,
            "send-again": self._send_again,
        }

    async def do(self, name: str, given: Mapping[str, Any]) -> str:
        """Carry out an act. Raises: LookupError: no such act; ActError: not now, or not so."""
        act = self._acts.get(name)
        if act is None:
            raise LookupError(f"no act is called {name[:40]!r}")
        try:
            await asyncio.to_thread(self._catch_up)
            return await act(given)
        except (AnswerError, PeerError, InputError, LookupError, ValueError, TypeError, OverflowError) as error:
            raise ActError(str(error)) from error
        except Blocked as error:
            raise ActError(str(error)) from error

    def _catch_up(self) -> None:
        with suppress(Blocked):
            self._index().catch_up()

    # --- the run --------------------------------------------------------------------------------------------------

    def _followed(self) -> FollowedRun:
        if self._run is None:
            raise ActError("no rehearsal runs here: `uept rehearse --live` starts one")
        return self._run

    def _current(self, given: Mapping[str, Any]) -> FollowedRun:
        """The run, if the scenario that the page showed is the one that runs now."""
        run = self._followed()
        if not run.now.key or str(given.get("key", "")) != run.now.key:
            raise ActError("this scenario does not run any longer")
        return run

    async def _start(self, _given: Mapping[str, Any]) -> str:
        self._followed().steering.start()
        return "The rehearsal has started."

    async def _extend(self, given: Mapping[str, Any]) -> str:
        seconds = float(given.get("seconds", 60))
        if not 0 < seconds <= _LONGEST_EXTENSION:
            raise ActError("seconds: more than 0, at most a day")
        self._current(given).control.extend(seconds)
        return f"{seconds:g} s more."

    async def _skip(self, given: Mapping[str, Any]) -> str:
        run = self._current(given)
        run.control.skip_scenario()
        run.prompts.withdraw()
        return "The scenario is left: NOT_RUN."

    async def _cancel(self, given: Mapping[str, Any]) -> str:
        run = self._current(given)
        run.control.cancel_scenario()
        run.prompts.withdraw()
        return "The scenario is left at once: NOT_RUN."

    async def _stop(self, _given: Mapping[str, Any]) -> str:
        run = self._followed()
        if run.steering.stage in {Stage.CLOSING, Stage.DONE}:
            raise ActError("the run has ended already")
        run.is_ended_at_page = True
        run.control.interrupt()
        run.prompts.withdraw()
        return "The run ends here; what was reached is kept."

    async def _again(self, given: Mapping[str, Any]) -> str:
        run, key = self._followed(), str(given.get("key", ""))
        if run.steering.stage not in {Stage.RUNNING, Stage.HELD}:
            raise ActError("the run has ended: `uept rehearse --only` runs it in a new one")
        if key not in self._index().run.scenarios:
            raise ActError(f"the plan has no {key[:40]!r}")
        run.steering.run_again(key)
        return f"{key} will be run again after the plan."

    async def _finish(self, _given: Mapping[str, Any]) -> str:
        run = self._followed()
        if run.steering.stage is not Stage.HELD:
            raise ActError("there are scenarios to run still")
        run.steering.finish()
        return "The report is being written."

    async def _dismiss(self, _given: Mapping[str, Any]) -> str:
        run = self._followed()
        if run.steering.stage is not Stage.DONE:
            raise ActError("the run has not ended yet")
        run.steering.dismiss()
        return "Done. This page can be closed."

    async def _answer(self, given: Mapping[str, Any]) -> str:
        run, name = self._followed(), str(given.get("action", ""))
        prompt = next((one for one in run.prompts.open() if one.action.id == name), None)
        if prompt is None or run.opened_run is None:
            raise ActError("this question is no longer open")
        outcome = read_answer(prompt.action, given)
        files = [_file(one, outcome.detail) for one in given.get("files", ())]
        for file in files:
            await asyncio.to_thread(run.opened_run.keep, prompt.action, file)
        run.prompts.answer(name, outcome)
        kept = f" {len(files)} picture{'' if len(files) == 1 else 's'} kept." if files else ""
        return f"Answered: {outcome.status}.{kept}"

    # --- the home -------------------------------------------------------------------------------------------------

    async def _control(self, given: Mapping[str, Any]) -> str:
        operation = _OPERATIONS.get(str(given.get("operation", "")))
        members = given.get("members", {})
        if operation is None or not isinstance(members, dict):
            raise ActError("operation: none of the control operations")
        control = self._source().live_control
        result = await asyncio.to_thread(lambda: control.operate(operation, operation.checked(members)))
        told = "" if result is None or isinstance(result, dict | list) else f" {result}"
        return f"Done: {operation.name}.{told}"

    # --- traffic --------------------------------------------------------------------------------------------------

    async def _send_again(self, given: Mapping[str, Any]) -> str:
        if self._index().run.is_running:
            raise ActError("off during a rehearsal: a message sent by another hand would spoil its evidence")
        source, seq = self._source(), int(given.get("seq", 0))
        found = await asyncio.to_thread(detail_of, source, self._index(), seq)
        entry = source.journal.entry(found.holder) if found is not None else None
        if found is None or entry is None or not found.post_to:
            raise ActError("only requests, and deliveries to an endpoint, can be sent again")
        event = entry.event
        assert isinstance(event, RequestReceived | MessageQueued), "others are posted nowhere"
        used = ControlUsed(origin=LIVE_PAGE, operation="send-again", parameters={"entry": found.holder})
        await asyncio.to_thread(source.journal.record, used)
        kind = event.content_type if isinstance(event, RequestReceived) else "application/xml"
        return await _post(found.post_to, event.body, kind or "application/xml")


async def _post(address: str, body: bytes, content_type: str) -> str:
    timeout = aiohttp.ClientTimeout(total=_SEND_SECONDS)
    try:
        # The simulated DCC's own certificate is of a test PKI that this machine does not know.
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(
                address, data=body, headers={"Content-Type": content_type}, ssl=False, allow_redirects=False
            ) as answer,
        ):
            await answer.content.read(64 * 1024)
            return f"Sent again: HTTP {answer.status}. The newest entries show what came of it."
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise ActError(f"could not be sent: {type(error).__name__}: {error}") from error


def _file(given: Any, note: str) -> Any:
    if not isinstance(given, dict):
        raise AnswerError("files: expected objects with name, media_type and body (base64)")
    try:
        body = base64.b64decode(str(given.get("body", "")), validate=True)
    except (binascii.Error, ValueError) as error:
        raise AnswerError("files: body is not base64") from error
    return read_file(str(given.get("name", "")), str(given.get("media_type", "")), body, note)
