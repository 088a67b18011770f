"""Ways of putting samples together to batches."""
