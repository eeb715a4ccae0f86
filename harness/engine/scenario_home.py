"""The home of one scenario: its devices, their beginnings, and what words of a scenario mean in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from harness.engine.civil_time import local_midnight
from harness.engine.conditions import OF_THE_METER, condition_called
from harness.engine.former_credentials import as_text, former_certificate, held, present_certificate
from harness.engine.homes import (
    GAS_METER,
    GAS_PROXY,
    NEIGHBOUR,
    NO_COVERAGE,
    STATUSES,
    Home,
    home_called,
    status_called,
)
from harness.engine.lived_in import lived_in
from harness.engine.run_context import RunContext
from schemas.load import UserRole
from stubs.wire.errors import Misuse

_WHOLE = re.compile(r"-?(?:0|[1-9]\d*)\Z")
_TIME = re.compile(
    r"(?P<is_day>the day )?(?:(?P<is_now>now)|in (?P<ahead>\d+) (?P<unit>minutes|days)|(?P<ago>\d+) days ago)\Z"
)
_LOCAL = re.compile(
    r"(?P<before>a second before )?local midnight (?:today|in (?P<ahead>\d+) days|(?P<ago>\d+) days ago)\Z"
)
_SECOND_OF = "the second of "
"""Before words for an instant: as the state of a device holds it."""
NOTHING: Mapping[str, str] = MappingProxyType({})
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""Zero of the times in a device's state (GBCS)."""
_WORDS = {"yes": True, "no": False, "nothing": ""}
_PARTIES = ("supplier", "gas_supplier", "network_operator", "gas_transporter", "agent")
_CERTIFICATES = {
    "the party's key agreement certificate": present_certificate,
    "the party's former certificate": former_certificate,
}
_OF_THE_HOME = ("mpan", "mprn", "export_mpan", "postcode", "address", "uprn")


