"""Input of a request to the self-service pages: fields and files of a form, cookies, the client certificate."""

from __future__ import annotations

import re
from collections.abc import Mapping

from aiohttp import web

from stubs.recording import recordable
from stubs.ssi.pages import Upload

LARGEST_FORM = 16 * 1024
LARGEST_UPLOAD = 600 * 1024
_OWN_PATH = re.compile(r"\A/(?![/\\])[\x21-\x5b\x5d-\x7e]*\Z")


async def form_fields(request: web.Request) -> Mapping[str, str]:
    """Text fields of a posted form; anything else, files included, is left out."""
    return (await posted_form(request))[0]


async def posted_form(request: web.Request) -> tuple[dict[str, str], dict[str, Upload]]:
    """Text fields and files of a posted form; several values of a name are joined by spaces."""
    fields: dict[str, str] = {}
    files: dict[str, Upload] = {}
    kind = request.content_type
    if kind not in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        return fields, files
    if kind != "multipart/form-data" and (request.content_length or 0) > LARGEST_FORM:
        raise web.HTTPRequestEntityTooLarge(LARGEST_FORM, request.content_length or 0)
    try:
        posted = await request.post()
    except (LookupError, ValueError):
        return fields, files  # a charset nobody knows, octets that are none of it, parts that are none
    for given, value in posted.items():
        name = recordable(given)
        if isinstance(value, web.FileField):
            files[name] = Upload(recordable(value.filename), value.file.read())
        elif isinstance(value, str):
            text = recordable(value)
            fields[name] = f"{fields[name]} {text}" if name in fields else text
    return fields, files


def own_path(text: str) -> str:
    """``text`` if it is a path on this site; so a sign-in never leads elsewhere."""
    return text if len(text) <= 500 and _OWN_PATH.match(text) else ""


def set_cookie(response: web.Response, name: str, value: str) -> None:
    """Set a cookie that no script reads and no other site sends."""
    response.set_cookie(name, value, path="/", secure=True, httponly=True, samesite="Strict")


def certified(request: web.Request) -> str:
    """Common name of the client certificate that the connection was opened with; empty: none."""
    certificate = (request.transport.get_extra_info("peercert") if request.transport else None) or {}
    parts = (part for group in certificate.get("subject", ()) for part in group)
    return next((str(value) for name, value in parts if name == "commonName"), "")
