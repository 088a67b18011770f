"""The folder of a run.

In: parameters, variables and the place in the data. Out: files that a kill leaves whole, and all that a resumed run
starts from. `RunFolder` knows the paths and keeps other processes out; `Checkpoints` writes and reads checkpoints.
"""
