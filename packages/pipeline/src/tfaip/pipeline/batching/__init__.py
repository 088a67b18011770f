"""Batching: samples become the arrays of a batch.

In come samples and the specs of the data; out go rows, checked and converted, and batches of them, padded.
"""
