"""The live page: a rehearsal, the traffic and the homes as they are, for the person who rehearses.

A reader of the journal like the report, and one more hand at the control operations (origin ``live-page``). It runs in
a thread and loop of its own, so that a page that takes long stalls no request of the party. It knows the simulated DCC
by its doors only, and the engine knows nothing of it but ``harness.engine.attendance``.
"""

from harness.console.following import FollowedRun
from harness.console.server import LivePage, live_page

__all__ = ["FollowedRun", "LivePage", "live_page"]
