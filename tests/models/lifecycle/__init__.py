"""The parts of the lifecycle machine: what it sees, what must always hold, what it expects of the clocks."""
