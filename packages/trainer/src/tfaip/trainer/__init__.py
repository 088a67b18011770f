"""A fast compiled training loop with exact resume."""
