"""Reviewing series one after the other: the queue, its panel and its commands."""
