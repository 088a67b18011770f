"""What a run does beside its steps, one action a file."""
