"""One signed document to one web service, and the answer in the same HTTP exchange: repeated within bounds."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from threading import Event

from harness.drivers.reference.checking import CheckedResponse, MessageRejectedError, ResponseChecker
from harness.drivers.reference.policy import Policy
from harness.drivers.reference.transport import HttpClient, TransportFailureError
from stubs.wire import PeerError, RequestId
from stubs.wire.duis import ServiceResponse

MEDIA_TYPE = "application/xml"


class UnansweredError(Exception):
    """No usable answer: ``str()`` says why, ``attempts`` how often the request was posted.

    ``may_be_accepted`` is False when the DCC's service itself turned the request away (HTTP 4xx).
    """

    def __init__(self, reason: str, attempts: int, *, may_be_accepted: bool = True) -> None:
        super().__init__(reason)
        self.attempts = attempts
        self.may_be_accepted = may_be_accepted


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer in the HTTP exchange.

    ``is_repeated`` when an earlier attempt went unanswered: a refusal may then mean that the DCC had already
    accepted the request. ``attempts`` counts every post of it.
    """

    checked: CheckedResponse
    is_repeated: bool
    attempts: int

    @property
    def code(self) -> str:
        """The response code."""
        return self.checked.response.header.response_code


def is_error(code: str) -> bool:
    """Whether a code says that the request was not carried out: anything but I… (information) and W… (warning)."""
    return code[:1] not in {"I", "W"}


class Poster:
    """Posts for every conversation of a client.

    Args:
        stopping: set when the client closes; pauses end at once.
    """

    def __init__(self, http: HttpClient, checker: ResponseChecker, policy: Policy, stopping: Event) -> None:
        self._http = http
        self._checker = checker
        self._policy = policy
        self._stopping = stopping

    def post(
        self,
        url: str,
        document: bytes,
        request_id: RequestId,
        until: float,
        after_first: Callable[[], None] | None = None,
        signed_anew: Callable[[], bytes] | None = None,
    ) -> Answer:
        """Post until there is an answer, the retries are used up, or the time (monotonic) is.

        The same bytes every time: the DCC knows a repeated RequestID, so nothing is carried out twice.
        ``after_first`` is called when the first attempt is over, however it went. ``signed_anew`` gives the same
        document under another signature.

        Raises: UnansweredError: no usable answer.
        """
        pause, longest = self._policy.retry_pause, 10 * self._policy.retry_pause
        unanswered, answer, attempt = "", None, 0
        may_be_accepted = False
        attempts = self._policy.retry_limit + 1
        for attempt in range(1, attempts + 1):
            if attempt > 1 and signed_anew is not None and self._policy.signs_anew:
                document = signed_anew()
            try:
                checked = self._once(url, document, request_id, until)
                answer = Answer(checked, is_repeated=bool(unanswered), attempts=attempt)
            except TransportFailureError as error:
                unanswered = error.reason
                may_be_accepted = may_be_accepted or error.status != HTTPStatus.SERVICE_UNAVAILABLE
                if not error.is_worth_repeating:
                    raise UnansweredError(error.reason, attempt, may_be_accepted=False) from error
            except PeerError as error:
                raise UnansweredError(f"the DCC's answer cannot be used: {error}", attempt) from error
            else:
                if not (self._policy.retry_after_refusal and is_error(answer.code)):
                    for _ in range(1, self._policy.posts):
                        with suppress(TransportFailureError):
                            self._http.post(url, document, MEDIA_TYPE, max(0.05, until - time.monotonic()))
                    return answer
            finally:
                if after_first is not None:
                    after_first()
            if attempt == attempts or time.monotonic() + pause >= until or self._stopping.wait(pause):
                break
            pause = min(pause * 2, longest)
        if answer is not None:
            return answer
        # RFC 9110, 503: the server was not able to handle the request, so no response will come for it later.
        said = unanswered or "there was no time to post the request"
        raise UnansweredError(said, attempt, may_be_accepted=may_be_accepted)

    def _once(self, url: str, document: bytes, request_id: RequestId, until: float) -> CheckedResponse:
        timeout = max(0.05, min(self._policy.http_timeout, until - time.monotonic()))
        answer = self._http.post(url, document, MEDIA_TYPE, timeout)
        if answer.media_type != MEDIA_TYPE:
            raise MessageRejectedError(
                "the answer has another media type", expected=MEDIA_TYPE, got=answer.media_type or "none"
            )
        checked = self._checker.check(answer.body, must_be_signed=False)
        response = checked.response
        quoted = response.header.request_id
        if quoted is not None and quoted != request_id:
            raise MessageRejectedError("the answer quotes another RequestID", expected=str(request_id), got=str(quoted))
        has_result = isinstance(response.body, ServiceResponse) and response.body.result is not None
        if has_result and checked.signed_by is None and self._policy.verify_signatures:
            raise MessageRejectedError("an answer with a result carries no signature", clause="DUIS guide, section 14")
        return checked
