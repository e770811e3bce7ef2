"""The batch report in the window: its dialog, its results as a table, two reports compared."""
