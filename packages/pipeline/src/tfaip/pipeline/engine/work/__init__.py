"""The work on samples, in whatever process.

In comes a portion: indices to read, or samples; out go the samples, or packed rows, that the processors made of it.
"""
