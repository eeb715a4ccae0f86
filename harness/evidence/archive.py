"""A ZIP whose bytes follow from its content alone, so that a change anywhere in the file can be found.

Files are stored uncompressed (compressors differ between versions), in the order of their names, with one fixed date.
Any ZIP tool opens it. A reader rebuilds it from what it holds and compares: appended bytes, altered headers, changed
order, all show.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping

from stubs.wire.errors import PeerError

_LOCAL_HEADER, _NAME_SIZE_AT = 30, 26
"""Octets of a local file header without its name, and where in it the sizes of name and extra field stand."""
_DATE = (1980, 1, 1, 0, 0, 0)
MAX_FILES = 1_000_000
MAX_BYTES = 4 * 2**30


def pack(files: Mapping[str, bytes]) -> bytes:
    """The archive of ``files`` (name to content)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(files.items()):
            info = zipfile.ZipInfo(name, _DATE)
            info.external_attr = 0o644 << 16
            info.create_system = 3
            archive.writestr(info, data)
    return buffer.getvalue()


def unpack(data: bytes) -> dict[str, bytes]:
    """The files of an archive, without any check beyond ZIP's own.

    Raises: PeerError: not a ZIP, damaged, names that leave the archive, more or larger files than a bundle has.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > MAX_FILES or sum(member.file_size for member in members) > MAX_BYTES:
                raise PeerError("the archive is larger than any bundle", expected=f"at most {MAX_BYTES} bytes")
            if sum(member.file_size for member in members) > len(data):
                # Stored files lie side by side: more than there is means entries that share octets.
                raise PeerError(
                    "the archive's files overlap, or claim more than it holds", expected=f"{len(data)} bytes"
                )
            for member in members:
                if member.filename.startswith(("/", "\\")) or ".." in member.filename.split("/"):
                    raise PeerError("a file name leaves the archive", got=repr(member.filename))
                if member.compress_type != zipfile.ZIP_STORED:
                    raise PeerError("a bundle's files are stored, not compressed", where=member.filename)
            return {member.filename: _stored(data, member) for member in members}
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


def _stored(data: bytes, member: zipfile.ZipInfo) -> bytes:
    """A member's bytes as they stand, whatever its checksum says: the manifest tells better which file was altered.

    Raises: PeerError: its place is not inside the archive.
    """
    name_size, extra_size = struct.unpack_from("<HH", data, member.header_offset + _NAME_SIZE_AT)
    start = member.header_offset + _LOCAL_HEADER + name_size + extra_size
    content = data[start : start + member.file_size]
    if len(content) != member.file_size:
        raise PeerError("the archive is damaged", where=member.filename, expected=f"{member.file_size} bytes")
    return content


def is_canonical(data: bytes, files: Mapping[str, bytes]) -> bool:
    """Whether ``data`` is byte for byte the archive of ``files``."""
    return pack(files) == data
