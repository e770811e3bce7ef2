"""Expert boxes in and out: the only home of lxml."""
