"""The slice view and its overlays."""
