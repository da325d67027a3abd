"""The rules: arguments in, decision out; no clock, no database."""
