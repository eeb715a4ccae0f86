"""Several workers at a time: each a process with its own simulated DCC and driver; one run comes of it.

``division`` divides the plan, ``worker`` is the process, ``messages`` is what the two exchange. ``worker_process``
starts and stops a worker, ``parallel_run`` shows the progress of all, ``journal_merge`` makes one journal of theirs.
Readers of runs (results, reports, judge) do not import this package: a merged journal is a journal.
"""
