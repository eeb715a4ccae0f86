"""Settings of the simulated DCC: where it listens, and every choice the public facts leave open.

Pure data; cores take what they need. The run file's table ``[dcc]`` holds these names.
Each choice that is inferred carries the default of the DUIS guide, section 20, and is shown in ``docs/simulated.md``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from schemas.duis_versions import alert_structures_since

Seconds = Annotated[float, msgspec.Meta(ge=0)]
Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]
Secret = Annotated[str, msgspec.Meta(extra={"shown": "secret"})]
"""Text that stands in no journal, report or bundle: ``redacted`` is written instead (``stubs.redaction``)."""
FilePath = Annotated[str, msgspec.Meta(extra={"shown": "path"})]
"""A file or folder: of an absolute path only the last part is shown."""
Address = Annotated[str, msgspec.Meta(extra={"shown": "address"})]
"""A URL: shown without user name, password and query."""


LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Tls(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """HTTPS for the web services: PEM file paths. With ``ca`` set, a client certificate it signed is demanded."""

    certificate: FilePath
    """The server's certificate, with its chain."""
    key: FilePath
    """Its private key, without a pass phrase."""
    ca: FilePath | None = None
    """Authority of client certificates: with it, one is demanded."""


class DeliveryTls(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """TLS files for posting to an ``https`` receive URL: PEM file paths."""

    ca: FilePath | None = None
    """Authority of the receive endpoint's certificate; None: those of the machine."""
    certificate: FilePath | None = None
    """Client certificate that the DCC shows."""
    key: FilePath | None = None
    """Its private key."""


class ServicePaths(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Paths of the three web services; the defaults are those of the boxed test appliance."""

    transform: str = "/api/v1/serviceT"
    """Critical Service Requests, answered with a Pre-Command."""
    send_command: str = "/api/v1/serviceS"
    """Signed Pre-Commands and non-critical Service Requests."""
    non_device: str = "/api/v1/serviceD"
    """Non-Device Service Requests."""


class DccSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One simulated DCC. Durations are seconds of the run's clock unless said otherwise."""

    # --- where it listens ---
    host: str = "127.0.0.1"
    """Address of this machine; without ``tls`` a loopback address."""
    port: Port = 8079
    """DUIS web services; 0 picks a free port (so for all ports)."""
    smki_port: Port = 8083
    """SMKI repository."""
    ssi_port: Port = 8443
    """Self-Service Interface, HTTPS."""
    control_port: Port = 8078
    """Control API."""
    workers: Annotated[int, msgspec.Meta(ge=0, le=64)] = 0
    """Front processes that share the port of the web services; one core decides. 0: one process does everything."""
    control_token: Secret = ""
    """Token that changing calls of the control API must bring; empty: a new one at each start."""
    paths: ServicePaths = ServicePaths()
    tls: Tls | None = None
    delivery_tls: DeliveryTls | None = None

    ssi: dict[str, Any] = {}
    """The self-service pages: table ``[dcc.ssi]``, fields of ``stubs.ssi.settings.SsiSettings``."""

    # --- what it is made of ---
    pki: FilePath | None = None
    """PKI folder or ``keystore.json``; None makes a test PKI in the state folder."""
    pki_prefer: tuple[str, ...] = ("Z1-", "otherUser-")
    """Table ``[pki]``, key ``prefer`` of the run file: of several certificates for the same identity and use, those
    whose name in the key store begins so are used, the first beginning first; empty: the latest. The default is what
    the public client accepts."""
    state_dir: FilePath | None = None
    """Folder of the journal and the made PKI; None keeps the journal in memory and the PKI in a temporary folder."""
    sync_to_disk: bool = False
    """Wait for the disk at each commit (survives a power cut, not only the death of the process)."""
    seed: str = "uept"
    """Every identity and register value that is made up is derived from it."""
    receive_url: Address | None = None
    """Receive Response URL of Users registered without one of their own."""
    receive_urls: dict[str, Address] = {}
    """Receive Response URL by User EUI."""
    receive_url_allow: tuple[str, ...] = ()
    """Hosts a Receive Response URL may name: names (``*.example.org``), addresses or networks (``10.0.0.0/8``); empty:
    any."""

    # --- what is there from the start ---
    premises: FilePath | None = None
    """File of premises to make at the first start, JSON or TOML (``schemas/run/premises.schema.json``), or the name of
    a ready-made set: ``template-identities`` has the devices of the public request templates."""

    # --- limits of the edge ---
    max_request_bytes: int = 16 * 1024 * 1024
    """Firmware images reach 13.7 MB in base64 (DUIS guide, section 9.8)."""
    compressed_bodies: bool = True
    """Whether bodies with content encoding gzip or deflate are inflated; False: refused with 415."""
    read_timeout: Seconds = 20.0
    """Real seconds a client may take to send the head of a request, and then its body; after that HTTP 408."""

    # --- which code or status stands for which rule ---
    rules: dict[str, str] = {}
    """Rule id of ``gateway-rules.csv`` to a response code (``E…``) or an HTTP status (``400``): overrides the table."""

    # --- checks ---
    validity_checks: bool = False
    """Refuse signing certificates outside their validity period by the run's clock."""
    counter_rule: Literal["increasing", "increasing-per-target", "unique"] = "increasing"
    """Rule of RequestID counters: strictly increasing per originator; or per originator and target; or never repeated,
    in any order among the 65,536 highest of an originator, and never below them."""
    schema_versions: tuple[str, ...] = ("5.0", "5.1", "5.2", "5.3", "5.4")
    """``schemaVersion`` values accepted, compared as decimals."""
    user_version: Literal["registered", "stated"] = "registered"
    """In which version of DUIS a User is answered, and its requests are judged: that it is registered with, else that
    its requests state; or the other way round. Inferred: ``schemaVersion`` does not tell which schema a client has."""
    schemas_of_versions: dict[str, str] = {}
    """Version to the version whose schema it has, before the table ``schemas/duis/versions.csv``, where 5.2 has that of
    5.1 (inferred: there is no public schema of 5.2)."""
    answer_schema_version: str = ""
    """``schemaVersion`` of all that the DCC sends; empty: the version in which the User is told it."""
    require_transform: bool = True
    """Refuse a Signed Pre-Command that does not hold the bytes handed out for its RequestID."""
    max_future_days: int | None = None
    """Most days that an ExecutionDateTime may lie ahead; None: no limit."""
    eligible_roles: dict[str, tuple[str, ...]] = {}
    """SRV to further User Roles that may send it: the public matrix names none for 7.16, 8.5 and 8.6."""
    sequence_missing: Literal["refuse", "hold"] = "refuse"
    """A sequenced request whose predecessor never came: refused at once, or held until it comes or time is up."""
    max_schedules: int | None = 99
    """Schedules for one device; 5.2 cannot tell more. None: no limit."""
    schedule_time: str = "00:00:00Z"
    """Time of day of a schedule created without one."""
    thresholds: dict[str, int] = {}
    """Anomaly detection: SRV (or ``*``) to the most requests per User and hour; above it a request is quarantined.
    Transforms command nothing and are not counted."""
    dcc_thresholds: dict[str, int] = {}
    """Like ``thresholds``, over all Users together."""
    attribute_limits: dict[str, dict[str, tuple[float, float]]] = {}
    """Anomaly detection: SRV to named values of its command, each with its least and greatest harmless value."""
    inventory_overflow: Literal["first", "refuse"] = "first"
    """8.2 that finds more than the 17 devices an answer holds: the hubs, then the devices the search named, then
    others in order of identity, as far as there is room; or the code of ``inventory-empty``."""
    approved_models: tuple[str, ...] = ()
    """``manufacturer/model`` pairs of the simulated product list; empty: every model is on it."""

    # --- answers ---
    non_device_success: Literal["I99", "I0"] = "I99"
    """Code of a successful Non-Device request without data."""
    local_command_answer: Literal["http", "receive"] = "http"
    """Variants 3 and 7: LocalCommand in the HTTP answer (I0) or, after I99, on Receive Response."""
    sign_synchronous_data: bool = True
    """Sign Pre-Commands, local commands and Non-Device data answers."""
    structures_since: dict[str, str] = msgspec.field(default_factory=lambda: dict(alert_structures_since()))
    """DCC alert structure to the DUIS version that introduced it: a User of an earlier version gets N999 instead. The
    default is what the public schemas of 5.0 to 5.4 show (``schemas/duis/changes.csv``)."""
    dcc_alert_codes: dict[str, str] = {}
    """Occasion of ``dcc-alert-occasions.csv`` to a DCC alert code: overrides the table."""
    thresholds_held: bool = True
    """A quarantined request is acknowledged with I99 and held; False: refused at once."""
    quarantine_rejected: str = "E100"
    """Code of the response to a quarantined request that was rejected (placeholder: the real one is not public)."""
    firmware_warning: bool = True
    """11.1 and 11.4 for some devices only: a warning that lists the others; False: success without data."""
    scheduled_request_id: bool = False
    """Results of schedules quote the RequestID of the 5.1 request that created the schedule."""

    # --- devices ---
    device_latency: Seconds = 0.05
    """Time from acceptance to the device's answer."""
    device_timeout: Seconds = 30.0
    """Time from sending to the verdict that a device does not answer."""
    device_silent: Literal["response", "alert"] = "response"
    """Message that the User then gets: an asynchronous response with E20 or E21, or a CommandFailure alert."""
    join_delay: Seconds = 0.2
    """Time from the hub's log entry to the device having joined the home area network."""
    sequence_timeout: Seconds = 3600.0
    """Seconds that a sequenced request waits for its predecessor."""
    outcome_timeout: Seconds = 86400.0
    """Time from the date of a command that the device holds to the verdict (E30) that its outcome will not come."""
    firmware_time: Seconds = 60.0
    """Time from 11.1 or 11.4 until the image has reached hub and device."""
    throttle_after: int | None = None
    """Alerts of one device and code within ``throttle_window`` that pass; later ones are counted, and the last of
    them is sent, with their number, when the window ends. None: all pass."""
    throttle_window: Seconds = 60.0
    """Length of the window of ``throttle_after``."""

    # --- delivery to Users ---
    delivery_timeout: Seconds = 10.0
    """Real seconds one attempt may take; the public client validates before it answers."""
    delivery_retries: tuple[Seconds, ...] = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 180.0)
    """Waits before the 2nd, 3rd… attempt; after the last the message is held."""
    held_after: Seconds = 172800.0
    """Seconds that a held message is kept for re-delivery when the endpoint is back (two days)."""
    outbox_bytes: int = 16 * 1024 * 1024
    """Bodies of waiting messages kept in memory; beyond that they are read from the journal when delivered."""

    # --- the journal ---
    snapshot_after: int = 50_000
    """Journal entries after which the state is stored beside the journal again: while it runs, at start and stop; 0:
    never."""
