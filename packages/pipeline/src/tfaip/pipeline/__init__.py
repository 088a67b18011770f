"""Sample processors in pure Python, run in parallel processes."""
