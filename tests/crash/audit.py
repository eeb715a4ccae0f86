"""The journal and the Party's memory compared: messages lost, executed twice, answered in two ways."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from stubs.clock import SystemClock
from stubs.events import CommandSent, DeviceAnswered, DeviceChanged, MessageQueued, RequestAccepted
from stubs.journal import FILE_NAME, Journal, SqliteStore, verify_chain
from stubs.wire.errors import Blocked
from tests.crash.world import World


@dataclass(frozen=True)
class Audit:
    """Counts, and whatever must not be."""

    acknowledged: int
    seen_before: int
    sent_again: int
    unavailable: int
    entries: int
    delivered: int
    delivered_again: int
    lost: tuple[str, ...]
    """Acknowledged, and not in the journal, or never answered."""
    twice: tuple[str, ...]
    """Executed more than once."""
    other_response: tuple[str, ...]
    """Answered under more than one ResponseID, or delivered and not in the journal."""
    problems: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.lost or self.twice or self.other_response or self.problems)


def audit(world: World) -> Audit:
    """Compare what the Party remembers with the journal of the last life."""
    memory, problems = world.memory, list(world.memory.problems)
    journal = Journal(SqliteStore(world.folder / FILE_NAME), SystemClock())
    try:
        verify_chain(journal.rows())
        hashes = {row.seq: row.hash for row in journal.rows()}
        events = [entry.event for entry in journal.entries()]
    except Blocked as blocked:
        return Audit(0, 0, 0, 0, 0, 0, 0, (), (), (), (str(blocked), *problems))
    finally:
        journal.close()
    problems += [
        f"entry {seq} was another one at a start" for seq, digest in memory.begun if seq and hashes.get(seq) != digest
    ]
    accepted = Counter(event.request_id for event in events if isinstance(event, RequestAccepted))
    sent = Counter(event.request_id for event in events if isinstance(event, CommandSent))
    answered = Counter(event.request_id for event in events if isinstance(event, DeviceAnswered))
    shown = Counter(event.cause for event in events if isinstance(event, DeviceChanged))
    responses: dict[str, set[str]] = defaultdict(set)
    for event in events:
        if isinstance(event, MessageQueued) and event.request_id is not None:
            responses[event.request_id].add(str(event.response_id))
    known = set(memory.acknowledged) | memory.seen_before
    received = world.received()
    got = {name for name, _ in received}
    lost = [name for name in known if name not in accepted]
    lost += [f"{name} without a response" for name in known if name in accepted and name not in responses]
    lost += [f"{name} not delivered" for name in memory.acknowledged if name not in got]
    twice = [name for name in known if sent[name] > 1 or answered[name] > 1]
    twice += [name for name, srv in memory.acknowledged.items() if srv == "3.1" and shown[name] > 1]
    other = [f"{name}: {sorted(found)}" for name, found in responses.items() if name in known and len(found) > 1]
    other += [f"{one} under {two}" for one, two in set(received) if one in known and two not in responses[one]]
    return Audit(
        acknowledged=len(memory.acknowledged),
        seen_before=len(memory.seen_before),
        sent_again=memory.sent_again,
        unavailable=memory.unavailable,
        entries=len(hashes),
        delivered=len(set(received)),
        delivered_again=len(received) - len(set(received)),
        lost=tuple(lost),
        twice=tuple(twice),
        other_response=tuple(other),
        problems=tuple(problems),
    )
