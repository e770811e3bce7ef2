"""One use case a file; no Qt."""
