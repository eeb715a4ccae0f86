"""Choice of a request's use case: the table of ``schemas/catalogue/gbcs-transform.csv``."""

from __future__ import annotations

from functools import cache, lru_cache

from schemas.load import TransformRow, transform_rows
from stubs.wire.errors import Refusal

NOT_TRANSFORMABLE = "not-transformable"


POLYPHASE = "polyphase"
BY_NETWORK_OPERATOR = "by network operator"


@lru_cache(maxsize=1024)
def use_case_for(
    srv: str,
    device_type: str,
    content: str = "",
    gbcs_version: str = "",
    *,
    is_polyphase: bool = False,
    by_network_operator: bool = False,
    named: str = "",
) -> str:
    """The name of the use case.

    Args:
        srv: service reference variant.
        device_type: of the target.
        content: see :func:`stubs.transform.bodies.content_of`.
        gbcs_version: of the target, such as ``4.2``; rows for later versions are passed over, empty passes none.
        is_polyphase: rows of ``ESME/polyphase`` go before those of ``ESME``.
        by_network_operator: the asker is the network operator of the device, which has rows of its own in 6.13 and
            6.2.10.
        named: take this one of the use cases that fit, whatever their versions.
    Raises: Refusal: no row fits.
    """
    types = [f"{device_type}/{POLYPHASE}", device_type] if is_polyphase else [device_type]
    own = f"{content} {BY_NETWORK_OPERATOR}".strip()
    contents = [own, content] if by_network_operator or named else [content]
    candidates = ([*_rows().get((srv, one, about), ())] for one in types for about in contents)
    fitting = ([row for row in rows if _fits(row, gbcs_version, named)] for rows in candidates)
    rows = next((rows for rows in fitting if rows), [])
    if not rows:
        about = f" ({content})" if content else ""
        about += f" is {named}" if named else ""
        raise Refusal(NOT_TRANSFORMABLE, f"no command for {srv}{about} to a device of type {device_type}")
    return max(rows, key=lambda row: _version(row.gbcs_from)).use_case


def _fits(row: TransformRow, gbcs_version: str, named: str) -> bool:
    if named:
        return row.use_case == named
    return not row.gbcs_from or not gbcs_version or _version(row.gbcs_from) <= _version(gbcs_version)


@cache
def _rows() -> dict[tuple[str, str, str], tuple[TransformRow, ...]]:
    table: dict[tuple[str, str, str], tuple[TransformRow, ...]] = {}
    for row in transform_rows():
        key = (row.srv, row.device_type, row.content)
        table[key] = (*table.get(key, ()), row)
    return table


def _version(text: str) -> tuple[int, ...]:
    """``4.2`` as (4, 2); what is not a number counts as 0."""
    return tuple(int(part) if part.isdigit() else 0 for part in text.split(".")) if text else ()
