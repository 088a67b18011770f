"""Records for TensorBoard: images, histograms, scalars, curves and matrices.

In: tensors of layers, models and metrics. Out: summaries of the last batch of an epoch.
"""

from tfaip.params.public_names import public_names

__getattr__, __dir__, __all__ = public_names(__name__)
