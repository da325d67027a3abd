"""The only writers: each takes a session and `now`, none commits."""
