"""An outsider's time stamps on the journal while the run goes: the hash of its head, posted to the authority.

A stamp that is not got is recorded and never stops a run. After a first failure only the end of the run is tried again,
so that an authority that is out of reach costs a run two time-outs at most.
"""

from __future__ import annotations

import asyncio
import http
from datetime import datetime

import aiohttp

from harness.evidence import time_stamps
from harness.settings import TimeStampSettings
from stubs.events import ChainTimeStamped, TimeStampFailed
from stubs.journal import Journal
from stubs.recording import recordable
from stubs.redaction import shown_address, shown_text
from stubs.wire.errors import PeerError


class Stamper:
    """Asks one authority, or nobody where the settings name none.

    Raises: InputError: an authority is named and the library for it is not installed.
    """

    def __init__(self, settings: TimeStampSettings) -> None:
        self._settings = settings
        self._is_given_up = False
        if settings.url:
            time_stamps.require_library()

    def stamp(self, journal: Journal, *, at: datetime | None = None, is_last: bool = False) -> None:
        """Ask for a stamp of the journal's head, and record the stamp, or why there is none.

        Args:
            journal: committed up to its head.
            at: instant of the entry; the journal's clock when not given.
            is_last: tried also after a failure.
        """
        if not self._settings.url or (self._is_given_up and not is_last) or not journal.last_seq:
            return
        entry, head = journal.last_seq, journal.last_hash
        shown = shown_address(self._settings.url)
        try:
            response, stated = self._ask(head)
        except (OSError, aiohttp.ClientError, PeerError, ValueError) as error:
            self._is_given_up = True
            reason = recordable(shown_text(" ".join(str(error).split()) or type(error).__name__))[:300]
            journal.append(TimeStampFailed(entry=entry, authority=shown, reason=reason), at=at)
        else:
            journal.append(
                ChainTimeStamped(
                    entry=entry, head=head.hex(), authority=shown, response=response, stated=stated.isoformat()
                ),
                at=at,
            )
        journal.commit()

    def _ask(self, head: bytes) -> tuple[bytes, datetime]:
        try:
            return self._ask_once(head, with_certificate=True)
        except PeerError as error:
            # OpenSSL's authorities write a set of several certificates in an order that DER forbids, and that the
            # library refuses; without certificates there is no set. The reader then has to have the authority's own.
            if "InvalidSetOrdering" not in error.got:
                raise
            return self._ask_once(head, with_certificate=False)

    def _ask_once(self, head: bytes, *, with_certificate: bool) -> tuple[bytes, datetime]:
        asked = time_stamps.request(head, with_certificate=with_certificate)
        octets = asyncio.run(_post(self._settings, asked.as_bytes()))
        return octets, time_stamps.accept(asked, octets)


async def _post(settings: TimeStampSettings, octets: bytes) -> bytes:
    """The answer, read to a limit and within the whole time; a redirect leads to an address that nobody named."""
    limit = aiohttp.ClientTimeout(total=settings.timeout)
    headers = {"Content-Type": time_stamps.REQUEST_TYPE}
    async with (
        aiohttp.ClientSession(timeout=limit, auto_decompress=False) as session,
        session.post(settings.url, data=octets, headers=headers, allow_redirects=False) as answer,
    ):
        if answer.status != http.HTTPStatus.OK:
            raise PeerError("the authority refused", expected="status 200", got=str(answer.status))
        body = bytearray()
        async for part in answer.content.iter_any():
            body += part
            if len(body) > time_stamps.LONGEST:
                raise PeerError("a longer answer than any time stamp", expected=f"at most {time_stamps.LONGEST} octets")
        return bytes(body)
