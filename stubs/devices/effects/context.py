"""Input and result of an effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from stubs.devices.state import DeviceState
from stubs.devices.surroundings import Surroundings
from stubs.devices.trust import Credentials
from stubs.wire.certificates import CertificateStore
from stubs.wire.eui64 import Eui64

Result = Literal["success", "no-entries", "refused", "hardware-fault"]


@dataclass(frozen=True, slots=True)
class EffectContext:
    """One command that passed every check.

    Args:
        state: the device's state before.
        at: the run's time, seconds since 2000.
        values: what the command says, named as in DUIS.
        party: who wants it: the supplementary party when the ACB speaks, else the originator.
        counter: the originator counter of the command.
        mirrored: the meter a gas proxy answers for, else the device itself.
        surroundings: the neighbours.
        certificates: those of the parties, as the device was made with.
        credentials: the device's own keys.
        is_authentic: whether (token digits, counter) is a top-up token of ``party`` for this device.
    """

    state: DeviceState
    at: int
    values: Mapping[str, Any]
    party: Eui64
    counter: int
    mirrored: DeviceState
    surroundings: Surroundings
    is_authentic: Callable[[str, int], bool]
    certificates: CertificateStore | None = None
    credentials: Credentials | None = None

    @property
    def device_time(self) -> int:
        """Return the time on the device's own clock, seconds since 2000."""
        return self.at + self.state.clock_offset


@dataclass(frozen=True, slots=True)
class PendingAlert:
    """An alert to be raised: code (four upper-case hexadecimal digits) and why.

    ``recipient`` overrides the party the catalogue names for the code; ``detail`` is what the alert's data
    take from the cause.
    """

    code: str
    cause: str
    recipient: Eui64 | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EffectResult:
    """Result of an effect.

    Args:
        values: what the response says, named as in DUIS.
        changes: fields of the state with their new values.
        notices: alerts, in order.
        result: all but ``success`` answer with a code of the protocol, where it has one.
        failing_row: which request of the payload fails.
        other_changes: changes of neighbours by identity.
    """

    values: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    notices: tuple[PendingAlert, ...] = ()
    result: Result = "success"
    failing_row: int = 0
    other_changes: dict[Eui64, dict[str, Any]] = field(default_factory=dict)


Effect = Callable[[EffectContext], EffectResult]
