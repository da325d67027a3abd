"""In what order: one file a job."""
