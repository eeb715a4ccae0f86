"""Kinds of values that control operations take; the constraint and its meaning in one place."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

LONGEST_TEXT = 1000

_PAIR = "[0-9A-Fa-f]{2}"
_EUI = "|".join(f"{_PAIR}({joined}{_PAIR}){{7}}" for joined in ("-", ":", r"\.", " ", ""))
"""The forms that ``Eui64.parse`` reads."""

Eui = Annotated[
    str,
    Meta(
        pattern=rf"^\s*({_EUI})\s*$",
        description="EUI-64: eight hexadecimal pairs joined by '-' (or by ':', '.', a space, or nothing)",
        examples=["A0-B1-C2-D3-E4-01-00-00"],
    ),
]
EuiOrNobody = Annotated[
    str,
    Meta(
        pattern=rf"^(\s*({_EUI})\s*)?$",
        description="EUI-64: eight hexadecimal pairs joined by '-' (':', '.', a space, nothing); empty: nobody",
    ),
]
Text = Annotated[str, Meta(max_length=LONGEST_TEXT, description=f"text of at most {LONGEST_TEXT} characters")]
Name = Annotated[
    str, Meta(min_length=1, max_length=LONGEST_TEXT, description=f"text of 1 to {LONGEST_TEXT} characters")
]
_DIGIT = r"[0-9][\s-]*"
Mpxn = Annotated[
    str,
    Meta(
        pattern=rf"^[\s-]*(({_DIGIT}){{13}}|({_DIGIT}){{6,10}})$",
        description="MPAN (13 digits) or MPRN (6 to 10 digits); spaces, hyphens and zeros before an MPRN do not count",
        examples=["1312345678907"],
    ),
]
Postcode = Annotated[
    str, Meta(max_length=LONGEST_TEXT, description="full post code, such as SW1A 1AA; case and spaces do not count")
]
Uprn = Annotated[
    str,
    Meta(
        max_length=LONGEST_TEXT,
        description="UPRN: a positive number of at most 12 digits; zeros before it do not count",
    ),
]
Hexadecimal = Annotated[
    str,
    Meta(
        pattern=r"^\s*([0-9A-Fa-f]{2}\s*)*$",
        max_length=32 * 1024 * 1024,
        description="octets as pairs of hexadecimal digits",
    ),
]
Digest = Annotated[
    str, Meta(pattern=r"^([0-9A-Fa-f]{64})?$", description="SHA-256 as 64 hexadecimal digits; empty: any image")
]
AlertCode = Annotated[str, Meta(pattern=r"^[0-9A-Fa-f]{4}$", description="alert code of a device, such as 8F3F")]
Url = Annotated[
    str,
    Meta(
        max_length=2000,
        description="http:// or https:// URL with a host, without user name and password",
        examples=["http://127.0.0.1:8080/smartdcc/duis"],
        extra={"shown": "address"},
    ),
]
Values = dict[str, Any]
"""Members of a JSON body whose names and types the core checks."""


class Parameters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what an operation takes: the members of the path and of the JSON body together."""


class Nothing(Parameters, frozen=True, kw_only=True):
    """An operation that takes nothing."""
