"""The one append-only, hash-chained record of everything that happened, and the protocol of its stores."""

from stubs.journal.journal import GENESIS, Journal, Row, Store, chain_hash, encode_event, verify_chain
from stubs.journal.sqlite import FILE_NAME, SqliteStore

__all__ = [
    "FILE_NAME",
    "GENESIS",
    "Journal",
    "Row",
    "SqliteStore",
    "Store",
    "chain_hash",
    "encode_event",
    "verify_chain",
]
