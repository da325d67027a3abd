"""Measures the product against the least that could do the same: `python -m tests.bench`."""
