"""Mutants of an input: octets changed, parts moved, values put in the place of others. Every choice from the dice."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from typing import Any

_OCTETS = (b"\x00", b"\xff", b"\x80", b"\x7f", b"\xc3\x28", b"\xed\xa0\x80", b"\xf0\x9f\x92\xa9", b"\r\n", b"\x1b[2J")
_WORDS = (
    b"", b"0", b"-1", b"1e309", b"nan", b"9" * 40, b"2" * 5000, b"true", b"null", b"[]", b"{}", b'"', b"'", b"..", b"/",
    b"\xe2\x80\xae", b"0001-01-01T00:00:00Z", b"9999-12-31T23:59:59Z", b"A0-B1-C2-D3-E4-01-00-00", b"<![CDATA[x]]>", b"&#0;",
)  # fmt: skip
_VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 2**63, 2**200, 1e308, "", "x", "\x00", "\ud83d", [], {}, [[]], {"": None}, "9999-12-31", [1, "a"],
    "../../etc/passwd", "a" * 3000,
)  # fmt: skip
_PART = re.compile(rb"<[^<>]*>|[^<>]+|.", re.DOTALL)

Dice = random.Random


def mutant(seeds: Sequence[bytes], dice: Dice) -> bytes:
    """One mutant of one of the seeds; often of what a first change made."""
    data = dice.choice(seeds)
    for _ in range(dice.choice((1, 1, 1, 2, 3, 8))):
        data = dice.choice(_WAYS)(data, seeds, dice)
    return data


def _at(data: bytes, dice: Dice) -> int:
    return dice.randrange(len(data) + 1)


def _flip(data: bytes, _seeds: Sequence[bytes], dice: Dice) -> bytes:
    if not data:
        return data
    at = dice.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << dice.randrange(8))]) + data[at + 1 :]


def _cut(data: bytes, _seeds: Sequence[bytes], dice: Dice) -> bytes:
    first, second = sorted((_at(data, dice), _at(data, dice)))
    return data[:first] + data[min(second, first + dice.choice((1, 2, 8, 64, 10_000))) :]


def _insert(data: bytes, _seeds: Sequence[bytes], dice: Dice) -> bytes:
    at = _at(data, dice)
    return data[:at] + dice.choice(_OCTETS + _WORDS) + data[at:]


def _twice(data: bytes, _seeds: Sequence[bytes], dice: Dice) -> bytes:
    first = _at(data, dice)
    second = first + dice.choice((1, 4, 30, 300))
    return data[:second] + data[first:second] * dice.choice((1, 1, 1, 20)) + data[second:]


def _splice(data: bytes, seeds: Sequence[bytes], dice: Dice) -> bytes:
    other = dice.choice(seeds)
    return data[: _at(data, dice)] + other[_at(other, dice) :]


def _part(data: bytes, _seeds: Sequence[bytes], dice: Dice) -> bytes:
    """Tags and texts: left out, twice, in another place, another word."""
    parts = _PART.findall(data)
    if not parts:
        return data
    at = dice.randrange(len(parts))
    match dice.randrange(4):
        case 0:
            del parts[at]
        case 1:
            parts.insert(at, parts[at])
        case 2:
            parts.insert(dice.randrange(len(parts)), parts.pop(at))
        case _:
            parts[at] = dice.choice(_WORDS)
    return b"".join(parts)


def _line(data: bytes, _seeds: Sequence[bytes], dice: Dice) -> bytes:
    """Lines as of settings: left out, twice, another value, moved."""
    lines = data.split(b"\n")
    at = dice.randrange(len(lines))
    match dice.randrange(4):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[at])
        case 2:
            lines.insert(dice.randrange(len(lines)), lines.pop(at))
        case _:
            name, _, _ = lines[at].partition(b"=")
            lines[at] = name + b"= " + dice.choice(_WORDS)
    return b"\n".join(lines)


def _value(data: bytes, _seeds: Sequence[bytes], dice: Dice) -> bytes:
    """JSON: a value of another kind somewhere, a member left out or added."""
    try:
        tree = json.loads(data)
    except (ValueError, RecursionError):
        return _flip(data, _seeds, dice)
    return json.dumps(changed(tree, dice)).encode()


def changed(tree: Any, dice: Dice) -> Any:
    """A JSON value with one change somewhere in it."""
    holder = {"": tree}
    places: list[tuple[Any, Any]] = [(holder, "")]
    for at, name in places:
        inner = at[name]
        if isinstance(inner, dict):
            places += [(inner, key) for key in inner]
        elif isinstance(inner, list):
            places += [(inner, index) for index in range(len(inner))]
    at, name = dice.choice(places)
    match dice.randrange(4):
        case 0 if at is not holder:
            del at[name]
        case 1 if isinstance(at[name], dict):
            at[name][dice.choice(("", "kind", "x", "seq"))] = dice.choice(_VALUES)
        case _:
            at[name] = dice.choice(_VALUES)
    return holder[""]


_WAYS: tuple[Callable[[bytes, Sequence[bytes], Dice], bytes], ...] = (
    _flip, _flip, _cut, _insert, _twice, _splice, _part, _part, _line, _value,
)  # fmt: skip
