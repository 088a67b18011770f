"""Load and validate: losses, metrics and the evaluator's figures of trained models on data sets."""

from tfaip.predict.lav.callback import LAVCallback
from tfaip.predict.lav.lav import LAV
from tfaip.predict.lav.multi_lav import MultiLAV
from tfaip.predict.lav.params import LAVParams, MultiLAVParams
from tfaip.predict.lav.result import LAVResult

__all__ = ["LAV", "LAVCallback", "LAVParams", "LAVResult", "MultiLAV", "MultiLAVParams"]
