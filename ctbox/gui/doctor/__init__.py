"""The dataset doctor in the window."""
