"""Synthetic chest CT in the collection's own layout."""
