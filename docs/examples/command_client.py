"""Example client for the command driver:  uept rehearse --driver "command:python3 command_client.py"

The harness starts this program once per action, writes the action to its standard input (action.schema.json) and
reads the outcome from its standard output (outcome.schema.json). HEAD_END is the address of your own system."""
import json
import os
import sys
import time
import urllib.error
import urllib.request

def head_end(path, order=None):
    """One call into the party's own system; its answer as a dictionary."""
    if "HEAD_END" not in os.environ: sys.exit("set HEAD_END to the address of your system")
    data = None if order is None else json.dumps(order).encode()
    request = urllib.request.Request(os.environ["HEAD_END"] + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def perform(action):
    if action["kind"] != "send":  # alerts, SSI pages: say so, and the scenario is not run rather than failed
        return {"status": "unsupported", "detail": f"this client cannot {action['kind']}"}
    order = {name: action[name] for name in ("user", "role", "service", "target", "parameters")}
    number = head_end("/orders", order)["number"]
    until = time.monotonic() + action["deadline"]
    while time.monotonic() < until:
        order = head_end(f"/orders/{number}")
        if order["state"] != "open":  # "done", "refused" or "failed", as your system concluded
            return {"status": order["state"], "response_code": order["code"], "request_id": order["request_id"],
                    "values": order["values"], "messages_processed": order["messages"]}
        time.sleep(0.2)
    return {"status": "timeout", "detail": "the head end still waits for the DCC"}


asked = json.load(sys.stdin)
try:
    json.dump({"action": asked["id"], **perform(asked)}, sys.stdout)
except (urllib.error.URLError, TimeoutError) as error:
    sys.exit(f"the head end at {os.environ['HEAD_END']} cannot be reached: {error}")
