"""Questions to the database: functions that return statements or rows."""
