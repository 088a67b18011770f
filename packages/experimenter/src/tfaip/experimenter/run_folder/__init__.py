"""The folder of a run, read within bounds.

In: the folder, in which a run may write anything.
Out: metrics and progress, last lines, and whether there is a checkpoint.
"""
