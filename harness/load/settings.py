"""The table ``[load]`` of the run file."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from stubs.settings import Address


class LoadSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One load rehearsal: what is sent, how fast, for how long, and what is good enough."""

    profile: Annotated[
        str, Meta(description="morning-reads, alert-storm, firmware-campaign, change-of-supplier or mixed.")
    ] = "morning-reads"
    devices: Annotated[int, Meta(ge=1, le=2**32, description="Devices of the fleet, each with keys of its own.")] = 1000
    rate: Annotated[
        float, Meta(ge=0, description="Messages a second, mean of the whole plan; 0: derived from meters.")
    ] = 0.0
    meters: Annotated[
        int, Meta(ge=0, description="Meters of the supplier from which a rate is derived when there is none.")
    ] = 0
    burst_factor: Annotated[
        float,
        Meta(ge=0, description="Rate within a burst by the mean of the day (inferred); 0: that of the catalogue."),
    ] = 0.0
    growth: Annotated[
        float,
        Meta(gt=0, description="Times as many messages as in July 2022; 5 was foretold for half-hourly settlement."),
    ] = 1.0
    minutes: Annotated[float, Meta(gt=0, description="Minutes that the plan lasts.")] = 1.0
    drain: Annotated[
        float, Meta(ge=0, description="Most seconds after the plan's end that waiting messages are still sent.")
    ] = 300.0
    user: Annotated[str, Meta(description="EUI-64 of the User that receives; default: the first of the PKI.")] = ""
    connections: Annotated[
        int, Meta(ge=1, le=4096, description="Posts under way at a time; 1 keeps the order of messages.")
    ] = 16
    timeout: Annotated[float, Meta(gt=0, description="Seconds for one post.")] = 10.0
    retries: Annotated[
        tuple[float, ...], Meta(description="Seconds before the second, third, … attempt of a message.")
    ] = (0.5, 1.0, 2.0, 5.0, 10.0)
    limits: Annotated[
        tuple[str, ...], Meta(description="What is good enough: 'p99 <= 2s', 'errors = 0', 'backlog gone within 5min'.")
    ] = ("p99 <= 2s", "errors = 0")
    allow: Annotated[
        tuple[str, ...],
        Meta(description="Hosts beyond loopback that may be loaded: names (*.example.org), addresses, networks."),
    ] = ()
    client_rate: Annotated[
        float,
        Meta(ge=0, description="Requests a second the Party's client is asked for meanwhile, through driver; 0: none."),
    ] = 0.0
    senders: Annotated[
        int, Meta(ge=1, le=256, description="Processes that send, each every n-th message of the plan.")
    ] = 1
    cluster: Annotated[
        Address, Meta(description="Scheduler of a Dask cluster whose workers send; TLS as in [cluster_tls].")
    ] = ""
    collect: Annotated[
        Address,
        Meta(
            description="Where the Party says at the end what it processed, a ResponseID a line: http(s) URL or file."
        ),
    ] = ""
    sample: Annotated[int, Meta(ge=0, description="Messages kept in full as evidence; of all others the digest.")] = 50
