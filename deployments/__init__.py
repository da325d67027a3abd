"""When and where: schedules, the command line, the embedded default, county packs."""
