"""Bodies of requests: read to a limit, compressed ones inflated in steps with limits on size, ratio and time.

aiohttp's own inflating is switched off (``heads``): it works in one piece and knows no ratio.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from aiohttp import web

from stubs.recording import recordable

MOST_RATIO = 200
"""Octets that one octet of a compressed body may become, beyond ``FREE``: DUIS documents reach about 30."""
FREE = 1024 * 1024
"""Octets that any compressed body may become, whatever the ratio."""
_STEP = 64 * 1024
_ENCODINGS: Mapping[str, int] = MappingProxyType(
    {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
)


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class RefusedBody(Exception):  # noqa: N818 - a rule said no; its name is that of the rule
    """A body that is not read: the rule of the gateway, and why."""

    def __init__(self, rule: str, why: str) -> None:
        super().__init__(why)
        self.rule = rule
        self.why = why


def encoding_of(request: web.Request) -> str:
    """The content encoding; empty: none."""
    given = request.headers.get("Content-Encoding", "").strip().lower()
    return "" if given == "identity" else given


async def read_body(request: web.Request, limit: int, seconds: float, *, takes_compressed: bool) -> bytes:
    """The body as it was before it was compressed.

    Args:
        request: its head was read.
        limit: most octets, inflated.
        seconds: real time for all of it.
        takes_compressed: whether gzip and deflate are understood.
    Raises: RefusedBody: another encoding, damaged or too much; TimeoutError; what aiohttp raises when it breaks off.
    """
    encoding = encoding_of(request)
    if request.content.is_eof() and not encoding:  # usual: the body came with the head, no timer is needed
        return await request.read()
    async with asyncio.timeout(seconds):
        body = await request.read()
        if encoding and (not takes_compressed or encoding not in _ENCODINGS):
            # Not before: a body that is too large, too slow or cut off is answered by those rules, which come first.
            wanted = "gzip, deflate or none" if takes_compressed else "none"
            raise RefusedBody("content-type", recordable(f"expected content encoding {wanted}, got {encoding[:80]}"))
        return await _inflated(body, encoding, limit) if encoding else body


async def _inflated(body: bytes, encoding: str, limit: int) -> bytes:
    inflater = zlib.decompressobj(_ENCODINGS[encoding])
    if encoding == "deflate" and body[:1] and body[0] & 0x0F != zlib.DEFLATED:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)  # some send it without the zlib wrapper
    most = min(limit, max(FREE, MOST_RATIO * len(body)))
    parts, size, rest = [], 0, body
    while rest and not inflater.eof:
        try:
            part = inflater.decompress(rest, _STEP)
        except zlib.error as error:
            raise RefusedBody("truncated", f"the body cannot be read: {encoding}: {error}") from error
        size += len(part)
        if size > most:
            why = (
                f"expected at most {limit} bytes" if most == limit else f"expected at most {MOST_RATIO} times its size"
            )
            raise RefusedBody("too-large", f"{why}, inflated from {len(body)}")
        parts.append(part)
        rest = inflater.unconsumed_tail
        await asyncio.sleep(0)  # others have their turn between two steps
    if not inflater.eof:
        raise RefusedBody("truncated", f"the body cannot be read: {encoding} data ends too early")
    return b"".join(parts)


@web.middleware
async def plain_bodies(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse compressed bodies: for interfaces to which no client sends them."""
    if encoding_of(request):
        return web.Response(status=415, text="expected a body without content encoding\n")
    return await handler(request)
