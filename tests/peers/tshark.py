"""Wireshark's GBCS dissectors, run as a program: a parser of GBCS that we did not write.

Origin: Debian package ``tshark`` (GPL-2.0-or-later); nothing of it is kept in this repository.
"""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ENABLE = "tshark is absent; to enable: apt-get install tshark"
LINK_TYPE = 147
"""Reserved for users in capture files; the preference below says what its packets are."""
_PREFERENCE = 'uat:user_dlts:"User 0 (DLT=147)","gbcs_message","0","","0",""'
_FIELDS = (
    "gbcs_message.grouping_header.cra_flag",
    "gbcs_message.grouping_header.message_code",
    "gbcs_message.grouping_header.originator_counter",
    "_ws.expert.message",
    "_ws.malformed",
    "gbcs_gbz.invalid_length",
    "_ws.col.Info",
)
_FILE_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 1 << 18, LINK_TYPE)
_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Dissected:
    """What the dissector says of one message.

    Args:
        cra: 1 command, 2 response, 3 alert; None when it did not get that far.
        message_code: as read; None as above.
        counter: originator counter; None as above.
        complaints: expert messages and malformed marks, without repetition.
        title: kind and use case in its own words.
    """

    cra: int | None
    message_code: int | None
    counter: int | None
    complaints: frozenset[str]
    title: str


def is_here() -> bool:
    """Whether tshark is installed."""
    return shutil.which("tshark") is not None


def capture_file(messages: Sequence[bytes]) -> bytes:
    """A capture file (pcap, microseconds, little-endian), one packet per message."""
    packets = (struct.pack("<IIII", 0, 0, len(one), len(one)) + one for one in messages)
    return _FILE_HEADER + b"".join(packets)


def dissect(messages: Sequence[bytes]) -> tuple[Dissected, ...]:
    """What tshark reads in each message, in order."""
    with tempfile.TemporaryDirectory(prefix="uept-tshark-") as folder:
        file = Path(folder) / "messages.pcap"
        file.write_bytes(capture_file(messages))
        program = shutil.which("tshark") or "tshark"
        command = [program, "-n", "-r", str(file), "-o", _PREFERENCE, "-T", "fields", "-E", "separator=/t"]
        fields = [part for name in _FIELDS for part in ("-e", name)]
        environment = {"PATH": os.environ.get("PATH", ""), "HOME": folder, "TZ": "UTC"}
        run = subprocess.run([*command, *fields], capture_output=True, check=True, timeout=_SECONDS, env=environment)
    lines = run.stdout.decode("utf-8", "replace").splitlines()
    assert len(lines) == len(messages), run.stderr.decode("utf-8", "replace")
    return tuple(_read(line) for line in lines)


def _read(line: str) -> Dissected:
    cra, code, counter, expert, malformed, length, title = line.split("\t")
    complaints = {one for one in (*expert.split(","), *malformed.split(",")) if one}
    if length:
        complaints.add("invalid length")
    return Dissected(_number(cra), _number(code), _number(counter), frozenset(complaints), title)


def _number(text: str) -> int | None:
    return int(text.split(",", maxsplit=1)[0], 0) if text else None
