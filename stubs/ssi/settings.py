"""Choices the public facts about the SSI leave open; everything here is inferred."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from stubs.settings import Secret


class Person(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who may sign in, always for one User."""

    name: str
    """Name typed at sign-in; unique, compared without regard to case."""
    user: str
    """EUI-64 of the User, dashed."""
    roles: tuple[str, ...] = ()
    """User Roles the person may act in; empty: all of the User's."""
    pass_phrase: Secret
    descriptor: str = ""
    """Free text of the display name, at most 30 characters (SEC Appendix AH draft, definitions)."""
    status: Literal["active", "expired", "disabled"] = "active"
    """State of the credential; only an active one is accepted."""
    job_types: tuple[str, ...] = ()
    """Of ``schemas/ssi/job-types.csv``; empty: all of them."""


class SsiSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The self-service pages of one simulated DCC."""

    persons: tuple[Person, ...] = ()
    """Empty: for each User ``tester-<eui>`` with all job types, ``reader-<eui>`` (read only), ``admin-<eui>``
    (Party administrator) and, with an expired credential, ``lapsed-<eui>``."""
    test_pass_phrase: Secret = "uept rehearsal"  # noqa: S105 - published in the documentation
    """Pass phrase of the persons made up for an empty ``persons``."""
    session_minutes: Annotated[float, msgspec.Meta(gt=0)] = 20.0
    """A session ends when this long, by the run's clock, nothing was asked."""
    inventory_visibility: Literal["responsible", "all"] = "responsible"
    """Which devices a User finds: those it is responsible for (and, as Other User, all), or every device."""
    rows_per_page: Annotated[int, msgspec.Meta(ge=1, le=500)] = 50
    """Rows of the service audit trail on one page."""
    retention_days: Annotated[int, msgspec.Meta(ge=1)] = 92
    """Number of days that messages are shown: at least three months (SEC H8.16)."""
    report_rows: Annotated[int, msgspec.Meta(ge=1)] = 10_000
    """A report with more rows is refused as too large."""
    profile_services: tuple[str, ...] = ("4.8.1", "4.8.2", "4.8.3", "4.17")
    """Services that read profile data or daily consumption: what the page of profile data reads shows."""
