"""The public names of the package: one line each, for type checkers and for `public_names`."""

from tfaip.model import DeviceConfigParams as DeviceConfigParams
from tfaip.model import TrainerPipelineParams as TrainerPipelineParams
from tfaip.model import TrainerPipelineParamsBase as TrainerPipelineParamsBase
from tfaip.trainer.early_stopping.params import EarlyStoppingParams as EarlyStoppingParams
from tfaip.trainer.errors import CallbackError as CallbackError
from tfaip.trainer.errors import CheckpointError as CheckpointError
from tfaip.trainer.errors import ConcurrentTrainingError as ConcurrentTrainingError
from tfaip.trainer.errors import EpochSizeError as EpochSizeError
from tfaip.trainer.errors import RecorderError as RecorderError
from tfaip.trainer.errors import RunFolderError as RunFolderError
from tfaip.trainer.errors import StageError as StageError
from tfaip.trainer.errors import TrainingError as TrainingError
from tfaip.trainer.errors import WarmStartError as WarmStartError
from tfaip.trainer.folder.run_folder import RunFolder as RunFolder
from tfaip.trainer.folder.stored_training import load_trainer_params as load_trainer_params
from tfaip.trainer.history import History as History
from tfaip.trainer.optimizers import *
from tfaip.trainer.params import TrainerParams as TrainerParams
from tfaip.trainer.params import TTrainerParams as TTrainerParams
from tfaip.trainer.recorders import *
from tfaip.trainer.run.actions.action import Action as Action
from tfaip.trainer.run.run_context import RunContext as RunContext
from tfaip.trainer.schedules import *
from tfaip.trainer.stages.params import StageParams as StageParams
from tfaip.trainer.trainer import Trainer as Trainer
from tfaip.trainer.warm_start.params import TWarmstartParams as TWarmstartParams
from tfaip.trainer.warm_start.params import WarmstartParams as WarmstartParams
from tfaip.trainer.warm_start.warm_starter import WarmStarter as WarmStarter
