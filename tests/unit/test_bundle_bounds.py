"""A ZIP that claims more than it holds is refused before anything is allocated."""

from __future__ import annotations

import copy
import io
import zipfile

import pytest

from harness.evidence.bundle import read_journal, verify
from stubs.wire.errors import PeerError


def overlapping(entries: int, size: int) -> bytes:
    """An archive whose entries all name the octets of one file."""
    buffer = io.BytesIO()
    archive = zipfile.ZipFile(buffer, "w")
    archive.writestr("a", bytes(size))
    (one,) = archive.infolist()
    for number in range(entries):
        other = copy.copy(one)
        other.filename = f"m{number}"
        archive.filelist.append(other)
    archive.close()
    return buffer.getvalue()


def test_entries_that_share_octets_are_refused() -> None:
    data = overlapping(400, 2**16)
    assert len(data) < 2**17
    for read in (verify, read_journal):
        with pytest.raises(PeerError, match="overlap"):
            read(data)


def test_a_size_beyond_the_archive_is_refused() -> None:
    data = overlapping(0, 16)
    at = data.rindex(b"PK\x01\x02") + 24  # uncompressed size in the central directory
    with pytest.raises(PeerError):
        verify(data[:at] + (2**31).to_bytes(4, "little") + data[at + 4 :])
