"""Valid documents made from the grammar: the smallest that is complete, and one with every optional part.

Values are plausible where a name says what is meant, and merely valid otherwise. Nothing here knows what belongs
together beyond the schema: whoever needs a request the gateway carries out sets the values that matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Sequence as Names
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from schemas.duis_versions import NEWEST
from schemas.load import Srv, UserRole, request_branches, service_requests
from stubs.wire.duis.build import build_request
from stubs.wire.duis.examples import ACB, CHF, ESME, GPF, GSME, NETWORK_OPERATOR, SUPPLIER
from stubs.wire.duis.node import Node, written_name
from stubs.wire.duis.requests import ServiceRequest
from stubs.wire.duis.versions import entry_module, module_bytes
from stubs.wire.errors import Misuse
from stubs.wire.grammar import (
    Choice,
    Element,
    Grammar,
    Particle,
    Sequence,
    Text,
    Wildcard,
    elements_in,
    read_grammar,
)
from stubs.wire.grammar.words import integer_limits, is_integer
from stubs.wire.xml import RA, SR

REPEATED = 2
"""Number of times that a full example repeats what may be repeated."""

_EUI = "DE-51-CE-00-00-00-00-E1"
_HUB = "DE-51-CE-00-00-00-00-C1"
_NOON, _LATER = "2026-01-15T12:00:00Z", "2026-01-16T00:00:00Z"
_BY_NAME: Mapping[str, str] = {
    "AlertCode": "8F3F",
    "CHFDeviceID": _HUB,
    "CommsHubDeviceID": _HUB,
    "CurrencyUnits": "GBP",
    "CurrencyUnitsLabel": "GBP",
    "CustomerIdentificationNumber": "0427",
    "DSPScheduledServiceReference": "4.8",
    "DSPScheduledServiceReferenceVariant": "4.8.1",
    "EndDate": "2026-12-31",
    "EndDateTime": _LATER,
    "EndTime": "20:00:00Z",
    "ExecutionDateTime": _LATER,
    "OldCHFID": _HUB,
    "OtherDeviceID": "DE-51-CE-00-00-00-00-D1",
    "PostCode": "AB12 3CD",
    "ReferencedDay": "1",
    "ReferencedDayName": "1",
    "ReferencedElecDay": "1",
    "ReferencedWeekName": "1",
    "RequestType": "Add",
    "RestrictionDateTime": _LATER,
    "ScheduleEndDate": "2027-01-31",
    "SeasonName": "Winter",
    "SupplierMessage": "Thank you for calling",
    "SupplierName": "Supplier A",
    "SupplierTelephoneNumber": "020 7946 0000",
    "SwitchDescription": "Hot water",
    "UTRN": "01234567890123456789",
}
_MINIMAL_BY_NAME: Mapping[str, str] = {"RequestType": "Remove"}
_BY_BASE: Mapping[str, str] = {
    "anyURI": "urn:example",
    "base64Binary": "3wkBAAAA",
    "boolean": "true",
    "date": "2026-02-01",
    "dateTime": _NOON,
    "time": "06:00:00Z",
}
_BY_PATTERN: Mapping[str, str] = {
    "[0-9A-Fa-f]{2}(-[0-9A-Fa-f]{2}){7}": _EUI,
    "[0-9A-Fa-f]{2}(-[0-9A-Fa-f]{2}){7}(,[0-9A-Fa-f]{2}(-[0-9A-Fa-f]{2}){7})*": f"{_EUI},DE-51-CE-00-00-00-00-61",
    "[0-9]{20}": "0" * 20,
    "[0-9]{4}": "0000",
}
_DEVICES = {"ESME": ESME, "GSME": GSME, "CHF": CHF, "GPF": GPF}
_IDENTIFIER = f"A0-B1-C2-D3-E4-01-00-00:{_EUI}:1768471200001"


@cache
def duis_grammar(schema: str = NEWEST) -> Grammar:
    """The rules of our own schema of a version: DUIS, decoded payloads and signatures."""
    return read_grammar(entry_module(), lambda path: module_bytes(path, schema))


def request_body(srv: str) -> Element:
    """The rule for the body of a service. Raises: Misuse: no such service reference variant."""
    row = service_requests().get(Srv(srv))
    if row is None:
        raise Misuse(f"no service reference variant {srv!r} in the catalogue")
    return _rule(f"{{{SR}}}Request", f"{{{SR}}}Body", f"{{{SR}}}{row.request_element}")


def decoded_answer(srv: str) -> Element | None:
    """The rule for the decoded answer to a service (MMC), or None when there is none, as for non-device services."""
    tags = [f"{{{RA}}}{name}" for name in ("GBCSResponse", "Body", "ResponseMessage", "SMETSData")]
    name = request_body(srv).name
    found = {element.name: element for element in elements_in(_rule(*tags).children)}
    # The name of one answer differs from that of its request.
    other = name.replace("ReadDeviceConfigurationBilling", "ReadDeviceConfigurationDataBilling")
    return found.get(f"{name}Rsp") or found.get(f"{other}Rsp")


def example(srv: str, *, full: bool = False, values: Mapping[str, str] | None = None, device_type: str = "") -> Node:
    """A body of service ``srv`` that the schema accepts.

    Args:
        srv: service reference variant, such as ``4.1.1``.
        full: with every optional element, and two of what may be repeated; otherwise with nothing optional.
        values: text by element name or by the end of a path (``A/B``), instead of ours; the caller vouches for it.
            Optional elements that are named are there, and of alternatives the one that holds them.
        device_type: the kind of device it is for, which decides between alternatives; empty: the usual one, mostly an
            ESME.
    Raises: Misuse: no such service reference variant.
    """
    body = request_body(srv)
    kind = device_type or _usual_device(srv)
    fitting = (
        row for row in request_branches() if row.srv == srv and (not row.device_types or kind in row.device_types)
    )
    row = next(fitting, None)
    given = {name.rpartition("/")[2]: text for name, text in (values or {}).items()}
    wanted = tuple(path for name in values or () if (path := path_to(body, name)) is not None)
    if row is None:
        return _Writer(_named(given, full=full), full).element(body, wanted, 1)
    named = _named({**row.values, **given}, full=full)
    return _Writer(named, full, row.without - given.keys()).element(body, (*wanted, *row.through), 1)


def path_to(element: Element, name: str) -> tuple[str, ...] | None:
    """The shortest path, from a child of ``element`` on, to an element called ``name`` or whose path ends so."""
    ends = tuple(name.split("/"))
    level: list[tuple[tuple[str, ...], Element]] = [((), element)]
    while level:
        below = [((*path, child.name), child) for path, parent in level for child in elements_in(parent.children)]
        for path, _ in below:
            if path[-len(ends) :] == ends:
                return path
        level = below
    return None


def example_request(srv: str, *, full: bool = False) -> ServiceRequest:
    """A whole request of service ``srv``: unsigned, of an invented User that may ask for it, to an invented device.

    Raises: Misuse: no such service reference variant.
    """
    body = example(srv, full=full)
    row = service_requests()[Srv(srv)]
    is_operator = bool(row.eligible_roles) and not row.eligible_roles & {UserRole.IS, UserRole.GS}
    device = _DEVICES.get(_usual_device(srv), ESME)
    target = ACB if row.is_non_device else device
    user = NETWORK_OPERATOR if is_operator else SUPPLIER
    return build_request(srv, user, target, 1768471200001, min(row.command_variants, default=1), body)


def _usual_device(srv: str) -> str:
    """The first kind of device of the catalogue's that may be meant; empty for a Non-Device service."""
    types = service_requests()[Srv(srv)].device_types
    return next((kind for kind in _DEVICES if kind in types), "")


