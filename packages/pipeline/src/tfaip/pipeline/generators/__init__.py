"""Generators for sources that many scenarios have.

In come files of samples, or samples in memory; out go the samples. They load when you ask for them: help does without.
"""

from tfaip.params.public_names import public_names

__getattr__, __dir__, __all__ = public_names(__name__)
