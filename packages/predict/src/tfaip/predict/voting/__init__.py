"""Prediction with several models, which vote.

In: bundles of one scenario, and a voter.
Out: one sample for the outputs of all models.
"""

from tfaip.params.public_names import public_names

__getattr__, __dir__, __all__ = public_names(__name__)
