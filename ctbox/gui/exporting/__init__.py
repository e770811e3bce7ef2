"""Exports in the window."""
