"""Playwright's traces without the secrets that were typed: what goes into evidence is read by others."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence

_REDACTED = b"redacted"


def without_secrets(trace: bytes, secrets: Sequence[str]) -> bytes:
    """Return the trace with each secret replaced in all its texts, in plain and in JSON form."""
    wanted = sorted({form for one in secrets if one for form in _forms(one)}, key=len, reverse=True)
    if not wanted:
        return trace
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(trace)) as before, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after:
        for entry in before.infolist():
            body = before.read(entry)
            for form in wanted:
                body = body.replace(form, _REDACTED)
            after.writestr(entry.filename, body)
    return made.getvalue()


def _forms(secret: str) -> tuple[bytes, ...]:
    from urllib.parse import quote, quote_plus  # noqa: PLC0415 - rarely wanted

    return (
        secret.encode(),
        json.dumps(secret)[1:-1].encode(),
        json.dumps(secret, ensure_ascii=False)[1:-1].encode(),
        quote(secret).encode(),
        quote_plus(secret).encode(),
    )