class ScenarioHome:
    """Described by the scenario's first steps, built on the simulated DCC when first needed (fresh EUIs)."""

    def __init__(self, run_context: RunContext, name: str, role: UserRole, user: str) -> None:
        self.premises: dict[str, Any] = {"devices": {}}
        """Answer of ``add_premises``; only ``devices``, and none, until the home is built."""
        self._run_context = run_context
        self._name = name
        self._role = role
        self._user = user
        self._home: str | None = None
        self._next_door: str | None = None
        self._neighbours: dict[str, str] = {}
        self._is_of_others = False
        self._days = 0
        self._statuses: dict[str, str] = {}
        self._values: dict[str, dict[str, Any]] = {}
        self._is_built = False

    def is_called(self, home: str, *, of_others: bool = False) -> None:
        """Name it. ``of_others``: another supplier's. Raises: Misuse: no home has that name."""
        home_called(home)
        self._home, self._is_of_others = home, of_others

    def has_next_door(self, home: str) -> None:
        """Name a second home, of another supplier. Raises: Misuse: no home has that name."""
        self._before_it_is_built()
        home_called(home)
        self._next_door = home

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

    def has_been_lived_in(self, days: int) -> None:
        """Give its devices so many days of use. Raises: Misuse: it is built already."""
        self._before_it_is_built()
        self._days = days

    def _give_to_meter(self, home: Home) -> None:
        """Move values set for the gas proxy to its meter, their owner: a proxy shows them, and has none itself."""
        if not {GAS_METER, GAS_PROXY} <= {device.name for device in home.devices}:
            return
        values = self._values.get(GAS_PROXY, {})
        for name in OF_THE_METER & values.keys():
            self._values.setdefault(GAS_METER, {}).setdefault(name, values.pop(name))

    def holds_former_certificate(self, device: str) -> None:
        """A device holds the key agreement certificate that the party had before. Raises: Misuse: it is built."""
        self.has_values(device, held(former_certificate(self._run_context.dcc.pki, self._user)))

    def _live_in(self, home: Home) -> None:
        """Add the marks of past use to each device; values that the scenario itself sets take precedence."""
        now = int((self._run_context.now() - _EPOCH).total_seconds())
        for place, device in enumerate(home.devices):
            lived = lived_in(device.device_type, self._days, now, place)
            if lived:
                self._values[device.name] = {**lived, **self._values.get(device.name, {})}

    def _before_it_is_built(self) -> None:
        if self._is_built:
            raise Misuse("the home is built already: say this before the first request")

    def build(self) -> None:
        """Make the devices of the home; nothing when no home was named. Raises: Misuse: it lacks a device named."""
        self._is_built = True
        if self._next_door is not None:
            built = self._build_for_others(self._next_door)
            self._neighbours = {f"{NEIGHBOUR}{name}": eui for name, eui in built.items()}
        if self._home is None:
            return
        home = home_called(self._home)
        unknown = (self._statuses.keys() | self._values.keys()) - {device.name for device in home.devices}
        if unknown:
            raise Misuse(f"{self._home!r} has no {', '.join(sorted(unknown))}")
        self._give_to_meter(home)
        if self._days:
            self._live_in(home)
        spec = self._run_context.premises_spec(self._name, home, self._statuses, self._values)
        if self._is_of_others:
            other = self._run_context.other_than(self._user, self._role)
            spec |= dict.fromkeys(_PARTIES, other)
        else:
            spec |= self._run_context.responsible(self._role, self._user)
        self.premises = {"name": spec["name"], **self._run_context.add_premises(spec)}
        if any(not device.values.get("sm_wan", True) for device in home.devices):
            self._run_context.control.call("set-coverage", place=self.premises["uprn"], values=NO_COVERAGE)

    def build_neighbour(self) -> str:
        """EUI of the meter next door, another party's."""
        return self._build_for_others("an electricity meter")["electricity meter"]

    def _build_for_others(self, home: str) -> dict[str, str]:
        other = self._run_context.other_than(self._user, UserRole.IS)
        spec = self._run_context.premises_spec(f"{self._name}-neighbour", home_called(home))
        premises = self._run_context.add_premises({**spec, "supplier": other, "gas_supplier": other})
        return {str(name): str(eui) for name, eui in premises["devices"].items()}

    # --- words ------------------------------------------------------------------------------------------------

    def device(self, name: str) -> str:
        """EUI of a device. Raises: Misuse: there is none of that name."""
        devices: dict[str, str] = {**self.premises["devices"], **self._neighbours}
        if name not in devices:
            raise Misuse(f"the home has no {name!r}; it has {', '.join(devices) or 'nothing'}")
        return devices[name]

    def target(self, to: str) -> str:
        """EUI of the device of that name; else the word as it is: an EUI, or nothing."""
        return str(self.premises["devices"].get(to) or self._neighbours.get(to, to))

    def type_of(self, name: str) -> str:
        """Device type, as the catalogue names it, of a device of the home; empty: there is none of that name."""
        is_next_door = name in self._neighbours
        home, name = (self._next_door if is_next_door else self._home), name.removeprefix(NEIGHBOUR)
        devices = home_called(home).devices if home else ()
        return next((device.device_type for device in devices if device.name == name), "")

    def meter_point(self, device: str) -> str:
        """MPRN of a device whose name begins with gas, else the MPAN."""
        return str(self.premises["mprn" if device.startswith("gas") else "mpan"])

    def parameters(
        self, given: Mapping[str, Any] | Sequence[Sequence[str]], made: Mapping[str, str] = NOTHING
    ) -> dict[str, Any]:
        """Names to values, from a mapping or the rows of a Gherkin table; ``made``: further words and their values."""
        pairs = given.items() if isinstance(given, Mapping) else ((row[0], row[1]) for row in given)
        return {name: self.value(value, made) for name, value in pairs}

    def value(self, written: Any, made: Mapping[str, str] = NOTHING) -> Any:
        """A cell's text as a value: number, EUI of a device, install code, meter point, instant; else as it is."""
        if not isinstance(written, str):
            return written
        text = written.strip()
        if _WHOLE.match(text):
            return int(text)
        if text.startswith(_SECOND_OF):
            moment = datetime.fromisoformat(self.value(text.removeprefix(_SECOND_OF)))
            return int((moment - _EPOCH).total_seconds())
        local = _LOCAL.match(text)
        if local:
            days = int(local["ahead"] or 0) - int(local["ago"] or 0)
            midnight = local_midnight(self._run_context.now(), days)
            return f"{midnight - timedelta(seconds=bool(local['before'])):%Y-%m-%dT%H:%M:%SZ}"
        when = _TIME.match(text)
        if when:
            return self._instant(when)
        codes: dict[str, str] = self.premises.get("install_codes", {})
        named: dict[str, Any] = {
            **made,
            "the party": self._user,
            **self.premises["devices"],
            **self._neighbours,
            **{f"install code of {name}": code for name, code in codes.items()},
            **{f"the home's {name}": self.premises[name] for name in _OF_THE_HOME if name in self.premises},
        }
        if text in _CERTIFICATES:
            return as_text(_CERTIFICATES[text](self._run_context.dcc.pki, self._user))
        if text == "today's weekday":
            return f"{self._run_context.now():%A}"
        parts = [part.strip() for part in text.split(",")]
        if len(parts) > 1 and all(part in self.premises["devices"] for part in parts):
            return ",".join(self.premises["devices"][part] for part in parts)
        return named.get(text, _WORDS.get(text, text))

    def fields(self, text: str, made: Mapping[str, str] = NOTHING) -> dict[str, Any]:
        """``Name = value; Name = value`` as names to values. Raises: Misuse: a part without an equals sign."""
        parts = [part.partition("=") for part in text.split(";")]
        if any(not equals for _, equals, _ in parts):
            raise Misuse(f"write fields as 'Name = value; Name = value', not {text!r}")
        return {name.strip(): self._field(value.strip(), made) for name, _, value in parts}

    def _field(self, text: str, made: Mapping[str, str]) -> Any:
        without = text.removeprefix("without ")
        return self.value(text, made) if without == text else f"without {self.value(without)}"

    def _instant(self, when: re.Match[str]) -> str:
        """``now``, ``in 30 minutes``, ``in 7 days``, ``2 days ago``, of the run's clock; ``the day …``: its date."""
        amount = int(when["ahead"] or 0) if when["ago"] is None else -int(when["ago"])
        by = timedelta(minutes=amount) if when["unit"] == "minutes" else timedelta(days=amount)
        at = self._run_context.now() + by
        return f"{at:%Y-%m-%d}" if when["is_day"] else f"{at:%Y-%m-%dT%H:%M:%SZ}"
