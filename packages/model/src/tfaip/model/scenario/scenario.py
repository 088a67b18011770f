"""The base of scenarios: the glue between data, model, evaluator and the commands."""

from __future__ import annotations

from importlib import import_module, metadata
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from tfaip.model.evaluator import Evaluator
from tfaip.model.scenario.params import ScenarioBaseParams
from tfaip.model.scenario.pipeline_params import TrainerPipelineParamsBase
from tfaip.model.type_arguments import type_argument

if TYPE_CHECKING:
    import os

    from tfaip.model.model import ModelBase
    from tfaip.pipeline import DataBase, DataGeneratorParams
    from tfaip.predict import Predictor, PredictorParams
    from tfaip.trainer import Trainer, TrainerParams

__all__ = ["ScenarioBase"]

TScenarioParams = TypeVar("TScenarioParams", bound=ScenarioBaseParams[Any, Any])
TParams = TypeVar("TParams", bound=ScenarioBaseParams[Any, Any])
TPipelineParams = TypeVar("TPipelineParams", bound=TrainerPipelineParamsBase[Any, Any])


class ScenarioBase(Generic[TScenarioParams, TPipelineParams]):
    """A task: its data, its model and its parameters.

    A scenario names its parameters by its type arguments, and little else is needed:

        class MyScenario(ScenarioBase[MyScenarioParams, MyTrainerPipelineParams]):
            pass

    Trainer, predictor and evaluator can each be replaced by a class of one's own, see the `*_cls` hooks.
    """

    def __init__(self, params: TScenarioParams) -> None:
        self.params = params
        self.data: DataBase[Any] = params.data.cls()(params.data)

    # Hooks.

    @classmethod
    def params_cls(cls) -> type[TScenarioParams]:
        """Return the class of the scenario's parameters: the first type argument."""
        return cls._type_argument(0, "parameters")

    @classmethod
    def trainer_pipeline_params_cls(cls) -> type[TPipelineParams]:
        """Return the class that says where samples come from in training: the second type argument."""
        return cls._type_argument(1, "trainer pipeline parameters")

    @classmethod
    def default_params(cls) -> TScenarioParams:
        """Return the parameters that a training starts from."""
        return cls.params_cls()()

    @classmethod
    def default_trainer_params(cls) -> TrainerParams:
        """Return the parameters that the command line of a training starts from."""
        return _upper_floor("trainer").TrainerParams(
            scenario=cls.tagged(cls.default_params()), gen=cls.trainer_pipeline_params_cls()()
        )

    @classmethod
    def default_predict_generator_params(cls) -> DataGeneratorParams:
        """Return where a prediction takes its samples from, unless told otherwise: where validation does."""
        gen = cls.trainer_pipeline_params_cls()()
        return gen.val_gen() or gen.train_gen()

    @classmethod
    def evaluator_cls(cls) -> type[Evaluator[Any]]:
        """Return the class of the evaluator."""
        return Evaluator

    @classmethod
    def trainer_cls(cls) -> type[Trainer]:
        """Return the class of the trainer."""
        return _upper_floor("trainer").Trainer

    @classmethod
    def predictor_cls(cls) -> type[Predictor]:
        """Return the class of the predictor."""
        return _upper_floor("predict").Predictor

    # What users call.

    @classmethod
    def create_trainer(cls, params: TrainerParams) -> Trainer:
        """Return a trainer; `tfaip-trainer` must be installed."""
        scenario_params = cast("TScenarioParams", params.scenario)
        return cls.trainer_cls()(params, cls(cls.tagged(scenario_params)))

    @classmethod
    def create_predictor(cls, path: str | os.PathLike[str], params: PredictorParams) -> Predictor:
        """Return a predictor of the bundle at `path`; `tfaip-predict` must be installed."""
        return cls.predictor_cls().from_path(path, params, trust=(cls.__module__.partition(".")[0],))

    @classmethod
    def create_evaluator(cls, params: Any) -> Evaluator[Any]:
        """Return an evaluator."""
        return cls.evaluator_cls()(params)

    def create_model(self) -> ModelBase[Any]:
        """Return the model of the scenario's parameters."""
        return self.params.model.create()

    @classmethod
    def tag(cls) -> str:
        """Return `module:Class`, the name under which stored parameters know the scenario."""
        return f"{cls.__module__}:{cls.__qualname__}"

    @classmethod
    def tagged(cls, params: TParams) -> TParams:
        """Write the scenario's tag and version into `params`, so that their file tells whose they are."""
        params.scenario = cls.tag()
        params.tfaip_version = metadata.version("tfaip-model")
        return params

    @classmethod
    def _type_argument(cls, position: int, what: str) -> Any:
        argument = type_argument(cls, position)
        if argument is not None:
            return argument
        raise TypeError(
            f"{cls.__qualname__} must name its {what}: "
            f"`class {cls.__name__}(ScenarioBase[MyScenarioParams, MyTrainerPipelineParams])`"
        )


def _upper_floor(package: str) -> Any:
    """Load a package that stands on this one, or say how to install it."""
    try:
        return import_module(f"tfaip.{package}")
    except ModuleNotFoundError as error:
        if error.name != f"tfaip.{package}":
            raise
        raise ModuleNotFoundError(
            f"this needs the package tfaip-{package}: pip install tfaip-{package}", name=error.name
        ) from None
