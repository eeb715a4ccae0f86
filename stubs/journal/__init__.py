"""The one append-only, hash-chained record of everything that happened, and the protocol of its stores."""

from stubs.journal.journal import GENESIS, Journal, Row, Store, chain_hash, verify_chain
from stubs.journal.sqlite import FILE_NAME, SqliteStore
from stubs.recording import UnrecordableError, encode_event

__all__ = [
    "FILE_NAME",
    "GENESIS",
    "Journal",
    "Row",
    "SqliteStore",
    "Store",
    "UnrecordableError",
    "chain_hash",
    "encode_event",
    "verify_chain",
]
