"""Exchanges on disc, digest manifest, signature, bundle: evidence that another person can check again, offline.

Knows journals and files; must not know how verdicts are reached or how a report looks.
"""
