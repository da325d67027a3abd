"""One unit of work each: one retry, one commit."""
