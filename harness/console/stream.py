"""The event stream of the live page: the journal's, with its sequence numbers, and changes that are in no journal.

``id`` is the sequence number of the newest entry told, so that a browser that was cut off says with ``Last-Event-ID``
where it stopped and is told at once what came meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec
from aiohttp import web

from stubs.wire.errors import Blocked

_KEEP_ALIVE = 15.0
_MOST_KINDS = 40


class Streams:
    """Everybody who listens; told from any thread."""

    def __init__(
        self, last: Callable[[], int], kinds: Callable[[int, int], list[str]], joined: Callable[[], None]
    ) -> None:
        self._last = last
        self._joined = joined
        self._kinds = kinds
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listening: set[asyncio.Event] = set()
        self._changes = 0
        self.is_stopping = False

    @property
    def has_listeners(self) -> bool:
        """Whether anybody listens."""
        return bool(self._listening)

    def begin(self) -> None:
        """Called in the loop in which listeners are served."""
        self._loop = asyncio.get_running_loop()

    def announce_change(self) -> None:
        """Wake every listener: something has changed."""
        loop = self._loop
        if loop is None:
            return
        try:
            loop.call_soon_threadsafe(self._wake)
        except RuntimeError:
            return  # the loop has ended

    def _wake(self) -> None:
        self._changes += 1
        for event in self._listening:
            event.set()

    def stop(self) -> None:
        """End every stream."""
        self.is_stopping = True
        self._wake()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One listener, until it leaves."""
        given = request.headers.get("Last-Event-ID") or request.query.get("after")
        try:
            after = int(given) if given is not None else self._last()
        except ValueError:
            return web.json_response({"error": "after is a sequence number"}, status=400)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        grown, told = asyncio.Event(), self._changes
        self._listening.add(grown)
        self._joined()
        try:
            await response.write(b"retry: 1000\n\n")
            while not self.is_stopping:
                grown.clear()
                last, changes = self._last(), self._changes
                if last > after:
                    kinds = await asyncio.to_thread(self._named, after, last)
                    await response.write(b"id: %d\nevent: journal\ndata: %s\n\n" % (last, msgspec.json.encode(kinds)))
                    after = last
                if changes > told:
                    await response.write(b"event: change\ndata: {}\n\n")
                told = changes  # what came while this was written is told in the next turn
                if not grown.is_set():
                    await self._pause(grown, response)
        except ConnectionError:
            pass  # the listener has gone
        finally:
            self._listening.discard(grown)
        return response

    def _named(self, after: int, last: int) -> dict[str, object]:
        try:
            return {"seq": last, "kinds": self._kinds(max(after, last - _MOST_KINDS), last)}
        except Blocked:
            return {"seq": last, "kinds": []}

    async def _pause(self, grown: asyncio.Event, response: web.StreamResponse) -> None:
        try:
            await asyncio.wait_for(grown.wait(), _KEEP_ALIVE)
        except TimeoutError:
            await response.write(b": still here\n\n")
