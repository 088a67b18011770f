"""The former place of the parameters of all layers, which the tags of older files name."""

from tfaip.model.layers.conv_stack_params import ConvStackParams
from tfaip.model.layers.dense_stack_params import DenseStackParams
from tfaip.model.layers.recurrent_stack_params import RecurrentStackParams
from tfaip.model.layers.stage_params import StageParams

__all__ = ["ConvStackParams", "DenseStackParams", "RecurrentStackParams", "StageParams"]
