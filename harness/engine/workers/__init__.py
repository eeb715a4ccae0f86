"""Several workers at a time: each a process with its own simulated DCC and driver; their records become one run.

``division`` divides the plan into shares, ``share`` runs one on whichever machine it is called. ``share_runner`` runs
them behind one interface, an executor: processes of this machine, or a Dask cluster (``cluster``). ``worker`` is the
process, ``worker_process`` starts and stops it, ``messages`` is what is exchanged. ``parallel_run`` shows the progress
of all and runs again what was lost, ``journal_merge`` makes one journal of theirs.
Readers of runs (results, reports, judge) do not import this package: a merged journal is a journal.
"""
