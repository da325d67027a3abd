"""Whole stretches of the county's life, with things going wrong."""
