"""The industry's reference data beside the repository: which folders hold it, and how a message in them is found.

Origin: two parts of the Reference Test Data Set (RTDS) 4.5.0 with the public test PKI ZAZ1, in ``../shared/rtds`` and
``../shared/rtds-2``; their README files state origin and licence. Nothing of them is ever copied here. The keys that
protect both parts lie in the first one. A part that is absent is passed over, and the tests' minimum counts say so.
"""

from __future__ import annotations

from pathlib import Path

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
RTDS = SHARED / "rtds"
KEYSTORE = RTDS / "keystore"
GBCS_FOLDERS = (RTDS / "gbcs", SHARED / "rtds-2" / "gbcs")
IS_THERE = all(folder.is_dir() for folder in GBCS_FOLDERS)
ABSENT = "../shared/rtds or ../shared/rtds-2 is absent: put the reference data sets there"
FEWEST = 1207
"""Messages of both parts together: fewer would mean that something is passed over in silence."""


def gbcs_files(pattern: str = "*/*.HEX") -> list[Path]:
    """Message files of both parts, by a pattern of use-case folder and file name."""
    return sorted(
        (path for folder in GBCS_FOLDERS for path in folder.glob(pattern)),
        key=lambda path: (path.parent.name, path.name),
    )


def gbcs_file(name: str) -> Path:
    """The file of that use-case folder and name in whichever part holds it; where it would be, when none does."""
    places = [folder / name for folder in GBCS_FOLDERS]
    return next((place for place in places if place.is_file()), places[0])


def octets_of(path: Path) -> bytes:
    """The message in a file: one line of hexadecimal text."""
    return bytes.fromhex(path.read_text("ascii").strip())
