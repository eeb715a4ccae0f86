"""The DCC's state, its fold over events, its snapshot, and the transaction that changes it."""
