"""DUIS on the wire: requests, responses and alerts as typed values, read, written and checked.

Knows the documents and our own schema of them; knows nothing of signatures (``stubs.wire.xmlsig``), of who may
ask what, or of what the GBCS payloads mean.
"""

from stubs.wire.duis.build import build_request, build_signed_pre_command
from stubs.wire.duis.foreign import SchemaFolder
from stubs.wire.duis.node import Node, node_of
from stubs.wire.duis.older import alert_needs, told_in
from stubs.wire.duis.read import DuisError, read_request, read_response
from stubs.wire.duis.requests import Request, RequestHeader, ServiceRequest, SignedPreCommand
from stubs.wire.duis.responses import (
    DccAlert,
    DeviceAlert,
    FutureDatedDeviceAlert,
    GbcsPayload,
    LocalCommand,
    OtherResult,
    PreCommand,
    Response,
    ResponseBody,
    ResponseHeader,
    Result,
    ServiceResponse,
    Smets1Response,
)
from stubs.wire.duis.samples import every_example, example, example_request
from stubs.wire.duis.schema import SchemaProblem, schema_problems
from stubs.wire.duis.values import read_boolean, read_date_time, write_date_time
from stubs.wire.duis.versions import schema_of, version_number
from stubs.wire.duis.write import write_request, write_response

__all__ = [
    "DccAlert",
    "DeviceAlert",
    "DuisError",
    "FutureDatedDeviceAlert",
    "GbcsPayload",
    "LocalCommand",
    "Node",
    "OtherResult",
    "PreCommand",
    "Request",
    "RequestHeader",
    "Response",
    "ResponseBody",
    "ResponseHeader",
    "Result",
    "SchemaFolder",
    "SchemaProblem",
    "ServiceRequest",
    "ServiceResponse",
    "SignedPreCommand",
    "Smets1Response",
    "alert_needs",
    "build_request",
    "build_signed_pre_command",
    "every_example",
    "example",
    "example_request",
    "node_of",
    "read_boolean",
    "read_date_time",
    "read_request",
    "read_response",
    "schema_of",
    "schema_problems",
    "told_in",
    "version_number",
    "write_date_time",
    "write_request",
    "write_response",
]
