"""Executors: they run the jobs of the queue.

In: a job (words, slot, file for the console output).
Out: how it stands and how it ended, also after a restart of the queue.
"""
