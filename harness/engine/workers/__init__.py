"""Several workers at a time: each a process with its own simulated DCC and driver; one run comes of it.

``division`` shares the plan out, ``worker`` is the process, ``messages`` what the two sides tell one another, ``crew``
starts and stops workers, ``joint`` shows their progress as one, ``joining`` makes one journal of theirs. What reads
runs (results, reports, judge) knows nothing of this room: a joined journal is a journal.
"""
