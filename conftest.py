"""Registers the plugin and the step modules; nothing else."""

pytest_plugins = [
    "harness.engine.plugin",
    "scenarios.steps.answers",
    "scenarios.steps.devices",
    "scenarios.steps.requests",
    "scenarios.steps.self_service",
    "scenarios.steps.time",
]
