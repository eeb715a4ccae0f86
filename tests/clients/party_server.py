"""A party's system as a program of its own: takes actions over HTTP, talks to the DCC by itself. For tests.

    python party_server.py PKI_FOLDER STATE_FOLDER USER_EUI ACB_EUI SMKI_URL

Prints one JSON line: where it takes actions and where it receives responses. Of the run it knows what actions carry
and the address of the SMKI repository, as any party's system would.
"""

from __future__ import annotations

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec

from harness.drivers import Action, DriverContext, UserIdentity
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

    class Acts(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            envelope = json.loads(self.rfile.read(length))
            outcome = client.perform(msgspec.convert(envelope["action"], Action))
            body = msgspec.json.encode(outcome)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Acts)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    where = {"act": f"http://127.0.0.1:{server.server_port}/act", "receive": client.receive_url}
    sys.stdout.write(json.dumps(where) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.shutdown()
    client.close()


if __name__ == "__main__":
    main()
