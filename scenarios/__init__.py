"""Scenarios: feature files a test manager can read, thin steps, and the texts a person is asked with."""
