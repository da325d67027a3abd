"""The embedded default, real Prefect servers, the owner process."""
