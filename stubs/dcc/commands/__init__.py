"""Commands to devices: planned, built, protected, dispatched; the device's response and its effects."""
