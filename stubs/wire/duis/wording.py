"""libxml2's schema messages in words a tester understands: what was expected, what was found.

libxml2 says which rule failed and at which element; what the element may be is taken from our grammar.
"""

from __future__ import annotations

import re

from stubs.wire.grammar import Element, Text, in_words

_NAMESPACE_IN_MESSAGE = re.compile(r"\{http[^}]*\}")
_ATTRIBUTE_OF = re.compile(r"\AElement '[^']*', attribute '(?P<name>[^']*)': ")
_VALUE = re.compile(r"The value '(?P<value>.*?)' (?:is|has|must|of)", re.DOTALL)
_FACET = re.compile(r"\[facet '(?P<facet>\w+)'\] ")
_NOT_OF_TYPE = re.compile(r"': '(?P<value>.*)' is not a valid value of the ", re.DOTALL)
_EXPECTED = re.compile(r"Expected is (?:one of )?\( (?P<names>.*) \)", re.DOTALL)
_ATTRIBUTE = re.compile(r"The attribute '(?P<name>[^']*)' is (?P<rest>.*?)\.?\s*\Z")
_WHAT = {
    "enumeration": "the value is not in the list",
    "fractionDigits": "the number has too many decimals",
    "length": "the value has the wrong length",
    "maxLength": "the value has the wrong length",
    "minLength": "the value has the wrong length",
    "pattern": "the value has the wrong form",
    "totalDigits": "the number has too many digits",
}
_OUT_OF_RANGE = "the value is out of range"
_WRONG_KIND = "the value is of the wrong kind"
_MOST_NAMES = 8


def words_of(libxml2_message: str, name: str, text: str, rule: Element | None) -> tuple[str, str, str]:
    """Message, expected, found: what libxml2 said of the element ``name``, which holds ``text``.

    ``rule`` is the grammar's for that element, where it has one.
    """
    message = _NAMESPACE_IN_MESSAGE.sub("", libxml2_message)
    attribute = _ATTRIBUTE_OF.match(message)
    allowed = _attribute_text(rule, attribute["name"]) if attribute else rule and rule.text
    expected = in_words(allowed) if allowed else ""
    place = f"the attribute {attribute['name']}: " if attribute else ""
    if facet := _FACET.search(message):
        value = _VALUE.search(message)
        found = text if value is None or not attribute else value["value"]
        return place + _WHAT.get(facet["facet"], _OUT_OF_RANGE), expected, shortened(found)
    if not_of_type := _NOT_OF_TYPE.search(message):
        return place + _WRONG_KIND, expected, shortened(not_of_type["value"] if attribute else text)
    if about := _ATTRIBUTE.search(message):
        return f"the attribute {about['name']} is {about['rest']}", "", ""
    names = _expected_names(message)
    if "Missing child element" in message:
        return f"{name} is not complete", names, ""
    if "is not expected" in message:
        return f"{name} does not belong here", names or "nothing more", name
    if "No matching global" in message:
        return "another document than expected", "Request or Response of DUIS, or GBCSResponse", name
    if "Character content" in message or "element-only" in message:
        return f"{name} holds text between its elements", "elements only", ""
    return message.split("': ", 1)[-1].strip(), expected or names, ""


def _attribute_text(rule: Element | None, name: str) -> Text | None:
    known = rule.attributes if rule else ()
    return next((attribute.text for attribute in known if attribute.name == name), None)


def _expected_names(message: str) -> str:
    match = _EXPECTED.search(message)
    if match is None:
        return ""
    names = [name.strip() for name in match["names"].split(",")]
    if len(names) <= _MOST_NAMES:
        return " or ".join(names)
    return f"one of {len(names)}: {', '.join(names[:_MOST_NAMES])}, …"


def shortened(value: str) -> str:
    """A value of the peer's, quoted, cut to 80 characters."""
    limit = 80
    return repr(value if len(value) <= limit else value[:limit] + "…")
