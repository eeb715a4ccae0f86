"""The simulated DCC: gateway, devices, SMKI repository, SSI. Knows schemas; never the harness that drives it."""
