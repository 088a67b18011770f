"""Tests of exact resuming.

In: a training.
Out: whether it leaves the same after it was killed and resumed.
"""
