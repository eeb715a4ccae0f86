"""Every rule a correct client keeps, in one frozen record. Defaults are correct; ``broken`` relaxes one at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from stubs.wire.duis import Node, RequestHeader


@dataclass(frozen=True, slots=True)
class HttpHabits:
    """Ways to speak HTTP; all are correct."""

    content_type: str = ""
    """Instead of the plain media type of what is posted."""
    is_chunked: bool = False
    is_compressed: bool = False
    """Bodies go out with ``Content-Encoding: gzip``."""
    keeps_connections: bool = False
    """Several posts on one connection. Otherwise each post has its own."""


PLAIN_HTTP = HttpHabits()


@dataclass(frozen=True, slots=True)
class Policy:
    """Behaviour of the reference client. Each field says what happens when it is relaxed."""

    # --- what comes from the DCC ----------------------------------------------------------------------------

    verify_signatures: bool = True
    """Verify the XML signature of every message that must carry one, and answer 400 to the others.
    Relaxed: a forged or altered response is acknowledged and its values are used."""

    require_dcc_signer: bool = True
    """Accept only a signer whose certificate is the DCC's: role 89 (dspXmlSign) and the EUI-64 of the ACB.
    Relaxed: whoever holds any known certificate can speak for the DCC."""

    validate_schema: bool = True
    """Validate every message against the DUIS schema, and answer 400 to those that do not fit (a response code
    that is merely not listed is let through, to be reported as unknown). Relaxed: nonsense is acknowledged."""

    deduplicate: bool = True
    """Take a message into account once per ResponseID; delivery is at-least-once.
    Relaxed: a response delivered twice counts twice."""

    correlate_by_request_id: bool = True
    """Give a response to the request whose RequestID it quotes.
    Relaxed: to the request that has waited longest, so that values change owners when answers overtake."""

    check_device_security: bool = True
    """Check the MAC or signature of the device's GBCS message, its parties and its counter.
    Relaxed: values are taken from a message that may come from anybody."""

    check_party_certificate: bool = True
    """A device certificate from the repository must name the device that was asked for.
    Relaxed: the repository may hand out any certificate."""

    honour_error_codes: bool = True
    """An E code ends the request as refused or failed. Relaxed: every answer is taken for success."""

    wait_for_response: bool = True
    """I99 to a device request means accepted, not done: wait for the response.
    Relaxed: the request is reported as done when it has only been acknowledged."""

    alert_status: int = 204
    """HTTP status with which an acceptable alert is acknowledged. Anything but 2xx has it delivered again."""

    response_status: int = 204
    """HTTP status with which an acceptable response is acknowledged. Anything but 2xx has it delivered again."""

    honour_http_errors: bool = True
    """A request that got no usable answer, an HTTP error for instance, has failed. Relaxed: it is taken for done."""

    report_alerts: bool = True
    """Report the alerts that came. Relaxed: they are acknowledged and forgotten."""

    check_mac: bool = True
    """Part of ``check_device_security``: the MAC of a message to us. Relaxed: anybody may have made it."""

    check_device_signature: bool = True
    """Part of ``check_device_security``: the device's signature. Relaxed: anybody may have made it."""

    check_originator: bool = True
    """Part of ``check_device_security``: the message is the asked device's. Relaxed: another one's values are taken."""

    check_recipient: bool = True
    """Part of ``check_device_security``: the message is for us. Relaxed: what was meant for others is taken."""

    check_counter: bool = True
    """Part of ``check_device_security``: the message answers this request. Relaxed: an older answer will do."""

    require_signature: bool = True
    """A message without an XML signature is not used. Relaxed: leaving the signature away gets it through."""

    require_alert_signature: bool = True
    """The same for alerts. Relaxed: whoever reaches the endpoint can raise alarm."""

    trust_own_signature: bool = False
    """A message signed by ourselves is not the DCC's. Set: our own signature is taken for one that verifies."""

    first_response_status: int = 204
    """HTTP status with which a response is answered the first time it comes. Anything but 2xx: it is told again."""

    duplicate_status: int = 0
    """HTTP status for a message that came before; 0: the usual one. Anything but 2xx: it comes again."""

    responses_handled_after: float = 0.0
    """Seconds from the acknowledgement of a response until it is handled: alerts may be handled before it."""

    keeps_messages: bool = True
    """Acknowledged messages survive a restart. Relaxed: they are lost."""

    remembers_requests: bool = True
    """After a restart a response to an earlier request is still taken. Relaxed: acknowledged and dropped."""

    # --- what goes to the DCC -------------------------------------------------------------------------------

    document_key: Literal["xmlsign", "ds"] = "xmlsign"
    """The key that signs a DUIS document, under the certificate of the first.
    Anything else is a signature that does not verify: HTTP 400."""

    fresh_counter: bool = True
    """Every RequestID gets a counter above all earlier ones, across restarts.
    Relaxed: the second and later requests to one target repeat the counter of the first."""

    post_to_right_service: bool = True
    """The command variant decides the web service. Relaxed: critical requests go to the wrong one."""

    sign_critical: bool = True
    """Sign a Pre-Command before it is sent back. Relaxed: it goes back without a signature."""

    pre_command_key: Literal["ds", "xmlsign"] = "ds"
    """The key that signs a Pre-Command: the organisation's digital signing key, which the device knows.
    Anything else is a signature no device accepts."""

    check_pre_command: bool = True
    """Check that a Pre-Command is what was asked for: parties, counter, message code of the service.
    Relaxed: whatever comes is signed."""

    returns_pre_commands: bool = True
    """A Pre-Command is checked, signed and sent back. Relaxed: the request is taken for done when there is one."""

    alter_pre_command: bool = False
    """Sign the Pre-Command as issued. Set: one bit of its content is flipped before it is signed."""

    edit_body: Callable[[Node], Node] | None = None
    """The body says what was asked. Set: it is changed before it is signed."""

    edit_header: Callable[[RequestHeader], RequestHeader] | None = None
    """The header says what is sent. Set: it is changed before it is signed."""

    edit_document: Callable[[bytes], bytes] | None = None
    """The document is signed as it is written. Set: it is written otherwise first, in prefixes or white space."""

    http: HttpHabits = field(default_factory=lambda: PLAIN_HTTP)
    """Manner of its HTTP."""

    answers_after: float = 0.0
    """Seconds from a message to its HTTP answer."""

    posts: int = 1
    """Number of times that a document is posted although it was answered: once."""

    counter_step: int = 1
    """Counters rise. Negative: they fall."""

    retry_limit: int = 3
    """Number of times that the same bytes are posted again after a transport failure (reset, time-out, HTTP 5xx)."""

    signs_anew: bool = False
    """A repetition is the same bytes. Set: the same document, signed once more; that is correct too."""

    asks_anew: bool = False
    """A request without an answer is repeated as it is. Set: another one is sent, under a new RequestID."""

    retry_after_refusal: bool = False
    """A refused request is not sent again as it is. Set: it is, as often as ``retry_limit`` allows."""

    retry_pause: float = 0.2
    """Seconds before the first repetition; doubles each time, up to ten times as long."""

    http_timeout: float = 3.0
    """Seconds the DCC has for the answer in the HTTP exchange, as the DCC's public client allows."""

    install_new_certificate: bool = True
    """6.15.2 brings the certificate that the SMKI issued for the key a device just made (6.17).
    Relaxed: the one that the repository has had all along, which the device refuses."""

    # --- what is made of it ---------------------------------------------------------------------------------

    reading_scale: float = 1
    """Factor applied to readings after decoding: 1. Anything else misreports every register."""

    whole_lists: bool = True
    """Report every entry of a list, such as the devices of a home. Relaxed: the first one only."""

    right_pass_phrase: bool = True
    """Sign in to the self-service pages with the person's pass phrase. Relaxed: with another."""

    file_key: str = "ds"
    """Key that signs thresholds and action files: ``ds``. Relaxed: ``ka``."""

    browsers: int = 2
    """Browsers that the self-service pages are used with. Relaxed: one, whatever is asked."""


CORRECT = Policy()
"""The client as it should be."""
