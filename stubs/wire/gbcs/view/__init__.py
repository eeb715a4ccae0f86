"""A GBCS message field by field, for people: offset, octets, the standard's name, value in words, what keys confirm.

It reads leniently and never raises; codecs and checks do not depend on it, and it must not decide anything.
"""

from stubs.wire.gbcs.view.answers import Commands
from stubs.wire.gbcs.view.field import Check, Field
from stubs.wire.gbcs.view.keys import ViewKeys, opener
from stubs.wire.gbcs.view.message import describe, summary
from stubs.wire.gbcs.view.render import checks, render_text, to_json

__all__ = [
    "Check",
    "Commands",
    "Field",
    "ViewKeys",
    "checks",
    "describe",
    "opener",
    "render_text",
    "summary",
    "to_json",
]
