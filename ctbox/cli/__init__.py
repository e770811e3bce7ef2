"""The `ctbox` command: parses words, calls workflows, prints."""
