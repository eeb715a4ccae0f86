"""The harness that a tester runs: drives the party's system, judges its traffic on the wire, reports."""

__version__ = "0.1.0"
