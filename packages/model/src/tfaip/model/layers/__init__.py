"""Layers that many graphs are made of, each with parameters for the command line.

Only parameters are named here, so that params modules can import them without TensorFlow; `params.create(name)` makes
the layer.
"""

from tfaip.model.layers.params import ConvStackParams, DenseStackParams, RecurrentStackParams

__all__ = ["ConvStackParams", "DenseStackParams", "RecurrentStackParams"]
