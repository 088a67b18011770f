"""The sheet of results.

In: the queue and the folders of its runs.
Out: a sheet in the workbook; each other part of the file stays the same.
"""
