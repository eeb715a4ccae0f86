"""A ZIP whose bytes follow from its content alone, so that a change anywhere in the file can be found.

Files stand in the order of their names, with one fixed date, stored or deflated. Any ZIP tool opens it. A reader
rebuilds it from what it holds and compares: appended bytes, altered headers, changed order, all show. Compressors
differ between versions, and many deflated streams give one content: so a reader never deflates again, it takes the
streams as they stand, and ``manifest.json`` lists the digest of each (``harness.evidence.bundle`` compares).
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from stubs.wire.errors import PeerError

_LOCAL_HEADER, _NAME_SIZE_AT = 30, 26
"""Octets of a local file header without its name, and where in it the sizes of name and extra field stand."""
_DATE = (1980, 1, 1, 0, 0, 0)
_LEVEL = 6
_SMALL = 1024
"""Files smaller than this are stored uncompressed: compression saves little, and they can be read in the archive
directly."""
MAX_FILES = 1_000_000
MAX_BYTES = 4 * 2**30
MAX_INFLATED = 2**30
"""Octets of all files of an archive in which any is deflated: a small archive may claim a thousand times its size."""
_NONE: Mapping[str, bytes] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Held:
    """A file as an archive holds it: its content, or a raw DEFLATE stream of it."""

    octets: bytes
    size: int
    """Of the content, octets."""
    crc: int
    """CRC-32 of the content."""
    is_deflated: bool

    @property
    def content(self) -> bytes:
        """Return the content of the file."""
        return _inflated(self.octets, self.size) if self.is_deflated else self.octets

    @property
    def stored(self) -> Held:
        """The same file, not deflated."""
        return replace(self, octets=self.content, is_deflated=False)


def hold(data: bytes, stream: bytes | None = None) -> Held:
    """A file that is held as a DEFLATE ``stream`` of its content, or as it is."""
    return Held(data if stream is None else stream, len(data), zlib.crc32(data), stream is not None)


def deflate(data: bytes) -> Held:
    """A file that is held as a DEFLATE stream where that is worth it."""
    if len(data) < _SMALL:
        return hold(data)
    compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    stream = compressor.compress(data) + compressor.flush()
    return hold(data, stream if len(stream) < len(data) else None)


def in_bounds(files: Mapping[str, Held]) -> Mapping[str, Held]:
    """The files as an archive may hold them: deflated ones only where the whole is not too large."""
    if sum(file.size for file in files.values()) <= MAX_INFLATED:
        return files
    return {name: file.stored for name, file in files.items()}


def pack(files: Mapping[str, bytes], streams: Mapping[str, bytes] = _NONE) -> bytes:
    """The archive of ``files`` (name to content); those with a DEFLATE stream in ``streams`` are held as that."""
    return pack_held({name: hold(data, streams.get(name)) for name, data in files.items()})


def pack_held(files: Mapping[str, Held]) -> bytes:
    """The archive of files by name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, file in sorted(files.items()):
            info = zipfile.ZipInfo(name, _DATE)
            info.external_attr = 0o644 << 16
            info.create_system = 3
            if file.is_deflated:
                _put_stream(archive, buffer, info, file)
            else:
                archive.writestr(info, file.octets)
    return buffer.getvalue()


def _put_stream(archive: zipfile.ZipFile, buffer: io.BytesIO, info: zipfile.ZipInfo, file: Held) -> None:
    """Store a stream as it is, then let both headers say what it is."""
    at = buffer.tell()
    archive.writestr(info, file.octets)
    info.compress_type, info.CRC, info.file_size = zipfile.ZIP_DEFLATED, file.crc, file.size
    end = buffer.tell()
    buffer.seek(at)
    buffer.write(info.FileHeader(zip64=False))
    buffer.seek(end)


class Archive(Mapping[str, bytes]):
    """The files of an archive by name, each inflated when it is asked for, without any check beyond ZIP's own.

    Raises: PeerError: not a ZIP, damaged, names that leave the archive, more or larger files than a bundle has.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                members = archive.infolist()
                _check_members(members, len(data))
                self._places = {member.filename: (member, _start(data, member)) for member in members}
        except (
            zipfile.BadZipFile,
            EOFError,
            NotImplementedError,
            RuntimeError,
            ValueError,
            OverflowError,
            struct.error,
        ) as error:
            raise PeerError("not a bundle, or a damaged one", got=str(error)) from error

    def __getitem__(self, name: str) -> bytes:
        member, octets = self._held(name)
        return octets if member.compress_type == zipfile.ZIP_STORED else _inflated(octets, member.file_size)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def stream(self, name: str) -> bytes | None:
        """The DEFLATE stream of a file; None: it is stored. Raises: KeyError: there is no such file."""
        member, octets = self._held(name)
        return None if member.compress_type == zipfile.ZIP_STORED else octets

    def _held(self, name: str) -> tuple[zipfile.ZipInfo, bytes]:
        """A member's bytes as they stand, whatever its checksum says: the manifest tells better which was altered."""
        member, start = self._places[name]
        return member, self._data[start : start + member.compress_size]


def unpack(data: bytes) -> dict[str, bytes]:
    """All files of an archive at once. Raises: PeerError: as ``Archive``."""
    return dict(Archive(data))


def streams_of(data: bytes) -> dict[str, bytes]:
    """The DEFLATE streams of an archive by file name; files that are stored have none. Raises: as ``Archive``."""
    archive = Archive(data)
    return {name: stream for name in archive if (stream := archive.stream(name)) is not None}


def _check_members(members: list[zipfile.ZipInfo], size: int) -> None:
    """Refuse what would need more memory than a bundle, before anything is allocated, and names of other folders.

    Raises: PeerError.
    """
    total = sum(member.file_size for member in members)
    if len(members) > MAX_FILES or total > MAX_BYTES:
        raise PeerError("the archive is larger than any bundle", expected=f"at most {MAX_BYTES} bytes")
    deflated = [member for member in members if member.compress_type != zipfile.ZIP_STORED]
    if deflated and total > MAX_INFLATED:
        raise PeerError("the archive is larger than any bundle", expected=f"at most {MAX_INFLATED} bytes inflated")
    if sum(member.compress_size for member in members) > size:
        # Files lie side by side: more than there is means entries that share octets.
        raise PeerError("the archive's files overlap, or claim more than it holds", expected=f"{size} bytes")
    for member in members:
        if member.filename.startswith(("/", "\\")) or ".." in member.filename.split("/"):
            raise PeerError("a file name leaves the archive", got=repr(member.filename))
        if member.compress_type == zipfile.ZIP_STORED and member.compress_size != member.file_size:
            raise PeerError("a stored file has two sizes", where=member.filename)
        if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise PeerError("a bundle's files are stored or deflated", where=member.filename)


def _start(data: bytes, member: zipfile.ZipInfo) -> int:
    """Return the offset of a member's bytes. Raises: PeerError: its place is not inside the archive."""
    name_size, extra_size = struct.unpack_from("<HH", data, member.header_offset + _NAME_SIZE_AT)
    start: int = member.header_offset + _LOCAL_HEADER + name_size + extra_size
    if not 0 <= start <= len(data) - member.compress_size:
        raise PeerError("the archive is damaged", where=member.filename, expected=f"{member.compress_size} bytes")
    return start


def _inflated(stream: bytes, size: int) -> bytes:
    """The content of a DEFLATE stream; empty where it is damaged: the manifest tells better which file was altered."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflater.decompress(stream, size + 1)
    except zlib.error:
        return b""
    return content if inflater.eof and not inflater.unused_data else b""
