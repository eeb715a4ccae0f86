"""The canonical form a writer knows of its own documents is the one the XML library finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stubs.wire.duis import Response, ServiceRequest, write_request, write_response
from stubs.wire.duis.write import canonical_form
from stubs.wire.xml import parse
from stubs.wire.xmlsig.profile import canonical
from tests.property.test_xml_properties import nodes, request_headers, responses, tokens


@given(responses)
def test_the_canonical_form_of_a_response_is_the_librarys_or_none(response: Response) -> None:
    document = write_response(response)
    assert canonical_form(document) in {None, canonical(parse(document))}


@given(st.builds(ServiceRequest, request_headers, nodes, tokens))
def test_the_canonical_form_of_a_request_is_the_librarys_or_none(request: ServiceRequest) -> None:
    document = write_request(request)
    assert canonical_form(document) in {None, canonical(parse(document))}
