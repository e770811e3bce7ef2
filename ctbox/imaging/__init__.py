"""Pictures computed from slices: outlines and overlays."""
