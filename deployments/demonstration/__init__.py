"""The demonstration county: invented people who live through days, by the same actions real ones use."""
