"""How it is said: text and channels."""
