"""White space around dates and times.

XML Schema collapses it before it looks at the value (part 2, 4.3.6: every built-in type but string keeps none), so that
a date on a line of its own is a date. libxml2 trims what follows a date, a time or a dateTime, and refuses what leads
it; other processors follow the standard. So, here, what surrounds such a value is taken away before libxml2 is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy

from lxml import etree

from stubs.wire.xml import child_elements, text_of

_SPACE = " \t\r\n"
"""White space of XML; a no-break space is none."""
_TEMPORAL = re.compile(
    r"-?\d{4,}-\d\d(-\d\d(T\d\d:\d\d:\d\d(\.\d+)?)?)?(Z|[+-]\d\d:\d\d)?|\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?",
    re.ASCII,
)
_BASES = frozenset({"dateTime", "date", "time", "gYearMonth"})


def collapsed(document: etree._Element, base_of: Callable[[etree._Element], str]) -> etree._Element | None:
    """A copy of a document in which the dates and times are trimmed; lines and paths are kept.

    Args:
        document: the root element.
        base_of: the built-in type that an element's type is made from, empty when it is not known.
    Returns: None when no date has white space around it.
    """
    places = [at for at, element in enumerate(document.iter("{*}*")) if _is_surrounded(element, base_of)]
    if not places:
        return None
    copy = deepcopy(document)
    elements = list(copy.iter("{*}*"))
    for at in places:
        text = text_of(elements[at]).strip(_SPACE)
        for comment in list(elements[at]):
            elements[at].remove(comment)
        elements[at].text = text
    return copy


def _is_surrounded(element: etree._Element, base_of: Callable[[etree._Element], str]) -> bool:
    if child_elements(element):
        return False
    text = text_of(element)
    trimmed = text.strip(_SPACE)
    return trimmed != text and _TEMPORAL.fullmatch(trimmed) is not None and base_of(element) in _BASES
