"""Elements as JSON, for the journal: name, text, children; attributes do not occur in requests."""

from __future__ import annotations

from typing import Any

from stubs.wire.duis import Node


def tree_of(node: Node) -> list[Any]:
    """``[name, text, [children…]]``."""
    return [node.name, node.text, [tree_of(child) for child in node.children]]


def node_from_tree(tree: list[Any]) -> Node:
    """The inverse of ``tree_of``."""
    name, text, children = tree
    return Node(str(name), str(text), tuple(node_from_tree(child) for child in children))


def leaves(body: Node) -> dict[str, str]:
    """Names and texts of the innermost elements of a body: what the effects of a service need to know of it."""
    found: dict[str, str] = {}
    for child in body.children:
        if child.children:
            found.update(leaves(child))
        else:
            found[child.name] = child.text
    return found
