"""The simulated devices (under construction)."""
