"""Tables, queries and actions on a real PostgreSQL."""
