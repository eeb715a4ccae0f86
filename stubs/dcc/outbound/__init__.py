"""Messages to Users: their signatures, responses, DCC alerts and device alerts."""
