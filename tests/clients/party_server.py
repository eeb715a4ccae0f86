"""A party's system as a program of its own: takes actions over HTTP, talks to the DCC by itself. For tests.

    python party_server.py PKI_FOLDER STATE_FOLDER USER_EUI ACB_EUI SMKI_URL

Prints one JSON line: where it takes actions, where it takes orders as the example client of the documentation gives
them, and where it receives responses. Of the run it knows what actions carry and the address of the SMKI repository, as
any party's system would; the addresses of the web services come with each action, or once by ``PUT /urls``.
"""

from __future__ import annotations

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec

from harness.drivers import Action, DriverContext, Outcome, UserIdentity
from harness.drivers.reference import ReferenceDriver
from stubs.clock import SystemClock


def main() -> None:
    pki, state, user, acb, smki = sys.argv[1:6]
    client = ReferenceDriver()
    client.start(
        DriverContext(
            pki=Path(pki),
            users=(UserIdentity(user, ("IS",)),),
            urls={"smki": smki},
            state_dir=Path(state),
            now=SystemClock().now,
            acb=acb,
        )
    )

    urls: dict[str, str] = {}
    orders: list[Outcome] = []

    class Acts(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self._content()
            if self.path == "/act":
                action = msgspec.convert(content["action"], Action)
                self._answer(client.perform(msgspec.structs.replace(action, urls={**urls, **action.urls})))
            else:
                orders.append(client.perform(msgspec.convert({"id": "order", "urls": urls, **content}, Action)))
                self._answer({"number": len(orders)})

        def do_GET(self) -> None:
            outcome = orders[int(self.path.rpartition("/")[2]) - 1]
            seen = {"code": outcome.response_code, "messages": outcome.messages_processed, "state": outcome.status}
            self._answer({**seen, "request_id": outcome.request_id, "values": outcome.values})

        def do_PUT(self) -> None:
            urls.update(self._content())
            self._answer(urls)

        def _content(self) -> dict[str, Any]:
            content: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            return content

        def _answer(self, what: object) -> None:
            body = msgspec.json.encode(what)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Acts)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    where = {"act": f"{base}/act", "head_end": base, "receive": client.receive_url}
    sys.stdout.write(json.dumps(where) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.shutdown()
    client.close()


if __name__ == "__main__":
    main()
