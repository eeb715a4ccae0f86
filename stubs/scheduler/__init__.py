"""What is due later: held commands, time-outs, retries of deliveries; queues ordered by the run's clock.

Folded from ItemScheduled, ItemDone, MessageQueued, MessageDelivered and DeliveryFailed. Never reads a clock: ``now``
is handed in.
"""

from stubs.scheduler.agenda import Agenda, Item
from stubs.scheduler.outbox import Outbox, QueuedMessage, next_attempt

__all__ = ["Agenda", "Item", "Outbox", "QueuedMessage", "next_attempt"]
