"""Log messages of libraries and of our own servers: one line each, on standard error.

Without this, Python's logging would print a traceback for every client that speaks no HTTP.
"""

from __future__ import annotations

import logging
import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from harness.cli.output import say_error

_LONGEST = 500
"""Characters: what a client sent may be quoted."""
_QUIET_SECONDS = 1.0
"""Real seconds in which a line that was just said is not said again."""


class _OneLine(logging.Handler):
    """Says message and error in one line; ``UEPT_DEBUG=1`` keeps the traceback."""

    def __init__(self) -> None:
        super().__init__()
        self._last = ""
        self._said = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        """Print the record."""
        from aiohttp.http_exceptions import HttpProcessingError

        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, HttpProcessingError):
            return  # what a client sent that is no HTTP: the gateway told of the refusal, with its entry
        text = record.getMessage()
        line = f"{text}: {type(error).__name__}: {error}" if error is not None else text
        if line == self._last and record.created - self._said < _QUIET_SECONDS:
            return
        self._last, self._said = line, record.created
        say_error(line[:_LONGEST])
        if error is not None and os.environ.get("UEPT_DEBUG"):
            traceback.print_exception(error)


@contextmanager
def logs_in_one_line() -> Iterator[None]:
    """Every warning of the logging module is one line, until the block ends."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers[:] = [_OneLine()]
    root.setLevel(logging.WARNING)
    try:
        yield
    finally:
        root.handlers[:] = before
        root.setLevel(level)
