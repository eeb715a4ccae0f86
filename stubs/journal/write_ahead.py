"""Files that take committed rows at once, in one write each, until SQLite has them.

A commit in SQLite writes whole pages, and now and then waits for the disk while it brings them to their places: ten to
a hundred milliseconds in which nothing else would be answered. So a group of rows is first appended here. A thread of
the store moves the rows into SQLite, many at a time (``stubs.journal.sqlite``).

A file is a sequence of frames, each one group of rows: 4 octets ``UJWA``, the length of what follows and its CRC-32
(4 octets each, big-endian), then the rows in MessagePack. What a crash left of the last group fails its CRC: that group
was never committed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from struct import Struct
from zlib import crc32

import msgspec

from stubs.journal.journal import Row
from stubs.wire.errors import Blocked

_MARK = b"UJWA"
_HEAD = Struct(">4sII")
_ENCODE = msgspec.msgpack.Encoder().encode
_DECODE = msgspec.msgpack.Decoder(list[Row]).decode


class LogFile:
    """One file on the disk; octets are written at an offset, and are durable after ``sync``."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)

    def read(self) -> bytes:
        """Its whole content."""
        return os.pread(self._descriptor, os.fstat(self._descriptor).st_size, 0)

    def write(self, offset: int, octets: bytes) -> None:
        """Write all of them. Raises: OSError: some are not written."""
        written = 0
        while written < len(octets):
            written += os.pwrite(self._descriptor, octets[written:], offset + written)

    def truncate(self, size: int) -> None:
        """Let it end there."""
        os.ftruncate(self._descriptor, size)

    def sync(self) -> None:
        """Wait for the disk."""
        os.fdatasync(self._descriptor)

    def close(self) -> None:
        """Close it."""
        os.close(self._descriptor)


class WriteAheadFile:
    """Groups of rows in one file.

    Args:
        path: made where it is absent.
        sync_to_disk: wait for the disk after each group.
        file: opens the file.
    """

    def __init__(self, path: Path, *, sync_to_disk: bool, file: type[LogFile] = LogFile) -> None:
        self.path = path
        self._sync_to_disk = sync_to_disk
        self._file = file(path)
        self.size = 0
        """Octets of whole groups; what follows them counts for nothing."""
        if sync_to_disk:
            _sync_folder(path.parent)

    def append(self, rows: Sequence[Row]) -> None:
        """Add a group, durable when this returns. Raises: Blocked: the disk is full; nothing was added."""
        octets = _ENCODE(rows)
        frame = _HEAD.pack(_MARK, len(octets), crc32(octets)) + octets
        try:
            self._file.write(self.size, frame)
            if self._sync_to_disk:
                self._file.sync()
        except OSError as error:
            with suppress(OSError):
                self._file.truncate(self.size)
            raise Blocked(
                f"cannot write to the journal {self.path}: {error.strerror}", mend="Free some space on that disk."
            ) from error
        self.size += len(frame)

    def groups(self) -> Iterator[list[Row]]:
        """The groups that the file holds, in order, up to one that is not whole."""
        octets, at = self._file.read(), 0
        while at + _HEAD.size <= len(octets):
            mark, length, check = _HEAD.unpack_from(octets, at)
            body = octets[at + _HEAD.size : at + _HEAD.size + length]
            if mark != _MARK or len(body) != length or crc32(body) != check:
                return
            yield _DECODE(body)
            at += _HEAD.size + length

    def clear(self) -> None:
        """Forget every group: SQLite has them. Where the file cannot be cut, old groups are found again and skipped."""
        with suppress(OSError):
            self._file.truncate(0)
        self.size = 0

    def close(self, *, remove: bool) -> None:
        """Close the file, and take it away where nothing is in it that SQLite has not."""
        self._file.close()
        if remove:
            with suppress(OSError):
                self.path.unlink()


def in_order(files: Iterable[WriteAheadFile], after: int) -> Iterator[Row]:
    """Rows beyond number ``after`` that several files hold, without a gap: what follows one never was durable."""
    groups = sorted((group for file in files for group in file.groups() if group), key=lambda group: group[0].seq)
    for group in groups:
        for row in group:
            if row.seq == after + 1:
                yield row
                after = row.seq
            elif row.seq > after:
                return


def _sync_folder(folder: Path) -> None:
    """Make the names of files in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
