"""Rulers, angles and ellipses that a reader draws on slices."""
