"""The tasks: what they make of files, without a flow around them."""
