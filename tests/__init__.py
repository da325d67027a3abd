"""Everything the project promises, as behaviour."""
