"""The one append-only, hash-chained record of everything that happened, and the protocol of its stores."""

from stubs.journal.journal import Journal, Store
from stubs.journal.sqlite import SqliteStore

__all__ = ["Journal", "SqliteStore", "Store"]
