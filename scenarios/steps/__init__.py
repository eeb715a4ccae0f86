"""Thin steps, grouped by subject: one call each on the world; checks decide."""
