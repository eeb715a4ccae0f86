"""What a tester runs: drives the party's system, judges what is seen on the wire, reports."""

__version__ = "0.1.0"
