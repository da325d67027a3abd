"""Slow, obvious restatements of the rules, to compare the real ones with."""
