"""Every comparison of what was asked, sent, received and reported: by value, in one place that knows the type.

Identities without regard to separators and case, numbers by amount, instants by the moment they name, codes without
regard to case and leading zeros, truth values in any of their spellings, text without surrounding white space.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

_TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_CODE = re.compile(r"([IEW])0*([0-9]+)", re.IGNORECASE)
_HEX = re.compile(r"(?:0x)?[0-9A-F](?:[\s:.\-_]?[0-9A-F])*", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s:.\-_]")
_BETWEEN_WORDS = re.compile(r"[\s_\-]")
_REQUEST_ID_PARTS = 3
_IDENTITY_DIGITS = 16
_WRITTEN_NUMBER = re.compile(
    r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(?:\s+(?:Wh|varh|VAh|W|var|VA|V|A|m3|m\u00b3|s))?", re.IGNORECASE
)
"""A number as people write it: groups of three digits, and the unit in which values are told (docs/drivers.md)."""
_BASIC_INSTANT = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d(?:\.\d+)?)\s*(Z|[+-]\d\d:?\d\d)?", re.IGNORECASE)
"""ISO 8601, basic format."""
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?", re.IGNORECASE)


class Kind(StrEnum):
    """Kind of difference between a reported value and the one that was sent."""

    MISSING = "missing"
    """Sent and not reported: nothing is claimed of it."""
    DIFFERENT = "different"
    SHORTER = "entries left out"
    LONGER = "entries added"
    INVENTED = "not in the message"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference; ``path`` names the value, such as ``devices[DE-…]/DeviceStatus``."""

    path: str
    kind: Kind
    sent: Any = None
    claimed: Any = None

    @property
    def words(self) -> str:
        """The difference as a sentence."""
        match self.kind:
            case Kind.MISSING:
                return f"{self.path} is missing"
            case Kind.INVENTED:
                return f"{self.path} {_short(self.claimed)} is not in the message"
            case Kind.SHORTER | Kind.LONGER:
                return f"{self.path} has {_size(self.claimed)} entries, the message {_size(self.sent)}"
            case Kind.DIFFERENT:
                return f"{self.path} is {_short(self.claimed)}, sent was {_short(self.sent)}"


def is_number(value: object) -> bool:
    """Whether a value is a number; True and False are not."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def is_same(sent: object, claimed: object) -> bool:
    """Whether two values are the same, by the type of what was sent; lists and groups value by value."""
    if isinstance(sent, Mapping | list | tuple):
        return next(compare("", sent, claimed), None) is None
    if isinstance(sent, bool) or isinstance(claimed, bool):
        return _truth(sent) is not None and _truth(sent) == _truth(claimed)
    if is_number(sent) or is_number(claimed):
        one, other = _number(sent), _number(claimed)
        return one is not None and one == other
    if isinstance(sent, bytes | bytearray):
        sent = bytes(sent).hex()
    if sent is None or claimed is None:
        return (sent or "") == (claimed or "")
    return _same_text(str(sent).strip(), str(claimed).strip())


def _same_text(sent: str, claimed: str) -> bool:
    if sent == claimed:
        return True
    if sent.casefold() in {"true", "false"}:
        return _truth(sent) == _truth(claimed)
    moments = _moment(sent), _moment(claimed)
    if moments[0] is not None:
        return moments[0] == moments[1]
    codes = _CODE.fullmatch(sent), _CODE.fullmatch(claimed)
    if codes[0] and codes[1]:
        return code(sent) == code(claimed)
    one, other = _number(sent), _number(claimed)
    if one is not None and one == other:
        return True
    if sent.count(":") == _REQUEST_ID_PARTS - 1:
        return request_id(sent) == request_id(claimed)
    if _HEX.fullmatch(sent) and _HEX.fullmatch(claimed):
        return _digits(sent) == _digits(claimed)
    return " ".join(sent.split()).casefold() == " ".join(claimed.split()).casefold()


def _digits(text: str) -> str:
    """Hexadecimal digits without what stands before and between them, in upper case."""
    return _SEPARATORS.sub("", text).upper().removeprefix("0X")


def identity(text: object) -> str:
    """An EUI-64 in canonical form (upper case, dashes); other text in upper case without white space around it."""
    plain = _digits(str(text or ""))
    if len(plain) == _IDENTITY_DIGITS and _HEX.fullmatch(plain):
        return "-".join(plain[at : at + 2] for at in range(0, _IDENTITY_DIGITS, 2))
    return str(text or "").strip().upper()


def request_id(text: object) -> str:
    """A RequestID or ResponseID in canonical form: two identities and a counter without leading zeros."""
    parts = str(text or "").strip().split(":")
    if len(parts) != _REQUEST_ID_PARTS:
        return str(text or "").strip().upper()
    counter = parts[2].strip()
    return f"{identity(parts[0])}:{identity(parts[1])}:{int(counter) if counter.isdecimal() else counter}"


def code(text: object) -> str:
    """A response or alert code in canonical form: upper case, a response code without leading zeros."""
    plain = str(text or "").strip().upper().removeprefix("0X")
    found = _CODE.fullmatch(plain)
    return f"{found.group(1)}{int(found.group(2))}" if found else plain


def moment(text: object) -> datetime | None:
    """The instant a text names, aware; one without a zone is UTC, as DUIS has it. None: it names none."""
    return _moment(str(text).strip())


def differences(sent: Mapping[str, Any], claimed: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Compare a claim with the message: values added, values different, and values left out.

    A name of the claim that the message does not have counts as invented only when it holds numbers of which the
    message has none: units, notes and times of its own are the party's.

    Args:
        sent: what the message holds, by name; lists of items, items as mappings.
        claimed: what the party reports.
    """
    known = _spelled(claimed)
    found = [one for name, value in sent.items() for one in _of_name(name, value, known)]
    numbers = set(_numbers(sent))
    spelled = {plain_name(name) for name in sent}
    for name, value in claimed.items():
        if plain_name(name) not in spelled and (extra := set(_numbers(value)) - numbers):
            shown = sorted(extra) if isinstance(value, Mapping | list) else value
            found.append(Difference(name, Kind.INVENTED, claimed=shown))
    return tuple(found)


