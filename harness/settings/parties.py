"""``[parties.<name>]`` of the run file: who plays the further parts of scenarios with several parties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Annotated

import msgspec
from msgspec import Meta

from harness.drivers.traits import driver_traits
from schemas.load import UserRole
from stubs.settings import Address, FilePath
from stubs.settings_validation import Problem
from stubs.urls import why_unusable
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64

PARTS: Mapping[str, str] = MappingProxyType(
    {
        "gaining-supplier": "",
        "losing-supplier": "",
        "export-supplier": "ES",
        "network-operator": "ED",
        "gas-transporter": "GT",
        "supplier-agent": "RSA",
        "other-user": "OU",
    }
)
"""Parts of scenarios, and the User Role each is played in; empty: the role of the scenario."""


class PartySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A further party of the rehearsal."""

    name: Annotated[str, Meta(description="What it is called in reports; default: the part it plays.")] = ""
    driver: Annotated[
        str,
        Meta(
            min_length=1,
            description="How its system is asked; default: the reference client plays the part.",
            extra={"shown": "driver"},
        ),
    ] = "reference"
    users: Annotated[
        dict[UserRole, str], Meta(description="EUI-64 it acts as, by role; default: another party of the PKI.")
    ] = {}
    receive_url: Annotated[Address, Meta(description="Its own receive endpoint; default: its driver's.")] = ""
    keys: Annotated[
        FilePath,
        Meta(description="PKI folder that its driver reads keys from; default: the run's. The DCC knows the run's."),
    ] = ""


def party_problems(parties: Mapping[str, PartySettings], under_test: Mapping[UserRole, str]) -> Iterator[Problem]:
    """Yield the errors in the further parties, by dotted key.

    Args:
        parties: by the part they play.
        under_test: EUIs of the party under test, as the settings say.
    """
    own = {eui.strip().upper() for eui in under_test.values()}
    for part, party in parties.items():
        key = f"parties.{part}"
        if part not in PARTS:
            yield key, f"no scenario has a part called {part!r}; known: {', '.join(PARTS)}"
        for role, eui in party.users.items():
            try:
                Eui64.parse(eui)
            except PeerError as error:
                yield f"{key}.users.{role}", str(error)
            if eui.strip().upper() in own:
                yield f"{key}.users.{role}", f"{eui} is the party under test"
        if party.receive_url and (problem := why_unusable(party.receive_url)):
            yield f"{key}.receive_url", problem
        if driver_traits(party.driver).needs_receive_url and not party.receive_url:
            kind = party.driver.partition(":")[0]
            yield f"{key}.receive_url", f"the driver {kind!r} has no endpoint of its own: name the party's"
