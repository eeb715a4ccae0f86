"""Service requests: received, validated, authorised, executed. Top to bottom in ``request_pipeline``."""
