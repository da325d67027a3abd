"""County packs: reading, checking, and the days their calendars mean."""
