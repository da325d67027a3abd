"""What it costs, against floors measured in the same run."""
