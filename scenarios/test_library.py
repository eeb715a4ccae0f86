"""Binds every feature file to pytest; the plugin ``harness.engine.plugin`` plans and runs them."""

from pytest_bdd import scenarios

scenarios("features")
