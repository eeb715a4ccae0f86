"""Effects of the ASN.1 use cases: credentials, firmware, joins, lists; on any device with credentials."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from stubs.devices.effects import credentials, joining, own_credentials
from stubs.devices.effects.firmware import activate_firmware
from stubs.devices.effects.row import ACB, ANYBODY, SUPPLIER, Row
from stubs.devices.state import CELL_ROLES

_ALL = frozenset({"ESME", "GSME", "GPF", "CHF", "PPMID", "HCALCS", "SAPC"})
_METERS = frozenset({"ESME", "GSME", "SAPC"})
_HOLDERS = _METERS | {"GPF"}
_SUPPLIED = _HOLDERS | {"HCALCS"}
"""A load switch on the home network has a supplier, but no network operator."""
_JOINING = frozenset({"ESME", "GSME", "GPF", "PPMID", "HCALCS", "SAPC"})
_ANY_CELL = frozenset(CELL_ROLES)
_NETWORK_OPERATOR = frozenset({"network_operator"})
_RECOVERY = frozenset({"recovery"})
_COS = frozenset({"transitional_cos"})
_WAN = frozenset({"wan_provider"})
_LOAD = frozenset({"load_controller"})
_HELD = "credentials"


def _replacement(mode: int, cells: frozenset[str], devices: frozenset[str] = _ALL, *, is_maced: bool = True) -> Row:
    return Row(credentials.replace_credentials(mode), devices, cells, holds=_HELD, is_maced=is_maced)


ROWS: Mapping[str, Row] = MappingProxyType(
    {
        "CS02aMAC": Row(credentials.read_credentials, _ALL, _ANY_CELL, is_maced=False),
        "CS02aSignature": Row(credentials.read_credentials, _ALL, _ANY_CELL, is_maced=False),
        "CS02fMAC": Row(credentials.read_credentials, _ALL, _ANY_CELL, is_maced=False),
        "CS02fSignature": Row(credentials.read_credentials, _ALL, _ANY_CELL, is_maced=False),
        "CS02bSupplierBySupplier": _replacement(2, SUPPLIER | ACB, _SUPPLIED),
        "CS02bSupplierBySupplierHandover": _replacement(2, SUPPLIER | ACB, _HOLDERS),
        "CS02bNOByNO": _replacement(3, _NETWORK_OPERATOR | ACB, _HOLDERS),
        "CS02bNOByNOHandover": _replacement(3, _NETWORK_OPERATOR | ACB, _HOLDERS),
        "CS02bACBByACB": _replacement(4, ACB),
        "CS02bWPByWP": _replacement(5, _WAN),
        "CS02bTransCoSByTransCoS": _replacement(6, _COS),
        "CS02bSupplierByTransCoS": _replacement(7, _COS, _SUPPLIED),
        "CS02bAnyExceptAbnormalRootByRecovery": _replacement(8, _RECOVERY, is_maced=False),
        "CS02bAnyByContingency": _replacement(9, _RECOVERY | {"root"}, is_maced=False),
        "CS02gLoadControllerByLoadController": _replacement(10, _LOAD),
        "CS02gLoadControllerBySupplier": _replacement(11, SUPPLIER),
        "CS02c": Row(own_credentials.issue_request, _ALL, SUPPLIER | ACB),
        "CS02d": Row(own_credentials.update_certificate, _ALL, SUPPLIER | ACB),
        "CS02e": Row(own_credentials.read_certificate, _ALL, ANYBODY),
        "CS03A1": Row(joining.join(0), _JOINING, SUPPLIER),
        "CS03A2Critical": Row(joining.join(1), _JOINING, SUPPLIER | ACB),
        "CS03A2NonCritical": Row(joining.join(1), _JOINING, SUPPLIER | ACB),
        "CS03B": Row(joining.join(2), _JOINING, ANYBODY),
        "CS03CCritical": Row(joining.join(3), _JOINING, SUPPLIER | ACB),
        "CS03CNonCritical": Row(joining.join(3), _JOINING, SUPPLIER | ACB),
        "CS04ACCritical": Row(joining.unjoin, _JOINING, SUPPLIER | ACB),
        "CS04ACNonCritical": Row(joining.unjoin, _JOINING, SUPPLIER | ACB),
        "CS04B": Row(joining.unjoin, _JOINING, ANYBODY),
        "CS06": Row(activate_firmware, _METERS | {"HCALCS"}, SUPPLIER, holds="firmware"),
        "CS07": Row(joining.read_joined, _ALL, ANYBODY),
        "GCS59": Row(joining.restore_joined, frozenset({"GPF"}), ACB),
    }
)
