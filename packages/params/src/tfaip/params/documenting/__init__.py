"""Documents about params classes.

In: a params class.
Out: the JSON Schema of its files, and the reference of its arguments.
"""
