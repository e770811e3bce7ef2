"""The lesions of the shown series, the confidence that chooses among them, and the counts."""
