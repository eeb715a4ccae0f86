"""Sources of messages for ``uept gbcs``: hexadecimal text, files of it, binary files, DUIS documents, bundles."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from harness.cli.documents import read
from harness.evidence.archive import unpack
from harness.evidence.bundle import JOURNAL, MANIFEST, read_journal
from harness.evidence.certificates import public_keys
from stubs.wire.errors import InputError, PeerError
from stubs.wire.gbcs import Group
from stubs.wire.gbcs.view import Commands, ViewKeys
from stubs.wire.xml import local_name, parse, text_of

_HEX = re.compile(r"\A(?:\s*[0-9A-Fa-f]{2})+\s*\Z")
_LONGEST_PATH = 255
_XML_STARTS = (b"<", b"\xef\xbb\xbf<")
_ZIP_START = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Found:
    """One GBCS message and where it was.

    Args:
        name: the argument, or the file within a bundle.
        data: the bytes of the message.
        srv: service reference variant of the document around it; empty when there is none.
        command: GROUP of the command it answers, when that was found too.
        keys: the public certificates of the bundle it is in.
    """

    name: str
    data: bytes
    srv: str = ""
    command: Group | None = None
    keys: ViewKeys | None = None


def find(argument: str) -> tuple[Found, ...]:
    """Every GBCS message of one argument; a bundle may hold none.

    Raises: InputError: it cannot be read, or holds no message; PeerError: XML or a bundle that is broken.
    """
    if _HEX.match(argument) and (len(argument) > _LONGEST_PATH or not Path(argument).exists()):
        return (Found("hex", bytes.fromhex(argument)),)
    if len(argument) > _LONGEST_PATH:
        raise InputError("not hexadecimal text", mend="Give pairs of 0-9 and A-F, or a file's path")
    data = read(Path(argument))
    if data.startswith(_ZIP_START):
        return tuple(_in_bundle(data))
    if data.lstrip().startswith(_XML_STARTS):
        found = tuple(_in_document(data, argument))
        if not found:
            raise InputError(f"{argument} holds no GBCSPayload", mend="An acknowledgement or an error carries none")
        return found[:1]
    return (Found(argument, _unwrapped(data)),)


def service_of(document: bytes) -> str:
    """The service reference variant a DUIS document names; empty when it names none. Raises: PeerError: not XML."""
    found = (element for element in parse(document).iter("{*}ServiceReferenceVariant"))
    return next((text_of(element).strip() for element in found), "")


def _unwrapped(data: bytes) -> bytes:
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError:
        return data
    return bytes.fromhex(text) if _HEX.match(text) else data


def _in_document(data: bytes, name: str) -> Iterator[Found]:
    root, srv = parse(data), service_of(data)
    for element in root.iter("{*}*"):
        if local_name(element) == "GBCSPayload" and element.text:
            try:
                yield Found(name, b64decode(element.text, validate=True), srv)
            except NotBase64 as error:
                raise PeerError("GBCSPayload is not base64", where=name, got=element.text[:40]) from error


def _in_bundle(data: bytes) -> Iterator[Found]:
    files = unpack(data)
    if MANIFEST not in files:
        raise PeerError("not a bundle", expected=f"a file {MANIFEST}", got=f"{len(files)} other files")
    keys = public_keys(read_journal(data)) if JOURNAL in files else None
    for name, body in sorted(files.items()):
        if name.startswith("messages/"):
            yield from (replace(found, keys=keys) for found in _in_message(name, body))


def _in_message(name: str, body: bytes) -> Iterator[Found]:
    if name.endswith(".gbcs"):
        yield Found(name, body)
        return
    try:
        yield from _in_document(body, name)
    except PeerError:
        return  # what a party sent need not be XML; the bundle keeps it all the same


def with_commands(found: Iterable[Found]) -> tuple[Found, ...]:
    """The same messages, answers with the commands they answer where those are among them."""
    kept = tuple(found)
    commands = Commands(one.data for one in kept)
    return tuple(replace(one, command=commands.answered_by(one.data)) for one in kept)
