"""Reports of a run: one model, then HTML, JSON, JUnit and CSV; templates beside them.

Readers of the journal only: every total is counted from it. Nothing here judges.
"""
