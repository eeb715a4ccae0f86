"""Rows of the catalogue: the typed records that ``schemas.load`` returns.

A row says where its fact comes from (``provenance``) and how sure we are (``confidence``), unless its whole file
has one origin. Types of values are named as the industry names them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

Srv = NewType("Srv", str)
"""Service reference variant, such as ``4.1.1``. Never a float: 4.1 and 4.10 differ."""


CommandVariant = NewType("CommandVariant", int)
"""1 to 8; how a request is handled (DUIS, Command Variant table)."""


ResponseCode = NewType("ResponseCode", str)
"""I0, I99, E… or W…: one of the 194 codes of the DUIS enumeration."""


class UserRole(StrEnum):
    """The seven capacities in which a User acts (SEC; DUIS eligibility matrix)."""

    __hash__ = str.__hash__  # the same number as Enum's own, without a call in Python for each look-up

    IS = "IS"
    ES = "ES"
    GS = "GS"
    RSA = "RSA"
    ED = "ED"
    GT = "GT"
    OU = "OU"


class Service(StrEnum):
    """The three DCC web services a User posts to."""

    TRANSFORM = "transform"
    SEND_COMMAND = "send-command"
    NON_DEVICE = "non-device"


@dataclass(frozen=True, slots=True)
class ServiceRequestRow:
    """One of the 129 service reference variants."""

    srv: Srv
    service_reference: str
    name: str
    request_element: str
    is_critical: bool
    is_non_device: bool
    is_on_demand: bool
    future_dated_pattern: str
    """``none``, ``DSP`` (the DCC holds it), ``Device`` (the device holds it) or ``DSP & Device``."""
    is_dcc_scheduled: bool
    eligible_roles: frozenset[UserRole]
    command_variants: frozenset[CommandVariant]
    device_types: frozenset[str]
    """Device types seen as targets in public data: inferred, not exhaustive."""
    use_cases: tuple[str, ...]
    sensitive: str
    response_choice: str
    provenance: str
    confidence: str
    notes: str


@dataclass(frozen=True, slots=True)
class ResponseCodeRow:
    """One of the 194 response codes; ``meaning`` is empty where none is public."""

    code: ResponseCode
    kind: str
    scope: str
    service_reference: str
    meaning: str
    provenance: str
    confidence: str


@dataclass(frozen=True, slots=True)
class DccAlertRow:
    """One DCC alert code and the structures it may carry."""

    code: str
    structures: tuple[str, ...]
    meaning: str
    provenance: str
    confidence: str


@dataclass(frozen=True, slots=True)
class CommandVariantRow:
    """One command variant: what is posted, where, and how the answer comes."""

    cv: CommandVariant
    input: str
    service: Service
    is_critical: bool
    pattern: str
    result: str
    delivery: str
    """Delivery of the command to the device: ``wan``, ``local`` (the User carries it there), ``both``, ``none``."""
    is_future_dated: bool
    """Whether an ExecutionDateTime may stand in the request; 4: a device holds the command that it becomes."""
    provenance: str
    confidence: str

    @property
    def is_signed(self) -> bool:
        """Whether a Signed Pre-Command is posted."""
        return self.input == "SignedPreCommand"

    @property
    def is_transform(self) -> bool:
        """Whether a Pre-Command is asked for, and nothing is sent to a device."""
        return self.service is Service.TRANSFORM

    @property
    def is_local(self) -> bool:
        """Whether the command is handed out for local delivery, be it besides sending it."""
        return self.delivery in {"local", "both"}

    @property
    def is_sent(self) -> bool:
        """Whether the command is sent over the SM WAN."""
        return self.delivery in {"wan", "both"}

    @property
    def is_non_device(self) -> bool:
        """Whether the DCC itself answers."""
        return self.delivery == "none" and not self.is_transform


@dataclass(frozen=True, slots=True)
class RoleRow:
    """One User Role; ``certificate_role`` is the OU of its organisation certificates (two hex digits)."""

    code: UserRole
    name: str
    certificate_role: str
    fuel: str
    """``electricity`` or ``gas``: whose meter points it is registered for; empty: neither."""
    registered_as: str
    """``supplier``, ``export supplier`` or ``network operator`` of meter points; ``anybody``: any User of the role may
    ask about any device (inferred)."""
    provenance: str
    confidence: str

    @property
    def is_supplier(self) -> bool:
        """Whether it is the role of a supplier of what is consumed."""
        return self.registered_as == "supplier"


@dataclass(frozen=True, slots=True)
class CertificateRoleRow:
    """One role of an organisation certificate; ``repository_role`` is how the SMKI repository writes it."""

    ou: str
    """Two upper-case hexadecimal digits."""
    name: str
    repository_role: int
    provenance: str
    confidence: str


@dataclass(frozen=True, slots=True)
class DeviceTypeRow:
    """One device type of the inventory; ``der_number`` is its number in GBCS ASN.1 payloads."""

    code: str
    name: str
    is_smart_meter: bool
    has_credentials: bool
    der_number: int
    provenance: str
    confidence: str


@dataclass(frozen=True, slots=True)
class EsmeVariantRow:
    """One DUIS ESMEVariant: its word (single, twin, polyphase), and the kind of each auxiliary controller it has."""

    code: str
    word: str
    controllers: tuple[str, ...]
    has_boost: bool
    meaning: str
    provenance: str
    confidence: str


@dataclass(frozen=True, slots=True)
class DeviceAlertRow:
    """One device alert code; ``recipient`` is a trust-anchor cell, or ``originator`` of the command it reports on.

    ``to_broker`` is what becomes of it when a hub, gas proxy or prepayment display, which cannot name a User, addresses
    it to the access control broker (inferred): ``recorded``, told in the DCC's words (``dcc-alert``: the structure goes
    by the kind of device), or ``dual-band-alert``. None is delivered as a device alert: no public source says so.
    """

    code: str
    meaning: str
    is_critical: bool
    recipient: str
    to_broker: str
    provenance: str
    confidence: str


@dataclass(frozen=True, slots=True)
class UseCaseRow:
    """One GBCS use case of one service reference variant."""

    use_case: str
    srv: str
    title: str
    message_code: str
    protocol: str
    critical: str
    command_protection: str
    answer_protection: str
    response_date_time: str
    response_kind: str


@dataclass(frozen=True, slots=True)
class BodyRow:
    """One value of a service-specific request body, in the order of the DUIS schema.

    ``path`` is below the request's element (``A/B``), empty for a parameter that only chooses a branch. ``kind`` is
    ``text``, ``eui``, ``instant``, ``boolean``, ``flag`` (empty element when true), ``mark`` (empty element when the
    condition holds), ``choice`` or ``none`` (the service has no content). ``default`` may be ``@now``,
    ``@yesterday`` or ``@target``. ``when`` is ``Parameter=Value``, or ``alone``: the default holds only while no
    parameter is given.
    """

    srv: Srv
    path: str
    parameter: str
    kind: str
    default: str
    when: str
    provenance: str


@dataclass(frozen=True, slots=True)
class BranchRow:
    """Content that a request body must hold, and must not, for a kind of device, where the schema offers alternatives.

    ``device_types`` empty: any. ``through`` are paths to elements that are there, ``without`` names of elements that
    are not, ``values`` texts by element name.
    """

    srv: Srv
    device_types: frozenset[str]
    through: tuple[tuple[str, ...], ...]
    without: frozenset[str]
    values: Mapping[str, str]
    provenance: str


@dataclass(frozen=True, slots=True)
class ScenarioRow:
    """One proposed Common Test Scenario."""

    id: str
    title: str
    scope: str
    priority: str
    roles: tuple[str, ...]
    srvs: tuple[str, ...]
    target_devices: str
    polarity: str
    preconditions: str
    steps: str
    expected_outcomes: str
    response_codes: str
    alerts: str
    basis: str
    provenance: str
    confidence: str


@dataclass(frozen=True, slots=True)
class DefectRow:
    """One broken client: what it does, the checks that must notice, and a scenario that it fails."""

    name: str
    description: str
    caught_by: tuple[str, ...]
    """Ids of checks; the one that explains the defect first."""
    scenario: str
    """Key of the scenario."""


@dataclass(frozen=True, slots=True)
class StateEffectRow:
    """Effect of a request's element on the device's state once the device confirms that it did its work."""

    srv: str
    element: str
    """Name of the element in the request's body; empty: the service alone says it."""
    field: str
    """Name in the state, at any depth."""
    how: str
    """``equals`` (by value), ``rises by``, ``holds``, ``lacks``, ``is credited`` or ``is VALUE``."""
    provenance: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class SignatureCauseRow:
    """Why a signature is bad: what of the profile was done otherwise, and what to do."""

    cause: str
    kind: str
    """``white space``, ``prefix``, ``transform``, ``digest algorithm``, ``key``, ``certificate``, ``value``, …"""
    title: str
    mend: str


