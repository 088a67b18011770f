"""Executors: where runs are really run."""
