"""Chooses the version of DUIS in which a User is answered.

A User may be registered with a version, and every request states one. ``schemaVersion`` does not tell which schema
the client has, so the registration comes first; the setting ``user_version`` turns that round. What is not an answer
goes by the version that the User's last accepted request stated.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from schemas.duis_versions import NEWEST, versions
from stubs.settings import DccSettings
from stubs.wire.duis import alert_needs, schema_of, version_number

if TYPE_CHECKING:
    from stubs.dcc.state.dcc_state import User


@dataclass(frozen=True, slots=True)
class UserVersion:
    """``version`` as registered or stated, ``schema`` the version whose structures it has."""

    version: str
    schema: str

    def can_tell(self, code: str, structure: str, structures_since: dict[str, str]) -> bool:
        """Whether a DCC alert can be told by its code and structure."""
        has = max(Decimal(self.version), Decimal(self.schema))
        return has >= Decimal(alert_needs(code, structure, structures_since))


NEWEST_VERSION = UserVersion(NEWEST, NEWEST)
_MOST_KNOWN = 256


class UserVersions:
    """Chooses by the settings; what was chosen is remembered, since few versions are in use."""

    def __init__(self, settings: DccSettings) -> None:
        self._settings = settings
        self._known: dict[str, UserVersion] = {}

    def of(self, user: User | None, stated: str = "") -> UserVersion:
        """The version for a User; ``stated`` by the request that is answered, if it is an answer."""
        registered = user.duis_version if user else ""
        stated = stated or (user.stated_version if user else "")
        first, second = (registered, stated) if self._settings.user_version == "registered" else (stated, registered)
        text = first or second or NEWEST
        found = self._known.get(text)
        if found is None:
            number = version_number(text)
            version = next((one for one in versions() if Decimal(one) == number), str(number))
            found = UserVersion(version, schema_of(version, self._settings.schemas_of_versions))
            if len(self._known) < _MOST_KNOWN:
                self._known[text] = found
        return found
