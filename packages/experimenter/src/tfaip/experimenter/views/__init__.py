"""What is seen of a queue: live, once, as lines, as JSON."""
