"""The reader's own boxes in the window: drawing, changing, proposing, saving, recovering."""
