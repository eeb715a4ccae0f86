"""Descriptions of permitted values, in words a tester understands."""

from __future__ import annotations

from decimal import Decimal

from stubs.wire.grammar.rules import Text

MOST_VALUES = 12
"""Longer lists are cut: the whole of 194 response codes helps nobody."""

_BUILT_IN = {
    "anyURI": "a URI",
    "base64Binary": "base64 with padding",
    "boolean": "true or false (or 1, 0)",
    "date": "a date such as 2026-01-15",
    "dateTime": "a date and time such as 2026-01-15T12:00:00Z",
    "decimal": "a decimal number",
    "hexBinary": "an even number of hexadecimal digits",
    "string": "text",
    "time": "a time such as 12:00:00Z",
    "token": "text",
}
_INTEGERS: dict[str, tuple[int | None, int | None]] = {
    "int": (-(2**31), 2**31 - 1),
    "integer": (None, None),
    "nonNegativeInteger": (0, None),
    "nonPositiveInteger": (None, 0),
    "positiveInteger": (1, None),
    "short": (-(2**15), 2**15 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedShort": (0, 2**16 - 1),
}
_EUI = "[0-9A-Fa-f]{2}(-[0-9A-Fa-f]{2}){7}"
_PATTERNS = {
    _EUI: "an EUI-64: eight hexadecimal pairs joined by '-'",
    f"{_EUI}(,{_EUI})*": "EUI-64s joined by commas without spaces",
    "[0-9]{20}": "20 digits",
    "[0-9]{4}": "four digits",
    "[ -~]+": "printable ASCII characters",
    "[0-9 ]+": "digits and spaces",
}


def in_words(text: Text) -> str:
    """Describe permitted values, such as ``a whole number from 1 to 28`` or ``one of Add, Remove``."""
    if text.values:
        return alternatives(text.values)
    if text.base in _INTEGERS:
        return _whole_number(text)
    if text.base == "decimal":
        return _decimal(text)
    words = _BUILT_IN.get(text.base, text.base)
    for pattern in text.patterns:
        words = _PATTERNS.get(pattern, words)
        if "){2}(0|" in pattern:
            words = "originator:target:counter, the counter from 0 to 2^64-1 without leading zeros"
    return words + _length(text)


def alternatives(values: tuple[str, ...]) -> str:
    """``one of A, B``, cut when there are many."""
    if len(values) == 1:
        return values[0]
    shown = ", ".join(values[:MOST_VALUES])
    return f"one of {shown}" + (f" and {len(values) - MOST_VALUES} more" if len(values) > MOST_VALUES else "")


def integer_limits(text: Text) -> tuple[int | None, int | None]:
    """Smallest and largest value, both inclusive; None where there is no limit. For the integer types only."""
    smallest, largest = _INTEGERS[text.base]
    if text.smallest is not None:
        smallest = int(text.smallest) + text.smallest_excluded
    if text.largest is not None:
        largest = int(text.largest) - text.largest_excluded
    if text.digits is not None:
        bound = 10**text.digits - 1
        largest = bound if largest is None else min(largest, bound)
        smallest = -bound if smallest is None else max(smallest, -bound)
    return smallest, largest


def is_integer(text: Text) -> bool:
    """Whether the base is one of the whole-number types."""
    return text.base in _INTEGERS


def _whole_number(text: Text) -> str:
    smallest, largest = integer_limits(text)
    if smallest is not None and largest is not None:
        return f"a whole number from {smallest} to {largest}"
    if smallest is not None:
        return f"a whole number of at least {smallest}"
    return "a whole number" if largest is None else f"a whole number of at most {largest}"


def _decimal(text: Text) -> str:
    parts = ["a decimal number"]
    if text.smallest is not None:
        parts.append(f"{'more than' if text.smallest_excluded else 'at least'} {_plain(text.smallest)}")
    if text.largest is not None:
        parts.append(f"{'less than' if text.largest_excluded else 'at most'} {_plain(text.largest)}")
    if text.decimals is not None:
        parts.append(f"with at most {text.decimals} decimals")
    return ", ".join(parts)


def _plain(number: Decimal) -> str:
    return format(number, "f")


def _length(text: Text) -> str:
    unit = "octets" if text.base in {"base64Binary", "hexBinary"} else "characters"
    if text.shortest is None and text.longest is None:
        return ""
    if text.shortest == text.longest:
        return f", {text.longest} {unit}"
    if text.longest is None:
        return f", at least {text.shortest} {unit}"
    return f", {text.shortest or 0} to {text.longest} {unit}"
