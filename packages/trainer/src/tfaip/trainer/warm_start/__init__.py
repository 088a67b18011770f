"""The start of a training from weights that were trained before.

In: a bundle, a checkpoint or a file of weights, and rules that map names.
Out: a model with these weights.
"""

from tfaip.trainer.warm_start.params import WarmstartParams

__all__ = ["WarmstartParams"]
