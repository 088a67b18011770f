"""A scenario whose graph trains by teacher forcing and predicts by decoding: sequences of tokens by a hidden rule."""
