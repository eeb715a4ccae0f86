"""What libraries and our own servers say while they work: one line each, on standard error.

Without this, Python's logging would print a traceback for every client that speaks no HTTP.
"""

from __future__ import annotations

import logging
import os
import traceback

from harness.cli.output import say_error

_LONGEST = 500
"""Characters: what a client sent may be quoted."""


class _OneLine(logging.Handler):
    """Says message and error in one line; ``UEPT_DEBUG=1`` keeps the traceback."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print the record."""
        error = record.exc_info[1] if record.exc_info else None
        text = record.getMessage()
        line = f"{text}: {type(error).__name__}: {error}" if error is not None else text
        say_error(line[:_LONGEST])
        if error is not None and os.environ.get("UEPT_DEBUG"):
            traceback.print_exception(error)


def log_in_one_line() -> None:
    """From now on every warning of the logging module is one line."""
    logging.basicConfig(level=logging.WARNING, handlers=[_OneLine()], force=True)
