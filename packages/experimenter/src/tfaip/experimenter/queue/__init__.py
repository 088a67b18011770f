"""The queue of runs: its state on disk, and the scheduler that works through it."""
