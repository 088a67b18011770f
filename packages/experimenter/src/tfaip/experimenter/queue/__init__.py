"""The queue of runs.

In: a plan, slots, and an executor.
Out: each run is started once at a time, and its end is recorded in a database on the disk.
"""
