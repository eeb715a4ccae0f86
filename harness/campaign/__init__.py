"""A campaign over weeks: party, roles, builds, runs, issues, deviations, criteria, dates.

A campaign is a folder: ``campaign.toml`` and ``issues/*.toml`` are written by people (or by a command they called),
``runs/`` holds run folders. Everything computed is computed anew and never written into those files. Knows the User
Entry Process, evidence and verdicts; must not know how a report looks.
"""
