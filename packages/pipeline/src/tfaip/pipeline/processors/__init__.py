"""Processors that many scenarios need.

In come samples; out go the samples that are of use. They load when you ask for them: help does without.
"""

from tfaip.params.public_names import public_names

__getattr__, __dir__, __all__ = public_names(__name__)
