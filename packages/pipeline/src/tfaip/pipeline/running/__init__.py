"""Running: a named pipeline becomes an iterator.

In come the data, the parameters of generator and pipeline, and a mode; out go batches or samples, one after the other.
"""
