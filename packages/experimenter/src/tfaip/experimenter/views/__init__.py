"""Views of the queue.

In: the entries of the queue and the progress of their runs.
Out: a live table, lines, a status as text or JSON.
"""
