"""Front processes: they share the port of the web services and do what needs no state; one core decides.

A front speaks HTTP and TLS, reads and inflates bodies, parses, holds against the schema, and verifies signatures. What
it finds in order it hands to the core as a value (``messages``, over a socket pair that nobody else can open); all else
it hands on as it came, so that the core refuses it as it does alone. The core decides in the order in which requests
reach it, records, signs, and answers when that is durable. A front keeps nothing: one that dies is started again.
"""
