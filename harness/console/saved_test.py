"""A message as a test file of the party's own suite: the exact bytes, posted again, and the answer that came."""

from __future__ import annotations

import base64
import textwrap

_TEMPLATE = '''"""Entry {seq} of a simulated DCC's journal: {label}.

Saved from the live page of uept-harness; run it with pytest. The address is that of the simulated DCC, or UEPT_URL.
A request whose RequestID was used before is refused: give the message a fresh counter and sign it again to repeat it.
"""

import base64
import os
import urllib.error
import urllib.request

URL = os.environ.get("UEPT_URL", {address!r})
MESSAGE = base64.b64decode(
    """
{body}
    """
)


def post(body: bytes) -> tuple[int, bytes]:
    request = urllib.request.Request(URL, data=body, headers={{"Content-Type": "application/xml"}}, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_entry_{seq}() -> None:
    status, answer = post(MESSAGE)
    assert status == {status}
{code}'''


def saved_test(seq: int, label: str, address: str, body: bytes, status: int, code: str) -> str:
    """Python text.

    Args:
        seq: entry of the journal.
        label: the message in words.
        address: where it was posted.
        body: its exact bytes.
        status: HTTP status that it got.
        code: response code that it got; empty: none.
    """
    lines = textwrap.wrap(base64.b64encode(body).decode("ascii"), 96)
    told = f'    assert b">{code}<" in answer\n' if code else ""
    return _TEMPLATE.format(
        seq=seq,
        label=" ".join(label.replace("\\", "/").replace('"', "'").split()),
        address=address or "http://127.0.0.1:8079/",
        body=textwrap.indent("\n".join(lines), "    "),
        status=status,
        code=told,
    )
