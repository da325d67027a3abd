"""The tables, one file a family."""