def every_example(srv: str) -> tuple[Node, ...]:
    """The minimal body, the full one, and one for every further alternative the schema offers."""
    body = request_body(srv)
    return (
        sample(body),
        sample(body, full=True),
        *(sample(body, through=path, full=True) for path in alternatives_of(body)),
    )


def sample(
    element: Element, *, full: bool = False, through: Names[str] = (), values: Mapping[str, str] | None = None
) -> Node:
    """An element the grammar accepts.

    ``through`` names the elements, from a child of ``element`` on, that must be there, optional or not: branches
    are chosen so that they are.
    """
    return _Writer(_named(values, full=full), full).element(element, (tuple(through),) if through else (), 1)


def _named(values: Mapping[str, str] | None, *, full: bool) -> dict[str, str]:
    return {**_BY_NAME, **({} if full else _MINIMAL_BY_NAME), **(values or {})}


def alternatives_of(element: Element) -> Iterator[tuple[str, ...]]:
    """Paths, for ``through``, to every branch of every choice but the first of each."""
    for names, branch_is_first in _branches(element.children):
        child = next(part for part in elements_in(element.children) if part.name == names)
        if not branch_is_first:
            yield (names,)
        for path in alternatives_of(child):
            yield (names, *path)


def _branches(particle: Particle | None, *, is_first: bool = True) -> Iterator[tuple[str, bool]]:
    match particle:
        case Element():
            yield particle.name, is_first
        case Sequence(parts=parts):
            for number, part in enumerate(parts):
                yield from _branches(part, is_first=is_first or number > 0)
        case Choice(parts=parts):
            for number, part in enumerate(parts):
                yield from _branches(part, is_first=is_first and number == 0)
        case _:
            return


