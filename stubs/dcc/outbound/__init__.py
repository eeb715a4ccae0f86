"""What leaves for Users: messages, their signatures, responses, DCC alerts and device alerts."""
