"""Params that are being put together.

In: a params class and its default, values of config files, words of the command line.
Out: a tree of nodes, and of it the instances, checked.
"""
