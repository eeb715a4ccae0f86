"""Documents changed in one place each: made here, deterministically, from any document."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator

from lxml import etree

from stubs.wire.xml import DS, SR, child_elements, local_name, path_of

VALUES = (
    "",
    " ",
    "0",
    "1",
    "-1",
    "+7",
    "007",
    "10",
    "3600",
    "3601",
    "86401",
    "256",
    "65536",
    "2147483648",
    "4294967296",
    "1000000000001",
    "18446744073709551616",
    "1.5",
    "0.55",
    "1e3",
    "\u0661",
    "true",
    "TRUE",
    "x",
    "N1",
    "N32",
    "I0",
    "E6",
    "4.1",
    "6.20",
    "A",
    "AA",
    "AAA=",
    "AB==",
    "8f66",
    "8F67",
    "0AB",
    "Supplier",
    "2026-01-15",
    "2026-02-30",
    "2026-01-15T10:00:00",
    "2026-01-15T24:00:00Z",
    "3000-12-31T00:00:00.00Z",
    "10:00:00Z",
    "x" * 14,
    "x" * 31,
    "x" * 251,
    "DE-51-CE-00-00-00-00-E1",
    "de-51-ce-00-00-00-00-e1,DE-51-CE-00-00-00-00-E1",
    "DE:51:CE:00:00:00:00:E1",
)
BASE64_VALUES = ("AA!A", "A===", "AAAA AAAA", "AA==AA==", "A-_A", "AB==", "AAF=", "\u00c4AAA")


def mutants(root: etree._Element, step: int = 1, first: int = 0) -> Iterator[tuple[str, etree._Element]]:
    """One change each, everywhere, in document order; or of ``step`` changes one, ``first`` saying which."""
    count = -1
    for number, original in enumerate(root.iter("{*}*")):
        is_leaf = not child_elements(original)
        for name, change in changes(is_leaf=is_leaf, is_signature=original.tag.startswith(f"{{{DS}}}")):
            count += 1
            if count % step != first % step:
                continue
            mutant = copy.deepcopy(root)
            element = next(node for at, node in enumerate(mutant.iter("{*}*")) if at == number)
            if change(element):
                yield f"{name} at {path_of(original)}", mutant


Change = Callable[[etree._Element], bool]


def changes(*, is_leaf: bool, is_signature: bool) -> Iterator[tuple[str, Change]]:
    yield "removed", remove
    yield "repeated", repeat
    yield "renamed", rename
    yield "moved", swap
    yield "attribute added", add_attribute
    yield "child added", lambda element: etree.SubElement(element, f"{{{SR}}}Extra") is not None
    yield "comment added", add_comment
    if not is_signature:
        yield "text added", lambda element: set_text(element, "text")
        yield "other namespace", other_namespace
    if is_leaf:
        for value in ("AAAA", *BASE64_VALUES) if is_signature else VALUES:
            yield f"{value[:60]!r}", lambda element, value=value: set_text(element, value)  # type: ignore[misc]
        yield "padded", lambda element: set_text(element, f"\n {element.text or ''}\t")
        yield "longer", lambda element: set_text(element, f"{element.text or ''}0")
        yield "lower case", lambda element: set_text(element, (element.text or "").lower())
        yield "split by a comment", split


def remove(element: etree._Element) -> bool:
    parent = element.getparent()
    if parent is None:
        return False
    parent.remove(element)
    return True


def repeat(element: etree._Element) -> bool:
    if element.getparent() is None:
        return False
    element.addnext(copy.deepcopy(element))
    return True


def rename(element: etree._Element) -> bool:
    element.tag = f"{element.tag}X"
    return True


def other_namespace(element: etree._Element) -> bool:
    element.tag = f"{{urn:other}}{local_name(element)}"
    return True


def add_attribute(element: etree._Element) -> bool:
    element.set("extra", "1")
    return True


def add_comment(element: etree._Element) -> bool:
    element.insert(0, etree.Comment("x"))
    return True


def swap(element: etree._Element) -> bool:
    following = element.getnext()
    if following is None or following.tag == element.tag:
        return False
    following.addnext(element)
    return True


def set_text(element: etree._Element, text: str) -> bool:
    element.text = text
    return True


def split(element: etree._Element) -> bool:
    text = element.text or ""
    if len(text) < 2:
        return False
    comment = etree.Comment("x")
    element.text, comment.tail = text[:1], text[1:]
    element.append(comment)
    return True
