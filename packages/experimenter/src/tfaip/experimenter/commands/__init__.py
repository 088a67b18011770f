"""The command lines that rows mean.

In: the rows of a sheet, and options such as `--python`.
Out: a plan, which names the command line and the folder of each run.
"""
