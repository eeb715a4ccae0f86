"""libxml2's schema messages in words a tester understands: what was expected, what was found."""

from __future__ import annotations

import re

_NAMESPACE_IN_MESSAGE = re.compile(r"\{http[^}]*\}")
_VALUE = re.compile(r"The value '(?P<value>.*?)' (?P<rest>.*)", re.DOTALL)
_FACET = re.compile(r"\[facet '(?P<facet>\w+)'\] ")
_NOT_OF_TYPE = re.compile(r"': '(?P<value>.*)' is not a valid value of the (?P<type>.*)\.\s*\Z", re.DOTALL)
_EXPECTED = re.compile(r"Expected is (?:one of )?\( (?P<names>.*) \)", re.DOTALL)
_ATTRIBUTE = re.compile(r"The attribute '(?P<name>[^']*)' is (?P<rest>.*?)\.?\s*\Z")
_KINDS = {
    "CommandVariantNumber": "a number from 1 to 9",
    "ClockTolerance": "a number of seconds from 0 to 86400",
    "FloorSequenceNumber": "a number from 0 to 9223372036854775807",
    "LogDayOffset": "a number of days from -400 to 0",
    "PropertyNumber": "a number of at most 12 digits",
    "ScheduleNumber": "a number from 0 to 1000000000000",
}
_PATTERNS = {
    "[0-9A-Fa-f]{2}(-[0-9A-Fa-f]{2}){7}": "an EUI-64: eight hexadecimal pairs joined by '-'",
    "[0-9]{20}": "20 digits",
    "[0-9]{4}": "four digits",
    "[ -~]{1,116}": "1 to 116 printable ASCII characters",
}
_BOUNDS = {
    "minInclusive": "at least",
    "maxInclusive": "at most",
    "minExclusive": "more than",
    "maxExclusive": "less than",
}


def in_words(libxml2_message: str, name: str, text: str) -> tuple[str, str, str]:
    """Message, expected, found: what libxml2 said of the element ``name``, which holds ``text``."""
    message = _NAMESPACE_IN_MESSAGE.sub("", libxml2_message)
    facet = _FACET.search(message)
    value = _VALUE.search(message)
    if facet and value:
        return _facet_in_words(facet["facet"], value["value"], value["rest"])
    if facet:
        return _facet_in_words(facet["facet"], text, message)
    if attribute := _ATTRIBUTE.search(message):
        return f"the attribute {attribute['name']} is {attribute['rest']}", "", ""
    if not_of_type := _NOT_OF_TYPE.search(message):
        kind = re.sub(r"(?:local |union |list )?(?:atomic )?type |'|xs:", "", not_of_type["type"])
        return "the value is of the wrong kind", _KINDS.get(kind, kind), shortened(not_of_type["value"])
    expected = _expected_names(message)
    if "Missing child element" in message:
        return f"{name} is not complete", expected, ""
    if "is not expected" in message:
        return f"{name} does not belong here", expected or "nothing more", name
    if "No matching global declaration" in message:
        return "another document than expected", "Request or Response of DUIS", name
    if "Character content" in message or "element-only" in message:
        return f"{name} holds text between its elements", "elements only", ""
    return message.split("': ", 1)[-1].strip(), expected, ""


def _facet_in_words(facet: str, value: str, rest: str) -> tuple[str, str, str]:
    quoted = re.findall(r"'([^']*)'", rest)
    found = shortened(value)
    match facet:
        case "enumeration":
            return "the value is not in the list", _alternatives(quoted), found
        case "pattern":
            pattern = rest.partition("pattern '")[2].rpartition("'")[0]
            expected = _PATTERNS.get(pattern, f"the form {pattern}" if len(pattern) < 80 else "")
            if ":){2}" in rest:
                expected = "originator:target:counter, the counter from 0 to 2^64-1 without leading zeros"
            elif "){7}(," in rest:
                expected = "EUI-64s joined by commas without spaces"
            return "the value has the wrong form", expected, found
        case "minLength" | "maxLength" | "length":
            words = {"minLength": "at least ", "maxLength": "at most ", "length": ""}[facet]
            return "the value has the wrong length", f"{words}{_last_number(quoted)} characters or octets", found
        case "totalDigits" | "fractionDigits":
            return "the number has too many digits", f"at most {_last_number(quoted)} ({facet})", found
        case _:
            return "the value is out of range", f"{_BOUNDS.get(facet, facet)} {_last_number(quoted)}", found


def _last_number(quoted: list[str]) -> str:
    return quoted[-1] if quoted else "?"


def _expected_names(message: str) -> str:
    match = _EXPECTED.search(message)
    return "" if match is None else _alternatives([name.strip() for name in match["names"].split(",")])


def _alternatives(names: list[str]) -> str:
    few = 8
    if len(names) <= few:
        return " or ".join(names)
    return f"one of {len(names)}: {', '.join(names[:few])}, …"


def shortened(value: str) -> str:
    """A value of the peer's, quoted, cut to 80 characters."""
    limit = 80
    return repr(value if len(value) <= limit else value[:limit] + "…")
