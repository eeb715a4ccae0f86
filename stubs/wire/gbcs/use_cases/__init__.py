"""GBCS use cases: named values to command and response contents and back.

A use case is a row of ``schemas/catalogue/gbcs-use-case-facts.csv`` and a codec. Reading is symmetric to building:
what :func:`read_response` gives, :func:`build_response` turns into the same bytes. No keys here: encrypting and
decrypting are handed in. The named values of each use case are listed in ``docs/gbcs-values.md``.
"""

from stubs.wire.gbcs.dlms import CANCELLED
from stubs.wire.gbcs.use_cases.alerts import (
    CRITICAL_ALERT,
    DLMS_OUTCOME_ALERT,
    FUTURE_DATED_DONE,
    FUTURE_DATED_FAILED,
    GBZ_OUTCOME_ALERT,
    NON_CRITICAL_ALERT,
    build_alert,
    build_data_alert,
    build_outcome_alert,
    protocol_of,
    read_alert,
)
from stubs.wire.gbcs.use_cases.model import (
    Codec,
    CommandContext,
    Decrypt,
    Encrypt,
    Instruction,
    UseCase,
    Values,
)
from stubs.wire.gbcs.use_cases.registry import (
    USE_CASES,
    build_command,
    build_response,
    error_results,
    outcomes_of,
    read_command,
    read_response,
    response_date_time,
    use_case,
    use_case_of,
)

__all__ = [
    "CANCELLED",
    "CRITICAL_ALERT",
    "DLMS_OUTCOME_ALERT",
    "FUTURE_DATED_DONE",
    "FUTURE_DATED_FAILED",
    "GBZ_OUTCOME_ALERT",
    "NON_CRITICAL_ALERT",
    "USE_CASES",
    "Codec",
    "CommandContext",
    "Decrypt",
    "Encrypt",
    "Instruction",
    "UseCase",
    "Values",
    "build_alert",
    "build_command",
    "build_data_alert",
    "build_outcome_alert",
    "build_response",
    "error_results",
    "outcomes_of",
    "protocol_of",
    "read_alert",
    "read_command",
    "read_response",
    "response_date_time",
    "use_case",
    "use_case_of",
]
