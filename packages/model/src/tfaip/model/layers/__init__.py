"""Layers that many graphs are made of, each with parameters for the command line.

In: parameters of layers.
Out: Keras layers.

Only parameters are named here, so that params modules can import them without TensorFlow; `params.create(name)` makes
the layer.
"""

from tfaip.model.layers.attention_params import AttentionParams
from tfaip.model.layers.beam_search_params import BeamSearchParams
from tfaip.model.layers.conv_stack_params import ConvStackParams
from tfaip.model.layers.dense_stack_params import DenseStackParams
from tfaip.model.layers.recurrent_stack_params import RecurrentStackParams

__all__ = ["AttentionParams", "BeamSearchParams", "ConvStackParams", "DenseStackParams", "RecurrentStackParams"]
