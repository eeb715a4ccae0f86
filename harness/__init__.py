"""What a tester runs: drives the party's system, judges what is seen on the wire, reports. Enters stubs by five doors."""

__version__ = "0.1.0"
