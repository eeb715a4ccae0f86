"""HTTP as a client does it: one request, one answer, one time limit. Plain or with TLS and a client certificate."""

from __future__ import annotations

import gzip
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from yarl import URL

from harness.drivers.driver import TlsFiles
from harness.drivers.http_loop import run_in_loop
from harness.drivers.reference.policy import PLAIN_HTTP, HttpHabits
from stubs.wire import Blocked

ANSWER_LIMIT = 16 * 1024 * 1024
"""Octets of an answer we are willing to read."""


class TransportFailureError(Exception):
    """No answer, or none that HTTP counts as success: ``reason`` for people; ``status`` and ``body`` if one came."""

    def __init__(self, reason: str, status: int | None = None, body: bytes = b"") -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.body = body

    @property
    def is_worth_repeating(self) -> bool:
        """Whether the same bytes may get through later: no status at all, or the server's own trouble."""
        return self.status is None or self.status >= 500


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status, media type without parameters, and body."""

    status: int
    media_type: str
    body: bytes


def tls_context(files: TlsFiles) -> ssl.SSLContext:
    """The TLS settings of a client of the DCC.

    Raises: Blocked: a file is missing or is no PEM.
    """
    try:
        context = ssl.create_default_context(cafile=str(files.ca) if files.ca else None)
        if files.ca:
            # The authority named is trusted as it is, root or not, as in a test PKI.
            context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
        if files.certificate:
            context.load_cert_chain(str(files.certificate), str(files.key) if files.key else None)
    except (OSError, ssl.SSLError) as error:
        raise Blocked(
            f"the TLS files cannot be used: {error}",
            mend="Check ca, certificate and key: PEM files, readable, the key belonging to the certificate.",
        ) from error
    return context


class HttpClient:
    """Posts to the DCC's services: a new connection each time, unless the habit is to keep them.

    Args:
        tls: files of the connection.
        habits: how posts go out.
    """

    def __init__(self, tls: TlsFiles | None = None, habits: HttpHabits = PLAIN_HTTP) -> None:
        self._tls_files = tls or TlsFiles()
        self._tls: ssl.SSLContext | None = None
        self._habits = habits
        self._kept: aiohttp.ClientSession | None = None

    def close(self) -> None:
        """Close the connections that were kept."""
        kept, self._kept = self._kept, None
        if kept is not None:
            run_in_loop(kept.close())

    def post(self, url: str, body: bytes, content_type: str, timeout: float) -> HttpAnswer:
        """POST ``body`` and read the whole answer.

        Args:
            url: http or https.
            body: sent as it is.
            content_type: media type of ``body``.
            timeout: seconds for the whole exchange.

        Raises: TransportFailureError: no answer in time, connection refused or reset, or a status outside 2xx.
        """
        try:
            return run_in_loop(self._post(url, body, content_type, aiohttp.ClientTimeout(total=timeout)))
        except TimeoutError as error:
            raise TransportFailureError(f"no answer within {timeout:g} s from {url}") from error

    async def _post(self, url: str, body: bytes, content_type: str, limit: aiohttp.ClientTimeout) -> HttpAnswer:
        habits = self._habits
        headers = {"Content-Type": habits.content_type or content_type, "Accept-Encoding": "identity"}
        if habits.is_compressed:
            headers["Content-Encoding"] = "gzip"
            body = gzip.compress(body, mtime=0)
        data = _pieces(body) if habits.is_chunked else body
        try:
            async with (
                self._session(url) as session,
                session.post(
                    URL(url, encoded=True), data=data, headers=headers, allow_redirects=False, timeout=limit
                ) as response,
            ):
                received = await _read(response)
        except TimeoutError:
            raise
        except (OSError, ValueError, aiohttp.ClientError) as error:
            reason = str(error) or type(error).__name__
            raise TransportFailureError(f"no answer from {url}: {reason}") from error
        if not 200 <= response.status < 300:
            raise TransportFailureError(f"HTTP {response.status} from {url}", response.status, received)
        media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        return HttpAnswer(response.status, media_type, received)

    @asynccontextmanager
    async def _session(self, url: str) -> AsyncIterator[aiohttp.ClientSession]:
        if self._kept is not None:
            yield self._kept
            return
        keeps = self._habits.keeps_connections
        connector = aiohttp.TCPConnector(ssl=self._context(url), force_close=not keeps)
        session = aiohttp.ClientSession(connector=connector, skip_auto_headers=("User-Agent",))
        if keeps:
            self._kept = session
            yield session
            return
        async with session:
            yield session

    def _context(self, url: str) -> ssl.SSLContext | bool:
        """The TLS settings; made with the first https address. Raises: Blocked: a TLS file cannot be used."""
        if not url.startswith("https:"):
            return True
        if self._tls is None:
            self._tls = tls_context(self._tls_files)
        return self._tls


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    """A body without a length known beforehand: it goes out in chunks."""
    half = len(body) // 2
    for piece in (body[:half], body[half:]):
        yield piece


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The body, within the size allowed."""
    received = bytearray()
    async for piece in response.content.iter_any():
        received += piece
        if len(received) > ANSWER_LIMIT:
            raise TransportFailureError(f"the answer is larger than {ANSWER_LIMIT} octets")
    return bytes(received)
