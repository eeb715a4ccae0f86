"""People of a Party: made, given job types and removed by its administrator; first pass phrases kept as digests."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence

from schemas.ssi_tables import job_types
from stubs.events import AnyEvent, PersonSet
from stubs.service_desk.desk import ServiceDesk
from stubs.service_desk.incidents import Reporter
from stubs.service_desk.records import FieldError, PersonRecord

LONGEST_DESCRIPTOR = 30
"""SEC Appendix AH draft, definitions."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{2,59}")


def digest_of(pass_phrase: str, salt: str) -> str:
    """Return the salted digest under which a pass phrase is kept; ``salt`` is hexadecimal."""
    octets = hashlib.scrypt(
        pass_phrase.encode("utf-8", "backslashreplace"), salt=bytes.fromhex(salt), n=2**12, r=8, p=1, dklen=32
    )
    return f"{salt}:{octets.hex()}"


def matches(secret_digest: str, pass_phrase: str) -> bool:
    """Whether a pass phrase is the one behind a digest."""
    salt, _, _ = secret_digest.partition(":")
    return bool(salt) and hmac.compare_digest(digest_of(pass_phrase, salt), secret_digest)


def make_person(
    desk: ServiceDesk,
    by: Reporter,
    name: str,
    roles: Sequence[str],
    jobs: Sequence[str],
    descriptor: str,
    secret_digest: str,
    taken: Iterable[str],
    user_roles: Iterable[str],
) -> list[AnyEvent]:
    """A new person of the administrator's own User. Raises: FieldError."""
    if not _NAME.fullmatch(name):
        raise FieldError("name", "This cannot be a name.", "Write 3 to 60 letters, digits, '.', '_', '-' or '@'.")
    if name.casefold() in {*desk.people, *(other.casefold() for other in taken)}:
        raise FieldError("name", "Somebody has this name.", "Choose another.")
    _check(roles, jobs, user_roles)
    if len(descriptor) > LONGEST_DESCRIPTOR:
        raise FieldError("descriptor", "This is too long.", f"Write at most {LONGEST_DESCRIPTOR} characters.")
    return [
        PersonSet(
            person=name,
            user=by.user,
            roles=tuple(roles),
            job_types=tuple(jobs),
            status="active",
            descriptor=descriptor,
            secret_digest=secret_digest,
            by=by.person,
        )
    ]


def change_person(
    record: PersonRecord, by: Reporter, jobs: Sequence[str], status: str, user_roles: Iterable[str]
) -> list[AnyEvent]:
    """Other job types, disabled, active again or removed. Raises: FieldError."""
    if status not in {"active", "disabled", "removed"}:
        raise FieldError("status", "There is no such status.", "Choose active, disabled or removed.")
    if status != "removed":
        _check(record.roles, jobs, user_roles)
    return [
        PersonSet(
            person=record.person,
            user=record.user,
            roles=record.roles,
            job_types=tuple(jobs),
            status=status,
            descriptor=record.descriptor,
            secret_digest=record.secret_digest,
            by=by.person,
        )
    ]


def _check(roles: Sequence[str], jobs: Sequence[str], user_roles: Iterable[str]) -> None:
    if not jobs:
        raise FieldError("job_types", "No job type is chosen.", "Choose at least one.")
    unknown = sorted(set(jobs) - job_types().keys())
    if unknown:
        raise FieldError("job_types", f"There is no job type {unknown[0]}.", f"Choose of: {', '.join(job_types())}.")
    strange = sorted(set(roles) - set(user_roles))
    if strange:
        raise FieldError("roles", f"Your User does not hold the role {strange[0]}.", "Choose of your User's roles.")