def _rule(*tags: str) -> Element:
    if (found := duis_grammar().find(tags)) is None:
        raise Misuse(f"our schema has no element {'/'.join(tags)}")
    return found


Paths = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class _Writer:
    named: Mapping[str, str]
    is_full: bool
    without: frozenset[str] = frozenset()

    def element(self, element: Element, through: Paths, position: int) -> Node:
        """``position`` counts the nearest repetition, so that numbered rows are numbered."""
        children = tuple(self._children(element.children, through, position))
        text = element.text
        return Node(
            written_name(element.tag),
            "" if children or text is None else self._text(text, element.name, position),
            children,
            tuple(
                (attribute.name, self._text(attribute.text, attribute.name, position))
                for attribute in element.attributes
                if attribute.is_required or (self.is_full and attribute.text.base != "ID")
            ),
        )

    def _children(self, particle: Particle | None, through: Paths, position: int) -> Iterator[Node]:
        if particle is None or isinstance(particle, Wildcard):
            return
        is_wanted = _is_wanted(particle, through)
        times = max(particle.least, 1) if self.is_full or is_wanted else particle.least
        if self.is_full:
            times = max(times, min(particle.most, REPEATED))
        if isinstance(particle, Element) and particle.name in self.without:
            times = particle.least
        for number in range(1, times + 1):
            here = number if particle.most > 1 else position
            match particle:
                case Element():
                    rest = tuple(path[1:] for path in through if path[0] == particle.name and len(path) > 1)
                    yield self.element(particle, rest, here)
                case Sequence(parts=parts):
                    for part in parts:
                        yield from self._children(part, through, here)
                case Choice(parts=parts):
                    yield from self._children(_branch(parts, through), through, here)

    def _text(self, text: Text, name: str, position: int) -> str:
        if name in self.named and _fits(self.named[name], text):
            return self.named[name]
        if text.values:
            return text.values[0]
        if is_integer(text):
            return str(_integer(text, position))
        if text.base == "decimal":
            return str(_decimal(text))
        if text.base == "hexBinary":
            return "0A" * (text.longest or 2)
        for pattern in text.patterns:
            if "){2}(0|" in pattern:
                return _IDENTIFIER
            if pattern in _BY_PATTERN:
                return _BY_PATTERN[pattern]
        if text.base in _BY_BASE:
            return _BY_BASE[text.base]
        length = min(max(text.shortest or 1, 4), text.longest or 4)
        return "1" * length


def _is_wanted(particle: Particle, through: Paths) -> bool:
    names = {path[0] for path in through}
    return bool(names) and any(child.name in names for child in elements_in(particle))


def _branch(parts: tuple[Particle, ...], through: Paths) -> Particle:
    for path in through:
        for part in parts:
            if _is_wanted(part, (path,)):
                return part
    return next((part for part in parts if not isinstance(part, Wildcard)), parts[0])


def _integer(text: Text, position: int) -> int:
    smallest, largest = integer_limits(text)
    value = position
    if smallest is not None:
        value = max(value, smallest)
    return value if largest is None else min(value, largest)


def _decimal(text: Text) -> Decimal:
    if text.smallest is None:
        return Decimal(1)
    return text.smallest + (Decimal(10) ** -(text.decimals or 0) if text.smallest_excluded else 0)


def _fits(value: str, text: Text) -> bool:
    """Return whether a value chosen by name has the right type: some names have several meanings."""
    if text.values:
        return value in text.values
    if is_integer(text):
        return value.lstrip("-").isdigit()
    if text.base in _BY_BASE and text.base != "base64Binary":
        return ("T" in value) == (text.base == "dateTime") and (":" in value) == (text.base != "date")
    return text.longest is None or len(value) <= text.longest
