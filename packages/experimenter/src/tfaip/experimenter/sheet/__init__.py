"""The sheet of runs.

In: the cells of the first visible sheet.
Out: one row for each run, with the words of its columns; mistakes name their cells.
"""