@dataclass(frozen=True, slots=True)
class GatewayRuleRow:
    """One check on a request, in the order the gateway makes them.

    ``response_code`` is empty where the answer is a bare ``http_status``; settings may override either.
    """

    rule: str
    order: int
    checks: str
    response_code: str
    http_status: int
    provenance: str
    confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class DeviceStatusRuleRow:
    """Inventory statuses in which a device may be sent a service, and by which roles (empty: any eligible)."""

    srv: str
    statuses: frozenset[str]
    roles: frozenset[UserRole]
    provenance: str
    confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class DeviceBehaviourRow:
    """Behaviour of the simulated devices where no public document states it, and what is simpler than in real ones."""

    behaviour: str
    how: str
    provenance: str
    confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class DeviceFaultResponseRow:
    """Answer in which a hardware fault shows, for a use case whose protocol has no usual way to tell it.

    ``shows_as`` is ``field`` (``values`` beside the others), ``status`` (``values`` in the place of all others) or
    ``row`` (``row`` of the payload fails, counted from 0).
    """

    use_case: str
    shows_as: str
    values: Mapping[str, str | int]
    row: int | None
    provenance: str
    confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class DccAlertOccasionRow:
    """An occasion on which the simulated DCC raises a DCC alert, and for whom.

    ``recipients`` is ``requester``, ``network-operator``, ``suppliers``, ``responsible`` (suppliers and network
    operators) or ``others`` (responsible parties except the requester).
    """

    occasion: str
    code: str
    structure: str
    recipients: str
    provenance: str
    confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class UseCaseFactsRow:
    """Facts of a use case that the GBCS codec needs; complete where ``use-cases.csv`` has gaps."""

    use_case: str
    message_code: str
    protocol: str
    title: str
    critical: str
    response_date_time: str
    sensitive: str
    provenance: str
    confidence: str


@dataclass(frozen=True, slots=True)
class TransformRow:
    """Which use case a request becomes: by SRV, device type, content of the body, and least GBCS version.

    ``content`` is empty, a value in the body (8.11, 6.13) or the path of the element that is there (1.5, 1.6).
    """

    srv: Srv
    device_type: str
    content: str
    gbcs_from: str
    use_case: str
    provenance: str
    confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class DlmsRow:
    """One row of a use case whose DLMS frame is fixed; see :mod:`stubs.wire.gbcs.use_cases.dlms_tables`."""

    use_case: str
    access: str
    class_id: int
    instance: str
    index: int
    member: str


@dataclass(frozen=True, slots=True)
class DlmsAlertRow:
    """An alert in DLMS form that carries more than code and time; ``members`` are what follows those two."""

    use_case: str
    message_code: str
    critical: str
    members: str
    title: str
    provenance: str
    confidence: str


@dataclass(frozen=True, slots=True)
class RequestFieldRow:
    """One fact of a request body that a command holds as it is; see :mod:`stubs.transform.fields`."""

    use_case: str
    path: str
    name: str
    kind: str
    required: bool
