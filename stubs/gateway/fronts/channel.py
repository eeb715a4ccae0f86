"""Messages over a stream: a length of four octets, big-endian, then MessagePack.

What is sent in one turn of the loop leaves at its end, together.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec

from stubs.gateway.fronts.messages import Message

_LENGTH = 4
_Received = TypeVar("_Received")


class Channel(asyncio.Protocol, Generic[_Received]):
    """One end of the connection between a front and the core.

    Args:
        decoder: of what the other end sends.
        on_message: called with each message, in order.
        on_lost: called once when the other end has gone.
    """

    def __init__(
        self,
        decoder: msgspec.msgpack.Decoder[_Received],
        on_message: Callable[[_Received], None],
        on_lost: Callable[[], None],
    ) -> None:
        self._decoder = decoder
        self._encoder = msgspec.msgpack.Encoder()
        self._on_message = on_message
        self._on_lost = on_lost
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._frames: list[bytes] = []

    @classmethod
    async def open(
        cls,
        end: socket.socket,
        decoder: msgspec.msgpack.Decoder[_Received],
        on_message: Callable[[_Received], None],
        on_lost: Callable[[], None],
    ) -> Channel[_Received]:
        """Open the channel on one end of a socket pair, which then belongs to the channel."""
        _, channel = await asyncio.get_running_loop().create_connection(
            lambda: cls(decoder, on_message, on_lost), sock=end
        )
        return channel

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The stream is there."""
        assert isinstance(transport, asyncio.Transport), "a stream can be written"
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Octets came: each frame that is whole is handed on."""
        buffer = self._buffer
        buffer += data
        begin, end = 0, len(buffer)
        while end - begin >= _LENGTH:
            stop = begin + _LENGTH + int.from_bytes(buffer[begin : begin + _LENGTH], "big")
            if stop > end:
                break
            message = self._decoder.decode(memoryview(buffer)[begin + _LENGTH : stop])
            begin = stop
            self._on_message(message)
        del buffer[:begin]

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's name
        """The other end has gone, or this one was closed."""
        self._transport = None
        self._on_lost()

    def send(self, message: Message) -> None:
        """Send with the other messages of this iteration of the loop; drop it when the other end has closed."""
        frame = self._encoder.encode(message)
        if not self._frames:
            self._loop.call_soon(self.flush)
        self._frames += (len(frame).to_bytes(_LENGTH, "big"), frame)

    def flush(self) -> None:
        """Write what was sent and has not left."""
        frames, self._frames = self._frames, []
        if self._transport is not None:
            self._transport.write(b"".join(frames))

    def close(self) -> None:
        """Let go, once what was sent has left."""
        self.flush()
        if self._transport is not None:
            self._transport.close()
