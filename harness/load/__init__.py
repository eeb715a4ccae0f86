"""Load rehearsals: a simulated fleet sends the Party signed responses and alerts at a planned rate; what is measured.

``plan`` says what is due when, ``dispatch`` what to do next, ``measure`` what became of it, ``limits`` whether that is
good enough: pure, with time handed in. ``sender`` posts, ``receiving`` is the reference receiver and two broken ones,
``evidence`` keeps everything in a journal, from which ``judging`` reaches the verdict again.
"""
