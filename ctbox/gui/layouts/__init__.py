"""Several viewers at once: panes, what links them, crosshair, reformatted planes."""
