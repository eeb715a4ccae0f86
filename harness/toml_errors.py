"""Error messages for a text that is no TOML, as a person looks for it."""

from __future__ import annotations

import re


def not_toml(error: ValueError, text: str) -> tuple[str, str]:
    """Line (from 1) and what is wrong, of an error of ``tomllib``; the last line when it names none.

    Python 3.11 gives line and column in the message only, and a number too long is a ValueError without either.
    """
    found = re.search(r"\(at line (\d+), column \d+\)", str(error))
    line = found.group(1) if found else str(text.count("\n") + 1)
    return line, re.sub(r" \(at .*\)$", "", str(error))
