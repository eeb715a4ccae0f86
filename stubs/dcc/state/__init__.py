"""What the DCC knows: the state, its fold over events, its snapshot, and the transaction that changes it."""
