"""The scenario of the tutorial: all of its parts together."""

from examples.tutorial.min.params import TutorialScenarioParams, TutorialTrainerPipelineParams
from tfaip.model import ScenarioBase


class TutorialScenario(ScenarioBase[TutorialScenarioParams, TutorialTrainerPipelineParams]):
    """Handwritten digits."""

    @classmethod
    def default_trainer_params(cls):
        """Return the parameters that the command line starts from."""
        params = super().default_trainer_params()
        params.epochs = 10
        # Falling rates let the last epochs settle: without, the accuracy still jumps by a percent from one to the next.
        params.learning_rate.learning_circle = 1
        params.learning_rate.lr_decay_rate = 0.8
        # A network this small gains nothing from several threads in one operation, and loses by their coordination.
        params.device.intra_op_threads = 1
        return params
