"""A device's view beyond itself: the other devices of its home network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from stubs.devices.state import DeviceState
from stubs.wire.eui64 import Eui64


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The neighbours of a device; only ever looked up by identity, so a mapping of a whole fleet may be given.

    Args:
        devices: states by identity. A gas proxy answers from its meter's state, a hub lets these devices join.
        is_token_for_another: (token digits, supplier, counter) to whether it is another device's top-up token. A
            meter cannot tell that from a forged one by itself; without this every such token is "not authentic".
    """

    devices: Mapping[Eui64, DeviceState] = field(default_factory=dict)
    is_token_for_another: Callable[[str, Eui64, int], bool] | None = None


ALONE = Surroundings()
"""No neighbours."""
