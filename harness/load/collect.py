"""The Party's list of processed messages: ResponseIDs, one a line, in the order of processing; from a URL or a file.

A line may be a ResponseID alone, or JSON with a member ``response_id`` (as outcomes of actions name it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.error import URLError
from urllib.request import Request, urlopen

import msgspec

from stubs.wire.errors import Blocked


class _Line(msgspec.Struct):
    """A line in JSON; other members are the Party's own."""

    response_id: str = ""


_LINE = msgspec.json.Decoder(_Line)
_SECONDS = 600.0
_LONGEST_LINE = 64 * 1024
_MEND = "It has to list what was processed, a ResponseID a line."


def processed_numbers(source: str, number_of: Callable[[str], int]) -> Iterator[int | None]:
    """Numbers of messages, in the Party's order; None for a line that names no message of ours.

    Args:
        source: http(s) URL, asked with GET, or a file.
        number_of: raises ValueError for what is no ResponseID of ours.

    Raises: Blocked: the source cannot be read.
    """
    with _opened(source) as lines:
        while line := lines.readline(_LONGEST_LINE):
            name = _response_id(line.decode("utf-8", "replace").strip())
            if not name:
                continue
            try:
                yield number_of(name)
            except ValueError:
                yield None


def _response_id(line: str) -> str:
    if not line.startswith("{"):
        return line
    try:
        return _LINE.decode(line).response_id
    except msgspec.MsgspecError:
        return line  # no message of ours has such a name, and it is counted


@contextmanager
def _opened(source: str) -> Iterator[IO[bytes]]:
    try:
        if "://" not in source:
            with Path(source).open("rb") as file:
                yield file
            return
        with urlopen(Request(source, method="GET"), timeout=_SECONDS) as answer:  # noqa: S310 - checked with the settings
            yield answer
    except (URLError, OSError, ValueError) as error:
        raise Blocked(f"load.collect: {source} cannot be read: {error}", mend=_MEND) from error
