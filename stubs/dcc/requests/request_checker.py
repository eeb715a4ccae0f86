"""Checks of a request that need no state: reads it, validates it by the schema, and finds its signer.

A process that does no more than that may stand before the core and take this work from it. Only what is found to be
in order is handed on: a request in which anything is wrong is looked at again by the core, from its first octet, and
refused there, so that there is one place that refuses and one order of checks.
"""

from __future__ import annotations

from collections.abc import Mapping

from schemas.duis_versions import NEWEST
from schemas.load import Srv
from stubs.dcc.outbound.duis_version import UserVersions
from stubs.dcc.requests import request_validation
from stubs.dcc.requests.checked_request import CheckedRequest
from stubs.settings import DccSettings
from stubs.wire.certificates import CertificateStore
from stubs.wire.duis import schema_problems
from stubs.wire.request_forms import RequestForms


class RequestChecker:
    """Looks at requests as the stages do.

    Args:
        settings: limits, and which schema a version has.
        certificates: those that the core knows.
        not_simulated: services that the core does not simulate, by the tag of their request; found out when not given,
            which loads everything that simulates one.
    """

    def __init__(
        self,
        settings: DccSettings,
        certificates: CertificateStore,
        not_simulated: Mapping[str, Srv] | None = None,
    ) -> None:
        self._not_simulated = not_simulated
        self._limit = settings.max_request_bytes
        self._versions = UserVersions(settings)
        self._certificates = certificates
        self._forms = RequestForms()

    def check(self, body: bytes, content_type: str) -> CheckedRequest | None:
        """The result of the checks of a POST; None: one failed, and the core has to say which."""
        try:
            request_validation.check_size(body, self._limit)
            request_validation.check_content_type(content_type)
            received, document = request_validation.read_body(body, self._limit, self._forms)
            request_validation.check_simulated(document, self._not_simulated)
            certificate = request_validation.verify_signature(received, self._certificates)
            stated = self._versions.of(None, document.schema_version).schema
        except Exception:  # noqa: BLE001 - whatever it is, a mistake of ours too: it shows in the core and is recorded there
            return None
        if stated == NEWEST or schema_problems(received.element, 1, stated):
            return CheckedRequest(document, certificate, (NEWEST,))
        return CheckedRequest(document, certificate, (NEWEST, stated))
