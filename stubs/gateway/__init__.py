"""The HTTP(S) edge: three DUIS web services in, deliveries to Users out. Reads, commits, writes; decides nothing."""

from stubs.gateway.delivery import Delivery
from stubs.gateway.runtime import Runtime
from stubs.gateway.service import make_app

__all__ = ["Delivery", "Runtime", "make_app"]
