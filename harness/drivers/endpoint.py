"""An HTTP endpoint of the party: the action is POSTed as JSON; the outcome comes in the answer, or later.

An answer 200 with a body is the outcome. An answer 202 says it will be POSTed to ``answer_uri``, an address of
ours that stands in the action's envelope: ``{"action": {…}, "answer_uri": "http://…/outcomes/<id>"}``.
"""

from __future__ import annotations

import time
from threading import Condition
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import msgspec

from harness.drivers.action import KINDS, Action, Outcome, decode_outcome
from harness.drivers.driver import DriverContext
from harness.drivers.http_endpoint import HttpEndpoint, ReceivedPost
from harness.drivers.reference.transport import HttpClient, TransportFailureError
from stubs.wire import Blocked, InputError, PeerError

GRACE = 2.0
"""Seconds beyond the deadline before the endpoint counts as silent: time to say ``timeout`` itself."""

ANSWER_LIMIT = 4 * 1024 * 1024
_PREFIX = "/outcomes/"


def is_web_address(text: str) -> bool:
    """Whether this is ``http`` or ``https`` with a host, and a port that can be."""
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port out of range, brackets that do not close
        return False


class EndpointDriver:
    """Asks the party's system at ``address`` (http or https)."""

    def __init__(self, address: str) -> None:
        if not is_web_address(address):
            raise InputError(
                f"{address!r} is no web address", mend="Write http:http://127.0.0.1:9000/act, for example."
            )
        self._address = address
        self._http = HttpClient()
        self._context: DriverContext | None = None
        self._answers = _Answers()
        self._server: HttpEndpoint | None = None

    def describe(self) -> dict[str, Any]:
        """Name and address."""
        return {"driver": "http", "address": self._address, "kinds": list(KINDS)}

    @property
    def receive_url(self) -> str | None:
        """None: the party's system receives by itself."""
        return None

    def start(self, context: DriverContext) -> None:
        """Open the address for late answers. Raises: Blocked: it is not available."""
        self._context = context
        self._http = HttpClient(context.tls)
        server = HttpEndpoint(context.receive_host, 0, self._take, ANSWER_LIMIT)
        try:
            server.start()
        except OSError as error:
            raise Blocked(
                f"cannot listen for outcomes on {context.receive_host}: {error.strerror}",
                mend="Name an address of this machine as receive host.",
            ) from error
        self._server = server

    def perform(self, action: Action) -> Outcome:
        """POST the action, and wait for the outcome."""
        if self._context is None or self._server is None:
            raise Blocked("the http driver has not been started")
        limit = action.deadline + GRACE
        until = time.monotonic() + limit
        complete = msgspec.structs.replace(action, urls={**self._context.urls, **action.urls})
        answer_uri = f"http://{self._context.receive_host}:{self._server.port}{_PREFIX}{quote(action.id)}"
        envelope = msgspec.json.encode({"action": complete, "answer_uri": answer_uri})
        self._answers.expect(action.id)
        try:
            answer = self._http.post(self._address, envelope, "application/json", limit)
            body = answer.body if answer.body.strip() else self._answers.wait(action.id, until)
            if body is None:
                return _blocked(action, f"accepted the action, but sent no outcome within {action.deadline:g} s")
            return decode_outcome(body, action)
        except TransportFailureError as error:
            return _blocked(action, error.reason)
        except PeerError as error:
            return _blocked(action, str(error))
        finally:
            self._answers.forget(action.id)

    def _take(self, post: ReceivedPost) -> int:
        """Take one outcome: 204; 404 when no action waits for it; 400 when the path is another."""
        if not post.path.startswith(_PREFIX):
            return 400
        return 204 if self._answers.give(unquote(post.path.removeprefix(_PREFIX)), post.body) else 404

    def close(self) -> None:
        """Stop listening."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()


def _blocked(action: Action, what: str) -> Outcome:
    return Outcome(action=action.id, status="blocked", detail=f"the party's driver endpoint: {what}")


class _Answers:
    """Outcomes that were POSTed, by action; only those awaited are taken."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._awaited: dict[str, bytes | None] = {}

    def expect(self, action: str) -> None:
        with self._changed:
            self._awaited[action] = None

    def forget(self, action: str) -> None:
        with self._changed:
            self._awaited.pop(action, None)

    def give(self, action: str, body: bytes) -> bool:
        """Hand an outcome to the action that waits for it; return whether one does."""
        with self._changed:
            if action not in self._awaited:
                return False
            self._awaited[action] = body
            self._changed.notify_all()
            return True

    def wait(self, action: str, until: float) -> bytes | None:
        with self._changed:
            self._changed.wait_for(
                lambda: self._awaited.get(action) is not None, timeout=max(0.0, until - time.monotonic())
            )
            return self._awaited.get(action)
