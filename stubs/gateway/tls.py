"""TLS of the web services and of deliveries, from the files settings name."""

from __future__ import annotations

import ssl

from stubs.settings import DeliveryTls, Tls
from stubs.wire.errors import InputError


def server_tls(tls: Tls | None) -> ssl.SSLContext | None:
    """HTTPS as settings say. Raises: InputError: a file cannot be read or does not fit."""
    if tls is None:
        return None
    try:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(tls.certificate, tls.key)
        if tls.ca:
            context.load_verify_locations(tls.ca)
            context.verify_mode = ssl.CERT_REQUIRED
            context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    except (OSError, ssl.SSLError) as error:
        raise InputError(f"cannot set up TLS: {error}", mend="Check certificate, key and ca of [dcc.tls].") from error
    return context


def delivery_tls(tls: DeliveryTls | None) -> ssl.SSLContext | None:
    """Return the TLS context for deliveries to ``https``. Raises: InputError: as ``server_tls``."""
    if tls is None:
        return None
    try:
        context = ssl.create_default_context(cafile=tls.ca)
        if tls.certificate:
            context.load_cert_chain(tls.certificate, tls.key)
    except (OSError, ssl.SSLError) as error:
        raise InputError(f"cannot set up TLS for deliveries: {error}", mend="Check [dcc.delivery_tls].") from error
    return context
