"""The description of new premises that a tester gets."""

from __future__ import annotations

import msgspec


class MadePremises(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Identities of premises, all fresh but those that were given."""

    name: str
    """Name of the premises."""
    mpan: str
    """Import MPAN, 13 digits."""
    mprn: str
    """MPRN, 6 to 10 digits."""
    secondary_mpan: str = ""
    """Secondary import MPAN, 13 digits; left out unless it was given."""
    export_mpan: str = ""
    """Export MPAN, 13 digits; left out where nothing is exported."""
    postcode: str
    """Post code."""
    address: str
    """Address identifier: number or name of the premises."""
    uprn: str
    """Unique property reference number, at most 12 digits."""
    supplier: str
    """EUI-64 of the electricity import supplier, dashed; empty: nobody."""
    gas_supplier: str
    """EUI-64 of the gas supplier, dashed; empty: nobody."""
    network_operator: str
    """EUI-64 of the electricity network operator, dashed; empty: nobody."""
    gas_transporter: str
    """EUI-64 of the gas transporter, dashed; empty: nobody."""
    devices: dict[str, str]
    """EUI-64 of each device, dashed, by its name."""
    install_codes: dict[str, str]
    """Install code of each device, hexadecimal digits, by its name."""
