"""What outlives a request is bounded: three times as many requests leave as much behind."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, get_args

import msgspec
import pytest

from stubs.access.ledger import CounterRule
from stubs.dcc.state.dcc_state import new_state
from stubs.dcc.state.fold import fold
from stubs.events import RequestQuarantined, RequestRefused
from stubs.gateway.refusals import Refusals
from stubs.settings import DccSettings
from tests.bench.core import START, BareCore, accepted, bare_core
from tests.bench.mix import Template

_BOUND = 4
_ROUNDS = 6


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    if is_dataclass(value):
        yield from ((field.name, getattr(value, field.name)) for field in fields(value))
    elif isinstance(value, msgspec.Struct):
        yield from ((name, getattr(value, name)) for name in value.__struct_fields__)
    elif hasattr(value, "__dict__"):
        yield from vars(value).items()


def _entries(value: Any) -> int:
    """Entries of all containers below a value."""
    if isinstance(value, Mapping):
        return len(value) + sum(_entries(one) for one in value.values())
    if isinstance(value, list | tuple | set | frozenset | deque):
        return len(value) + sum(_entries(one) for one in value)
    return sum(_entries(member) for _, member in _members(value)) if type(value).__module__.startswith("stubs.") else 0


def _census(*owners: Any) -> dict[str, int]:
    return {f"{type(owner).__name__}.{name}": _entries(one) for owner in owners for name, one in _members(owner)}


@pytest.fixture
def small_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    for bound in (
        "stubs.dcc.state.fold.MOST_LOCAL",
        "stubs.access.ledger.MOST_ISSUED",
        "stubs.access.ledger.MOST_USED",
        "stubs.gateway.refusals.MOST_KEPT",
    ):
        monkeypatch.setattr(bound, _BOUND)


def _one_round(core: BareCore, templates: tuple[Template, ...], refusals: Refusals) -> None:
    """Every service once, and once more with the same octets; octets that are no request; what follows."""
    for template in templates:
        request = core.prepare(template)
        for octets in (request, request, request[: len(request) // 2]):
            now = core.clock.now()
            handled = core.dcc.handle(octets, template.service, "application/xml", "127.0.0.1", now)
            entries = core.journal.append_recorded(handled.events, now)
            for entry in entries:
                if isinstance(entry.event, RequestRefused):
                    refusals.note(entry, entry.event, entries)
        core.journal.commit()
    core.settle()
    core.settle()  # commands that an answer set off have theirs, too


@pytest.mark.usefixtures("small_bounds")
@pytest.mark.parametrize("rule", get_args(CounterRule))
def test_three_times_as_many_requests_leave_as_much_behind(rule: CounterRule) -> None:
    refusals = Refusals()
    with bare_core(settings=DccSettings(seed="memory", counter_rule=rule)) as core:
        reads = tuple(one for one in accepted(core)[0] if one.srv in {"4.1.1", "4.3", "6.13", "7.2", "7.4", "8.2"})
        local = tuple(replace(one, variant=2) for one in reads if one.variant == 1)
        templates = reads + local
        assert local
        for _ in range(_ROUNDS):
            _one_round(core, templates, refusals)
        assert len(core.dcc.state.local) == _BOUND, "commands for local delivery are among them, and fill their bound"
        before = _census(core.dcc.state, refusals)
        for _ in range(2 * _ROUNDS):
            _one_round(core, templates, refusals)
        after = _census(core.dcc.state, refusals)
    assert after == before


def test_held_requests_of_sequences_are_forgotten_as_others_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stubs.dcc.state.fold.MOST_SEQUENCED", _BOUND)
    state = new_state(DccSettings())
    sender, target = "A0-B1-C2-D3-E4-01-00-00", "DE-51-CE-00-00-00-00-01"
    for number in range(2 * _BOUND):
        held = RequestQuarantined(
            reference=str(number),
            exchange=f"x{number}",
            request_id=f"{sender}:{target}:{number}",
            user=sender,
            role="IS",
            srv="4.1.1",
            device=target,
            breach="ADUserThresholdBreach",
            detail="",
            document=b"",
            order=None,
            is_sequenced=True,
        )
        fold(state, held, START)
    assert [one.counter for one in state.sequences] == list(range(_BOUND, 2 * _BOUND))
