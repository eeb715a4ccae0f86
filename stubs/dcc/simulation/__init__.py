"""Parts without a counterpart in the real DCC: premises made to order, a tester's operations, physical events."""
