"""The outbox: messages to Users until they are received, in order per User, with bounded retries."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from stubs.wire.eui64 import Eui64


@dataclass(frozen=True, slots=True)
class QueuedMessage:
    """One message to a User; ``body`` is posted as it is, None when it is to be read from the journal at ``seq``."""

    message: str
    user: Eui64
    body: bytes | None
    due: datetime
    queued: datetime
    attempts: int = 0
    is_behind_next: bool = False
    """Held back so that the User's next message overtakes it."""
    seq: int = 0
    """Number of the journal entry that holds the body; 0: not known yet."""


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """``QueuedMessage`` as a snapshot has it, its User as text."""

    message: str
    user: str
    body: bytes | None
    due: datetime
    queued: datetime
    attempts: int = 0
    is_behind_next: bool = False
    seq: int = 0

    @classmethod
    def of(cls, waiting: QueuedMessage) -> StoredMessage:
        """A message with its User as text."""
        return cls(
            waiting.message,
            str(waiting.user),
            waiting.body,
            waiting.due,
            waiting.queued,
            waiting.attempts,
            waiting.is_behind_next,
            waiting.seq,
        )

    def queued_message(self) -> QueuedMessage:
        """The inverse of ``of``. Raises: PeerError: the User is no EUI-64."""
        return QueuedMessage(
            self.message,
            Eui64.parse(self.user),
            self.body,
            self.due,
            self.queued,
            self.attempts,
            self.is_behind_next,
            self.seq,
        )


def next_attempt(retries: Sequence[float], attempt: int, now: datetime) -> datetime | None:
    """Return when to try again after ``attempt`` (1, 2, …) failed; None when it was the last.

    ``retries`` holds the seconds before the second, third, … attempt.
    """
    return now + timedelta(seconds=retries[attempt - 1]) if attempt <= len(retries) else None


@dataclass(slots=True)
class Outbox:
    """Waiting messages by User, and held ones that wait for the endpoint to come back.

    A message is tried only when every earlier one of that User was received or is held: order is kept.

    Args:
        keep: seconds a held message is kept for re-delivery.
        most_bytes: bodies kept in memory; beyond that they are left to the journal.
    """

    keep: float
    most_bytes: int = 16 * 1024 * 1024
    waiting: dict[Eui64, dict[str, QueuedMessage]] = field(default_factory=dict)
    """By User, then by message id in the order of delivery."""
    held: dict[Eui64, dict[str, QueuedMessage]] = field(default_factory=dict)
    users: dict[str, Eui64] = field(default_factory=dict)
    """User by message id, for messages that are waiting or held."""
    behind: set[Eui64] = field(default_factory=set)
    """Users with a message that is withheld until the next one."""
    bytes: int = field(default=0, compare=False)
    """Size of the bodies in memory."""

    def queue(self, message: QueuedMessage) -> None:
        """Fold of MessageQueued: to the end of the User's queue, but before what is held back for it."""
        queue = self.waiting.setdefault(message.user, {})
        queue[message.message] = message
        self.bytes += len(message.body or b"")
        self.users[message.message] = message.user
        if message.user in self.behind:
            self.behind.remove(message.user)
            for overtaken in [each for each in queue.values() if each.is_behind_next]:
                del queue[overtaken.message]
                queue[overtaken.message] = replace(overtaken, is_behind_next=False)

    def journaled(self, message: str, seq: int) -> None:
        """A message's body is in the journal at ``seq``: it may be dropped from memory when there are too many."""
        if self.bytes <= self.most_bytes:
            return
        user = self.users.get(message)
        found = self.waiting.get(user, {}) if user is not None else {}
        queued = found.get(message)
        if queued is not None and queued.body is not None:
            found[message] = replace(queued, body=None, seq=seq)
            self.bytes -= len(queued.body)

    def hold_back(self, message: str) -> None:
        """Let the User's next message overtake this one."""
        user = self.users.get(message)
        if user is not None and message in self.waiting.get(user, {}):
            self.waiting[user][message] = replace(self.waiting[user][message], is_behind_next=True)
            self.behind.add(user)

    def drop(self, message: str) -> QueuedMessage | None:
        """Forget a message; the message, when it was known."""
        found = self._take(message)
        if found is not None:
            self.bytes -= len(found.body or b"")
        return found

    def _take(self, message: str) -> QueuedMessage | None:
        user = self.users.pop(message, None)
        if user is None:
            return None
        for queues in (self.waiting, self.held):
            found = queues.get(user, {}).pop(message, None)
            if found is not None:
                if not queues[user]:
                    del queues[user]
                return found
        return None

    def delivered(self, message: str, now: datetime) -> None:
        """Fold of MessageDelivered: gone, and the User's endpoint is back, so held messages are due again."""
        user = self.users.get(message)
        self.drop(message)
        if user is not None and user in self.held:
            self.release(user, now)

    def release(self, user: Eui64, now: datetime) -> int:
        """Make a User's held messages due again, those not too old; how many."""
        oldest = now - timedelta(seconds=self.keep)
        fresh = {}
        for message, each in self.held.pop(user, {}).items():
            if each.queued >= oldest:
                fresh[message] = replace(each, due=now)
            else:
                del self.users[message]
                self.bytes -= len(each.body or b"")
        if fresh:
            self.waiting[user] = {**fresh, **self.waiting.get(user, {})}
        return len(fresh)

    def failed(self, message: str, next_due: datetime | None) -> None:
        """Fold of DeliveryFailed: due again later, still first, or held."""
        found = self._take(message)
        if found is None:
            return
        self.users[message] = found.user
        tried = replace(found, attempts=found.attempts + 1, due=next_due or found.due)
        if next_due is None:
            self.held.setdefault(found.user, {})[message] = tried
        else:
            self.waiting[found.user] = {message: tried, **self.waiting.get(found.user, {})}

    def has_untried(self, now: datetime) -> bool:
        """Whether a message is due that was never tried, and no earlier one keeps it back."""
        heads = (self.head(user) for user in self.waiting)
        return any(head is not None and not head.attempts and head.due <= now for head in heads)

    def head(self, user: Eui64) -> QueuedMessage | None:
        """The message to try next for a User, due or not."""
        return next((each for each in self.waiting.get(user, {}).values() if not each.is_behind_next), None)

    def ready(self, now: datetime) -> list[QueuedMessage]:
        """Return each User's next message that is due."""
        heads = (self.head(user) for user in list(self.waiting))
        return [head for head in heads if head is not None and head.due <= now]

    def next_due(self, passing: Container[Eui64] = ()) -> datetime | None:
        """Return when the next attempt is due, ``passing`` over some Users."""
        heads = (self.head(user) for user in self.waiting if user not in passing)
        return min((head.due for head in heads if head is not None), default=None)

    def of(self, user: Eui64) -> list[QueuedMessage]:
        """A User's messages, waiting first, then held."""
        return [*self.waiting.get(user, {}).values(), *self.held.get(user, {}).values()]
