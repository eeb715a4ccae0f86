"""An immutable tree for what differs from service to service: request bodies, results, DCC alert contents."""

from __future__ import annotations

from functools import lru_cache

import msgspec
from lxml import etree

from stubs.wire.xml import DS, RA, SR, text_of

_WRITTEN_PREFIX = {SR: "", RA: "ra:", DS: "ds:"}


class Node(msgspec.Struct, frozen=True):
    """One element.

    ``name`` is the local name for elements of the DUIS namespace, ``ra:…`` or ``ds:…`` for the two others that a
    DUIS document may hold. ``text`` is kept exactly as written when there are no children, and is empty when there
    are (DUIS has no mixed content). ``attributes`` are name and value pairs without namespace.
    """

    name: str
    text: str = ""
    children: tuple[Node, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()

    def all(self, path: str) -> tuple[Node, ...]:
        """Every element at ``path``, such as ``"Certificates/CertificateType"``, in document order."""
        found: tuple[Node, ...] = (self,)
        for name in path.split("/"):
            found = tuple(child for node in found for child in node.children if child.name == name)
        return found

    def find(self, path: str) -> Node | None:
        """The first element at ``path``, or None."""
        name, slash, rest = path.partition("/")
        for child in self.children:
            if child.name == name:
                found = child.find(rest) if slash else child
                if found is not None:
                    return found
        return None

    def get(self, path: str) -> str | None:
        """The text of the first element at ``path``, exactly as written, or None when there is no such element."""
        node = self.find(path)
        return None if node is None else node.text

    def attribute(self, name: str) -> str | None:
        """The value of an attribute, or None."""
        return dict(self.attributes).get(name)


@lru_cache(maxsize=4096)
def written_name(tag: str) -> str:
    """The name a ``Node`` has for a tag in Clark notation, ``{namespace}name``."""
    namespace, _, name = tag[1:].partition("}") if tag.startswith("{") else ("", "", tag)
    return _WRITTEN_PREFIX.get(namespace, "") + name


def node_of(element: etree._Element) -> Node:
    """The tree below ``element``; comments are skipped and do not cut values short.

    Attributes with a namespace (``xsi:type`` and the like) speak to validators, not to us, and are left out. The
    depth is bounded by the parser's limit.
    """
    return _node_of(element, str(element.tag))


def _node_of(element: etree._Element, tag: str) -> Node:
    pairs = element.items()
    attributes = tuple([(str(key), str(value)) for key, value in pairs if "{" not in str(key)]) if pairs else ()
    if not len(element):
        return Node(written_name(tag), element.text or "", (), attributes)
    children = tuple([_node_of(child, tag) for child in element if isinstance(tag := child.tag, str)])
    return Node(written_name(str(element.tag)), "" if children else text_of(element), children, attributes)
