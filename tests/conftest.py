"""Property tests try the same examples every time and on every machine, however slow: no run differs from the last.

What looks further, with other examples each time, is `make fuzz`.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("repeatable", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("repeatable")
