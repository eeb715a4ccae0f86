"""Ways for a client to be wrong, to be put together: edits of what it is asked, sends and reports.

The named defects (``harness.drivers.broken``) and the generated ones (``make defects``) are made of these.
"""

from harness.drivers.defective import edits
from harness.drivers.defective.client import DefectiveDriver, Edits, Memory

__all__ = ["DefectiveDriver", "Edits", "Memory", "edits"]
