"""Folders that are there whole or not at all, that one process writes, and that hold all they name.

In: the path of a folder.
Out: a folder beside it to write to, a lock, or the links that lead out of it.

Internal API between the packages.
"""
