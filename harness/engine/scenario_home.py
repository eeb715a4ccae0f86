"""The home of one scenario: its devices, their beginnings, and what words of a scenario mean in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from harness.engine.conditions import condition_called
from harness.engine.homes import STATUSES, home_called, status_called
from harness.engine.run_context import RunContext
from schemas.load import UserRole
from stubs.wire.errors import Misuse

_WHOLE = re.compile(r"-?(?:0|[1-9]\d*)\Z")
_LATER = re.compile(r"in (\d+) minutes\Z")


class ScenarioHome:
    """Described by the scenario's first steps, built on the simulated DCC when first needed (fresh EUIs)."""

    def __init__(self, run_context: RunContext, name: str, role: UserRole, user: str) -> None:
        self.premises: dict[str, Any] = {"devices": {}}
        """As ``add_premises`` answered; only ``devices``, and none, until it is built."""
        self._run_context = run_context
        self._name = name
        self._role = role
        self._user = user
        self._home: str | None = None
        self._is_of_others = False
        self._statuses: dict[str, str] = {}
        self._values: dict[str, dict[str, Any]] = {}
        self._is_built = False

    def is_called(self, home: str, *, of_others: bool = False) -> None:
        """Name it. ``of_others``: another supplier's. Raises: Misuse: no home has that name."""
        home_called(home)
        self._home, self._is_of_others = home, of_others

    def has_status(self, device: str, words: str) -> None:
        """Say how far a device's installation has come, or how it is. Raises: Misuse: it is built already."""
        self._before_it_is_built()
        if words in STATUSES:
            self._statuses[device] = status_called(words)
        else:
            self.has_values(device, condition_called(words))

    def has_values(self, device: str, values: Mapping[str, Any]) -> None:
        """Set fields of a simulated device. Raises: Misuse: it is built already."""
        self._before_it_is_built()
        self._values.setdefault(device, {}).update(values)

    def _before_it_is_built(self) -> None:
        if self._is_built:
            raise Misuse("the home is built already: say this before the first request")

    def build(self) -> None:
        """Put the devices where they are; nothing when no home was named. Raises: Misuse: it lacks a device named."""
        self._is_built = True
        if self._home is None:
            return
        devices = home_called(self._home)
        unknown = (self._statuses.keys() | self._values.keys()) - {device.name for device in devices}
        if unknown:
            raise Misuse(f"{self._home!r} has no {', '.join(sorted(unknown))}")
        spec = self._run_context.premises_spec(self._name, devices, self._statuses, self._values)
        if self._is_of_others:
            other = self._run_context.other_than(self._user, self._role)
            spec |= {"supplier": other, "gas_supplier": other}
        else:
            spec |= self._run_context.responsible(self._role, self._user)
        self.premises = {"name": spec["name"], **self._run_context.add_premises(spec)}

    def build_neighbour(self) -> str:
        """EUI of the meter next door, another party's."""
        other = self._run_context.other_than(self._user, UserRole.IS)
        spec = self._run_context.premises_spec(f"{self._name}-neighbour", home_called("an electricity meter"))
        premises = self._run_context.add_premises({**spec, "supplier": other, "gas_supplier": other})
        return str(premises["devices"]["electricity meter"])

    # --- words ------------------------------------------------------------------------------------------------

    def device(self, name: str) -> str:
        """EUI of a device. Raises: Misuse: there is none of that name."""
        devices: dict[str, str] = self.premises["devices"]
        if name not in devices:
            raise Misuse(f"the home has no {name!r}; it has {', '.join(devices) or 'nothing'}")
        return devices[name]

    def target(self, to: str) -> str:
        """EUI of the device of that name; else the word as it is: an EUI, or nothing."""
        return str(self.premises["devices"].get(to, to))

    def meter_point(self, device: str) -> str:
        """MPRN of a device whose name begins with gas, else the MPAN."""
        return str(self.premises["mprn" if device.startswith("gas") else "mpan"])

    def parameters(self, given: Mapping[str, Any] | Sequence[Sequence[str]]) -> dict[str, Any]:
        """Names to values, from a mapping or the rows of a Gherkin table."""
        pairs = given.items() if isinstance(given, Mapping) else ((row[0], row[1]) for row in given)
        return {name: self.value(value) for name, value in pairs}

    def value(self, written: Any) -> Any:
        """A cell's text as a value: number, EUI of a device, install code, meter point, instant; else as it is."""
        if not isinstance(written, str):
            return written
        text = written.strip()
        if _WHOLE.match(text):
            return int(text)
        later = _LATER.match(text)
        if later:
            return f"{self._run_context.now() + timedelta(minutes=int(later.group(1))):%Y-%m-%dT%H:%M:%SZ}"
        codes: dict[str, str] = self.premises.get("install_codes", {})
        named: dict[str, Any] = {
            **self.premises["devices"],
            **{f"install code of {name}": code for name, code in codes.items()},
            **{f"the home's {name}": self.premises[name] for name in ("mpan", "mprn") if name in self.premises},
        }
        return named.get(text, {"yes": True, "no": False}.get(text, text))
