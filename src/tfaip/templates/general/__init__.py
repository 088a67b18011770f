"""A scenario with a generator of its own."""
