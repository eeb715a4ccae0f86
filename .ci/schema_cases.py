"""Write tests/vectors/duis-limits.csv and duis-occurrences.csv: cases that pin every limit of the schema.

The places and values are made from our grammar; what is written beside them is the verdict of the official schemas, which
this script reads from ../shared. Run it after a change of the schemas; the tests run the stored cases everywhere.
"""

import csv
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
official = import_module("tests.official_schema")
cases = import_module("tests.schema_cases")
grammar = import_module("stubs.wire.grammar")
words = import_module("stubs.wire.grammar.words")
etree = import_module("lxml.etree")

MANY = 60
LONG_LIST = 30
BY_BASE = {
    "ID": ["a1", "1a"],
    "anyURI": ["urn:x"],
    "base64Binary": ["AAAA", "AA==", "AAA", "AA*A"],
    "boolean": ["true", "0", "yes"],
    "date": ["2026-01-15", "2026-02-30", "2026-01-15T00:00:00Z"],
    "dateTime": ["2026-01-15T12:00:00Z", "2026-01-15T12:00:00.5", "2026-01-15"],
    "decimal": ["-1.5", "1e3"],
    "hexBinary": ["0A", "0A0"],
    "string": [],
    "time": ["06:00:00Z", "06:00"],
    "token": [],
}
BY_PATTERN = {
    "[0-9A-Fa-f]{2}(-[0-9A-Fa-f]{2}){7}": [
        "DE-51-CE-00-00-00-00-e1",
        "DE-51-CE-00-00-00-00",
        "DE:51:CE:00:00:00:00:E1",
    ],
    "[ -~]+": ["~ !", "é"],
    "[0-9 ]+": ["0 9", "+44"],
    "[0-9]{4}": ["0427", "042", "04270", "042a"],
    "[0-9]{20}": ["0" * 20, "0" * 19, "0" * 21],
}
EUI = "DE-51-CE-00-00-00-00-E1"
LIST = [f"{EUI},{EUI}", f"{EUI}, {EUI}", f"{EUI},"]
IDENTIFIER = [f"{EUI}:{EUI}:{counter}" for counter in ("0", "18446744073709551615", "18446744073709551616", "01")]


def accepts(document: Any) -> bool:
    return bool(
        official.libxml2_schema().validate(document)
        and official.second_opinion().is_valid(etree.tostring(document, encoding="unicode"))
    )


def candidates(text: Any) -> list[str]:
    """Values on both sides of every limit."""
    if text.values:
        shown = text.values if len(text.values) <= LONG_LIST else (text.values[0], text.values[-1])
        return [*shown, f"{text.values[0]}x", text.values[0].swapcase() + "y", ""]
    found = list(BY_BASE.get(text.base, []))
    for bound in (text.shortest, text.longest):
        unit = "0A" if text.base == "hexBinary" else "AAAA" if text.base == "base64Binary" else "1"
        if bound is not None and bound <= 100_000:
            found += [unit * length for length in (bound - 1, bound, bound + 1) if length >= 0]
    for pattern in text.patterns:
        found += BY_PATTERN.get(pattern, IDENTIFIER if "){2}(0|" in pattern else LIST)
    if words.is_integer(text):
        low, high = words.integer_limits(text)
        found += [str(low - 1), str(low)] if low is not None else ["-99999999999999999999"]
        found += [str(high), str(high + 1)] if high is not None else ["99999999999999999999"]
        found += ["1.5", ""]
    elif text.base == "decimal":
        for edge, step in ((text.smallest, -1), (text.largest, 1)):
            if edge is not None:
                smaller = type(edge)(10) ** -(text.decimals or 1)
                found += [str(edge), str(edge + step * smaller), str(edge - step * smaller)]
        if text.decimals is not None:
            middle = (text.smallest + text.largest) / 2
            found += [f"{middle:.{text.decimals}f}", f"{middle:.{text.decimals}f}1"]
    return list(dict.fromkeys(found)) or ["x"]


def text_rows() -> Iterator[list[str]]:
    for place, element in cases.places()[0]:
        name = place.rpartition("/")[2]
        text = element.text
        if name.startswith("@"):
            text = next(attribute.text for attribute in element.attributes if attribute.name == name[1:])
        verdicts = {value: accepts(cases.with_value(place, value)) for value in candidates(text)}
        yield [place, *("|".join(map(cases.shortened, pick(verdicts, kind))) for kind in (True, False))]


def pick(verdicts: dict[str, bool], kind: bool) -> list[str]:  # noqa: FBT001 - the verdict itself
    return [value for value, is_accepted in verdicts.items() if is_accepted == kind]


def count_rows() -> Iterator[list[str]]:
    for place, element in cases.places()[1]:
        counted = []
        for child in {child.name: child for child in grammar.elements_in(element.children)}.values():
            least = next(n for n in range(child.least + 2) if accepts(cases.with_count(place, child.name, n)))
            most = child.most if child.most <= 100_000 else -1
            if most < 0 and not accepts(cases.with_count(place, child.name, MANY)):
                raise SystemExit(f"{place}/{child.name}: {MANY} are refused")
            while most >= 0 and accepts(cases.with_count(place, child.name, most + 1)):
                # A repeated choice lets its branches repeat.
                most = MANY if most < MANY else -1
            counted.append(
                f"{child.name} {least}..{'*' if most < 0 else most}" if least != most else f"{child.name} {least}"
            )
        if counted:
            yield [place, "; ".join(counted)]


def write(name: str, head: list[str], rows: Iterator[list[str]]) -> None:
    with (ROOT / "tests" / "vectors" / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)


if __name__ == "__main__":
    write("duis-limits.csv", ["place", "accepted", "refused"], text_rows())
    write("duis-occurrences.csv", ["place", "children"], count_rows())
