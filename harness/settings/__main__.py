"""``python -m harness.settings``: the published schema of the run file."""

import sys

import msgspec

from harness.settings.model import json_schema

sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(json_schema()), indent=2) + b"\n")