def _of_name(name: str, sent: Any, claimed: Mapping[str, Any]) -> Iterator[Difference]:
    if plain_name(name) not in claimed:
        yield Difference(name, Kind.MISSING, sent)
    else:
        yield from compare(name, sent, claimed[plain_name(name)])


def compare(path: str, sent: Any, claimed: Any) -> Iterator[Difference]:
    """The differences of one value, whatever its shape. Lists of items are compared without regard to their order."""
    if isinstance(sent, Mapping):
        if not isinstance(claimed, Mapping):
            yield Difference(path, Kind.DIFFERENT, sent, claimed)
            return
        for one in differences(sent, claimed):
            yield Difference(f"{path}/{one.path}", one.kind, one.sent, one.claimed)
    elif isinstance(sent, Sequence) and not isinstance(sent, str | bytes):
        yield from _compare_lists(path, sent, claimed)
    elif not is_same(sent, claimed):
        yield Difference(path, Kind.DIFFERENT, sent, claimed)


def _compare_lists(path: str, sent: Sequence[Any], claimed: Any) -> Iterator[Difference]:
    if len(sent) == 1 and isinstance(claimed, Mapping):
        claimed = [claimed]  # a list of one item, written as the item
    if not isinstance(claimed, Sequence) or isinstance(claimed, str | bytes):
        yield Difference(path, Kind.DIFFERENT, sent, claimed)
        return
    if len(sent) != len(claimed):
        yield Difference(path, Kind.SHORTER if len(claimed) < len(sent) else Kind.LONGER, sent, claimed)
        return
    if not all(isinstance(item, Mapping) for item in sent):
        for index, (one, other) in enumerate(zip(sent, claimed, strict=True)):
            yield from compare(f"{path}[{index}]", one, other)
        return
    left = list(claimed)
    for index, item in enumerate(sent):
        best = _nearest(item, left)
        left.remove(best)
        yield from compare(f"{path}[{_name_of(item, index)}]", item, best)


def _nearest(item: Mapping[str, Any], others: Sequence[Any]) -> Any:
    """The first of the items that differ least; most reports keep the order, so that the first one is the same."""
    best, least = others[0], _distance(item, others[0])
    for other in others[1:]:
        if least == 0:
            break
        distance = _distance(item, other)
        if distance < least:
            best, least = other, distance
    return best


def _distance(item: Mapping[str, Any], other: Any) -> int:
    return sum(1 if one.kind is Kind.MISSING else 10 for one in compare("", item, other))


def _name_of(item: Mapping[str, Any], index: int) -> str:
    return next((str(item[name]) for name in ("DeviceID", "Timestamp", "Code") if item.get(name)), str(index))


def _spelled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {plain_name(name): value for name, value in values.items()}


def said(value: Any) -> Any:
    """Return a value without the names that hold null, at any depth: they state nothing."""
    if isinstance(value, Mapping):
        return {name: said(one) for name, one in value.items() if one is not None}
    return [said(one) for one in value] if isinstance(value, list) else value


def named(values: Mapping[str, Any], name: str, otherwise: Any = None) -> Any:
    """The value of that name, however a party spells the name; ``otherwise`` when there is none."""
    return values[name] if name in values else _spelled(values).get(plain_name(name), otherwise)


def plain_name(name: str) -> str:
    """A name without regard to case and separators: ``active_import_register`` is ``ActiveImportRegister``."""
    return _BETWEEN_WORDS.sub("", str(name)).casefold()


def texts(value: Any) -> Iterator[str]:
    """Everything that stands in a value of any shape, as text; null is nothing."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for one in value:
            yield from texts(one)
    elif value is not None:
        yield str(value)


def _numbers(value: Any) -> Iterator[Decimal]:
    """Every number in a value of any shape, written as text or not; truth values, times and codes are none."""
    match value:
        case bool() | None:
            return
        case Mapping():
            for one in value.values():
                yield from _numbers(one)
        case list() | tuple():
            for one in value:
                yield from _numbers(one)
        case _:
            found = _number(value)
            if found is not None:
                yield found


def _number(value: object) -> Decimal | None:
    """The number that a value is, or is written as; a truth value and None are written as none."""
    text = str(value).strip()
    written = _WRITTEN_NUMBER.fullmatch(text)
    try:
        found = Decimal(written.group(1).replace(",", "") if written else text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _truth(value: object) -> bool | None:
    return _TRUTH.get(str(value).strip().casefold())


def _moment(text: str) -> datetime | None:
    basic = _BASIC_INSTANT.fullmatch(text)
    if basic:
        year, month, day, hour, minute, second, zone = basic.groups("")
        text = f"{year}-{month}-{day}T{hour}:{minute}:{second}{zone}"
    if not _INSTANT.fullmatch(text):
        return None
    try:
        found = datetime.fromisoformat(text.upper().replace(" ", "T", 1).replace(" ", ""))
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}…"


def _size(value: Any) -> int:
    return len(value) if isinstance(value, Sequence) else 0
