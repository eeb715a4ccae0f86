"""Queues ordered by the run's clock: held commands, time-outs, schedules, retries of deliveries.

Folded from ItemScheduled, ItemDone, MessageQueued, MessageDelivered and DeliveryFailed. Never reads a clock: ``now``
is handed in.
"""

from stubs.scheduler.agenda import Agenda, Item, StoredMembers, key_of
from stubs.scheduler.outbox import Outbox, QueuedMessage, StoredMessage, next_attempt
from stubs.scheduler.recurrence import FREQUENCIES, Recurrence, day_of, time_of
from stubs.scheduler.stored_items import (
    node_from_tree,
    read_command_data,
    read_item,
    stored_command,
    stored_item,
    tree_of,
)

__all__ = [
    "FREQUENCIES",
    "Agenda",
    "Item",
    "Outbox",
    "QueuedMessage",
    "Recurrence",
    "StoredMembers",
    "StoredMessage",
    "day_of",
    "key_of",
    "next_attempt",
    "node_from_tree",
    "read_command_data",
    "read_item",
    "stored_command",
    "stored_item",
    "time_of",
    "tree_of",
]
