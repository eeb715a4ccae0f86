"""The route of a dispute: first the one of its subject, then the Panel, then the Authority."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.process import CHECK, disputes
from stubs.wire.errors import InputError


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: who decides, under which clause, from which source."""

    order: int
    name: str
    clause: str
    note: str


def route(subject: str) -> tuple[Stage, ...]:
    """The stages for a subject: ``uept``, ``security``, ``privacy`` or ``credit``.

    Raises: InputError: no such subject.
    """
    row = disputes().get(subject)
    if row is None:
        raise InputError(f"{subject!r} is no subject of a dispute", mend=f"Choose one of {', '.join(disputes())}")
    unknown = "time limit not known"
    return (
        Stage(1, f"{row.name}: {row.first_route}", row.clause, f"{CHECK}; {unknown}"),
        Stage(2, "SEC Panel, for a determination", "H1.13", f"{CHECK}; {unknown}"),
        Stage(3, "Authority (Ofgem), final", "H1.13", f"{CHECK}; {unknown}"),
    )
