"""A history lived again, day by day, in a database of its own."""
