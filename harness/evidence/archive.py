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


def deflate(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Raw DEFLATE streams by name, of files that are worth it; none where the whole would be too large."""
    if sum(map(len, files.values())) > MAX_INFLATED:
        return {}
    streams = {}
    for name, data in files.items():
        if len(data) < _SMALL:
            continue
        compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        stream = compressor.compress(data) + compressor.flush()
        if len(stream) < len(data):
            streams[name] = stream
    return streams


def pack(files: Mapping[str, bytes], streams: Mapping[str, bytes] = _NONE) -> bytes:
    """The archive of ``files`` (name to content); those with a DEFLATE stream in ``streams`` are held as that."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(files.items()):
            info = zipfile.ZipInfo(name, _DATE)
            info.external_attr = 0o644 << 16
            info.create_system = 3
            stream = streams.get(name)
            if stream is None:
                archive.writestr(info, data)
            else:
                _put_stream(archive, buffer, info, data, stream)
    return buffer.getvalue()


def _put_stream(
    archive: zipfile.ZipFile, buffer: io.BytesIO, info: zipfile.ZipInfo, data: bytes, stream: bytes
) -> None:
    """Store a stream as it is, then let both headers say what it is."""
    at = buffer.tell()
    archive.writestr(info, stream)
    info.compress_type, info.CRC, info.file_size = zipfile.ZIP_DEFLATED, zlib.crc32(data), len(data)
    end = buffer.tell()
    buffer.seek(at)
    buffer.write(info.FileHeader(zip64=False))
    buffer.seek(end)


def unpack(data: bytes) -> dict[str, bytes]:
    """The files of an archive, without any check beyond ZIP's own.

    Raises: PeerError: not a ZIP, damaged, names that leave the archive, more or larger files than a bundle has.
    """
    return {name: content for name, content, _ in _members(data)}


def streams_of(data: bytes) -> dict[str, bytes]:
    """The DEFLATE streams of an archive by file name; files that are stored have none. Raises: as ``unpack``."""
    return {name: stream for name, _, stream in _members(data) if stream is not None}


def _members(data: bytes) -> Iterator[tuple[str, bytes, bytes | None]]:
    """Name, content and DEFLATE stream of each file. Raises: as ``unpack``."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _check_sizes(members, len(data))
            for member in members:
                if member.filename.startswith(("/", "\\")) or ".." in member.filename.split("/"):
                    raise PeerError("a file name leaves the archive", got=repr(member.filename))
                octets = _octets(data, member)
                is_stored = member.compress_type == zipfile.ZIP_STORED
                content = octets if is_stored else _inflated(member, octets)
                yield member.filename, content, None if is_stored else octets
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


def _check_sizes(members: list[zipfile.ZipInfo], size: int) -> None:
    """Refuse what would need more memory than a bundle, before anything is allocated. Raises: PeerError."""
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
        if member.compress_type == zipfile.ZIP_STORED and member.compress_size != member.file_size:
            raise PeerError("a stored file has two sizes", where=member.filename)
        if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise PeerError("a bundle's files are stored or deflated", where=member.filename)


def _octets(data: bytes, member: zipfile.ZipInfo) -> bytes:
    """A member's bytes as they stand, whatever its checksum says: the manifest tells better which file was altered.

    Raises: PeerError: its place is not inside the archive.
    """
    name_size, extra_size = struct.unpack_from("<HH", data, member.header_offset + _NAME_SIZE_AT)
    start = member.header_offset + _LOCAL_HEADER + name_size + extra_size
    octets = data[start : start + member.compress_size]
    if len(octets) != member.compress_size:
        raise PeerError("the archive is damaged", where=member.filename, expected=f"{member.compress_size} bytes")
    return octets


def _inflated(member: zipfile.ZipInfo, stream: bytes) -> bytes:
    """The content of a DEFLATE stream; empty where it is damaged: the manifest tells better which file was altered."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflater.decompress(stream, member.file_size + 1)
    except zlib.error:
        return b""
    return content if inflater.eof and not inflater.unused_data else b""


def is_canonical(data: bytes, files: Mapping[str, bytes]) -> bool:
    """Whether ``data`` is byte for byte the archive of ``files``, each held as it is there."""
    return pack(files, streams_of(data)) == data
