"""The public names of the package: one line each, for type checkers and for `public_names`."""

from tfaip.trainer.recorders.base import RecordedRun as RecordedRun
from tfaip.trainer.recorders.base import Recorder as Recorder
from tfaip.trainer.recorders.base import RecorderParams as RecorderParams
from tfaip.trainer.recorders.mlflow import MLflowParams as MLflowParams
from tfaip.trainer.recorders.offered import RECORDERS as RECORDERS
from tfaip.trainer.recorders.tensorboard import TensorBoardParams as TensorBoardParams
from tfaip.trainer.recorders.wandb import WandbParams as WandbParams
