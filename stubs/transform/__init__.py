"""Service request to device command, and the check of what comes back signed.

Pure: takes a request, what is known of the device, the broker's counter and the time; gives an unsigned GROUP. Which
use case a request becomes is a table (``schemas/catalogue/gbcs-transform.csv``), what its body says is one too. It
must not know who may ask (``stubs.access``), nor any key.
"""

from stubs.transform.bodies import BODY_FIELDS, command_values
from stubs.transform.commands import Acb, Command, Target, transform
from stubs.transform.dispatch import use_case_for
from stubs.transform.looked_up import NotLookedUp
from stubs.transform.signed import check_signed, check_unaltered

__all__ = [
    "BODY_FIELDS",
    "Acb",
    "Command",
    "NotLookedUp",
    "Target",
    "check_signed",
    "check_unaltered",
    "command_values",
    "transform",
    "use_case_for",
]
