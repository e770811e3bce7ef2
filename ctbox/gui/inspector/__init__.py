"""The five pictures of a slice, its measures, and the list of its boxes."""
