"""The reports of a load rehearsal, from its result alone: page with plots, JSON, JUnit."""
