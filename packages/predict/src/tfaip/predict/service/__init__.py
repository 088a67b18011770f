"""Services: single samples of many threads.

In: one sample of each caller.
Out: this sample with its outputs; samples that wait at the same time are one batch.
"""
