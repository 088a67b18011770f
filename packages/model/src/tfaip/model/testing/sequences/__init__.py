"""A scenario whose graph trains by teacher forcing and predicts by decoding.

In: sequences of tokens.
Out: the sequences that a hidden rule makes of them.
"""
