"""The way of a command: planned, built, protected, dispatched; the device's response taken and what follows it."""
