"""Load rehearsals: a simulated fleet sends the Party signed responses and alerts at a planned rate; what is measured.

``plan`` says what is due when, ``dispatch`` what to do next, ``measure`` what became of it, ``limits`` whether that is
good enough: pure, with time handed in. ``sender`` posts, ``senders`` are several of them, ``receiving`` is the
reference receiver and two broken ones, ``asking`` drives the Party's client meanwhile, ``collect`` reads what the Party
processed. ``run`` puts these together and keeps everything in a journal, from which ``measured`` computes the result,
``reporting`` writes it, and ``judging`` reaches the verdict again.
"""
