"""The way of a request: received, validated, authorised, executed. Top to bottom in ``request_pipeline``."""
