"""The stages of a training: parts of one run with other data, epochs, early stopping or learning rate.

In: the parameters of a run, with the differences of each stage.
Out: the parameters of each stage, and one learning-rate schedule over all of them.
"""

from tfaip.trainer.stages.params import StageParams

__all__ = ["StageParams"]
