"""The base of scenarios: the glue between data, model, evaluator and the commands."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, cast

from tfaip.model.bundle.errors import BundleError
from tfaip.model.bundle.exported_model import ExportedModel
from tfaip.model.bundle.runtime import needs_tensorflow
from tfaip.model.evaluator import Evaluator, EvaluatorParams
from tfaip.model.runtime.tensorflow_import import import_tensorflow
from tfaip.model.scenario.params import ScenarioBaseParams, TScenarioParams
from tfaip.model.scenario.pipeline_params import TTrainerPipelineParams
from tfaip.model.scenario.upper_floor import stored_scenarios, upper_floor
from tfaip.params import UserError, check, from_dict
from tfaip.params.defining.type_arguments import type_argument
from tfaip.params.trust.installed import installed_version
from tfaip.params.trust.main_module import module_name_of
from tfaip.pipeline import DataGeneratorParams
from tfaip.pipeline.hooks import Hooked, hook, is_ours, returned

if TYPE_CHECKING:
    from tfaip.model.model import ModelBase
    from tfaip.model.scenario.upper_floor import (
        LAV,
        LAVParams,
        MultiLAV,
        MultiLAVParams,
        MultiModelPredictor,
        MultiModelPredictorParams,
        Predictor,
        PredictorParams,
        Trainer,
        TrainerParams,
    )
    from tfaip.pipeline import DataBase

__all__ = ["ScenarioBase", "ScenarioDefinitionError"]

TParams = TypeVar("TParams", bound=ScenarioBaseParams[Any, Any])


class ScenarioDefinitionError(UserError, TypeError):
    """A scenario does not say what it has to."""


class ScenarioBase(Hooked, Generic[TScenarioParams, TTrainerPipelineParams]):
    """A task: its data, its model and its parameters.

    A scenario names its parameters by its type arguments, and little else is needed:

        class MyScenario(ScenarioBase[MyScenarioParams, MyTrainerPipelineParams]):
            pass

    Trainer, predictor, LAV and evaluator can each be replaced by a class of one's own, see the `*_cls` hooks. Data and
    model are named by their parameters (`cls`), which is how a bundle finds them without the scenario.

    Args:
        params: The parameters; the values that `complete_params` derives are written into them.
    """

    def __init__(self, params: TScenarioParams) -> None:
        self.params = params
        self.data: DataBase[Any] = params.data.create()
        self.complete_params()

    # Hooks, for you to override: parameters.

    @classmethod
    @hook
    def params_cls(cls) -> type[TScenarioParams]:
        """Return the class of the scenario's parameters: the first type argument."""
        return cls._type_argument(0, "parameters")

    @classmethod
    @hook
    def trainer_pipeline_params_cls(cls) -> type[TTrainerPipelineParams]:
        """Return the class that says where samples come from in training: the second type argument."""
        return cls._type_argument(1, "trainer pipeline parameters")

    @classmethod
    @hook
    def predict_generator_params_cls(cls) -> type[DataGeneratorParams]:
        """Return the class that says where samples come from in prediction: the one of the default."""
        return type(cls.predict_generator_params())

    @classmethod
    @hook
    def default_params(cls) -> TScenarioParams:
        """Return the parameters that a training starts from."""
        return cls.params_cls()()

    @classmethod
    @hook
    def default_trainer_params(cls) -> TrainerParams:
        """Return the parameters that the command line of a training starts from."""
        return upper_floor("trainer").TrainerParams(
            scenario=cls.tagged(cls._checked_default_params()),
            gen=cls._class_of("trainer_pipeline_params_cls")(),
        )

    @classmethod
    @hook
    def default_predict_generator_params(cls) -> DataGeneratorParams:
        """Return where a prediction takes its samples from, unless told otherwise.

        The validation's generator, if it is of `predict_generator_params_cls`; else an object of that class.
        """
        default = cls.default_validation_generator_params()
        if cls.predict_generator_params_cls.__func__ is ScenarioBase.predict_generator_params_cls.__func__:  # type: ignore[attr-defined]
            return default
        chosen = cls._class_of("predict_generator_params_cls")
        return default if isinstance(default, chosen) else chosen()

    @hook
    def complete_params(self) -> None:
        """Write into `self.params` what only the data knows, the size of a codec for instance; the base has nothing.

        It is called when `self.data` has been made and nothing else has: the model, its graph and the evaluator get
        the completed parameters. These are stored with a run and in a bundle, so that both can be loaded without
        asking the data again. It is called again for stored parameters, and must come to the same result then.
        """

    @classmethod
    @hook
    def complete_trainer_params(cls, params: TrainerParams) -> None:
        """Write into the parameters of a training what only its own samples know; the base has nothing.

        The names of the classes, for instance, which are the folders of the images. It is called before anything is
        made of the parameters; it may be called again, and must come to the same result then.
        """

    @classmethod
    @hook
    def resume_command(cls) -> str:
        """Return the command that goes on with a run; that of a client that has commands of its own."""
        return "tfaip-resume-training"

    # Hooks: classes.

    @classmethod
    @hook
    def evaluator_cls(cls) -> type[Evaluator[Any]]:
        """Return the class of the evaluator."""
        return Evaluator

    @classmethod
    @hook
    def trainer_cls(cls) -> type[Trainer]:
        """Return the class of the trainer."""
        return upper_floor("trainer").Trainer

    @classmethod
    @hook
    def predictor_cls(cls) -> type[Predictor]:
        """Return the class of the predictor."""
        return upper_floor("predict").Predictor

    @classmethod
    @hook
    def multi_predictor_cls(cls) -> type[MultiModelPredictor]:
        """Return the class that predicts with several bundles and lets them vote."""
        return upper_floor("predict").MultiModelPredictor

    @classmethod
    @hook
    def lav_cls(cls) -> type[LAV]:
        """Return the class that loads and validates a bundle."""
        return upper_floor("predict").LAV

    @classmethod
    @hook
    def multi_lav_cls(cls) -> type[MultiLAV]:
        """Return the class that loads several bundles and validates their vote."""
        return upper_floor("predict").MultiLAV

    # Hooks: further arguments of these classes.

    @classmethod
    @hook
    def evaluator_kwargs(cls) -> dict[str, Any]:
        """Return further keyword arguments of the evaluator's class."""
        return {}

    @classmethod
    @hook
    def predictor_kwargs(cls) -> dict[str, Any]:
        """Return further keyword arguments of `from_path` or `from_paths` of the predictors' classes."""
        return {}

    @classmethod
    @hook
    def lav_kwargs(cls) -> dict[str, Any]:
        """Return further keyword arguments of `from_path` or `from_paths` of the classes that load and validate."""
        return {}

    # Hooks: objects of these classes.

    @classmethod
    @hook
    def create_trainer(cls, params: TrainerParams) -> Trainer:
        """Return a trainer; `tfaip-trainer` must be installed."""
        check(params)
        cls.complete_trainer_params(params)
        if "tensorflow" not in sys.modules:
            # A missing file is told at once. With TensorFlow loaded, the training tells it just as soon.
            params.gen.require_files(lav=params.lav_every_n > 0)
            params.warmstart.require_model()
        import_tensorflow()
        scenario_params = cast("TScenarioParams", params.scenario)
        return cls._class_of("trainer_cls")(params, cls(cls.tagged(scenario_params)))

    @classmethod
    @hook
    def create_predictor(cls, path: str | os.PathLike[str], params: PredictorParams) -> Predictor:
        """Return a predictor of the bundle at `path`; `tfaip-predict` must be installed."""
        load = cls._class_of("predictor_cls").from_path
        cls._require([path], params, load)
        return load(path, params, trust=cls._trusted(), **cls._keywords_of("predictor_kwargs"))

    @classmethod
    @hook
    def create_multi_predictor(
        cls, paths: Sequence[str | os.PathLike[str]], params: MultiModelPredictorParams
    ) -> MultiModelPredictor:
        """Return a predictor of the bundles at `paths`, which vote; `tfaip-predict` must be installed."""
        load = cls._class_of("multi_predictor_cls").from_paths
        cls._require(paths, params, load)
        return load(paths, params, trust=cls._trusted(), **cls._keywords_of("predictor_kwargs"))

    @classmethod
    @hook
    def create_lav(cls, path: str | os.PathLike[str], params: LAVParams) -> LAV:
        """Return what validates the bundle at `path`, with this scenario's model and evaluator.

        `tfaip-predict` must be installed. As for a predictor, the bundle is an argument of its own: one set of
        parameters validates many bundles.
        """
        load = cls._class_of("lav_cls").from_path
        cls._require([path], params, load)
        return load(path, params, scenario=cls, trust=cls._trusted(), **cls._keywords_of("lav_kwargs"))

    @classmethod
    @hook
    def create_multi_lav(cls, paths: Sequence[str | os.PathLike[str]], params: MultiLAVParams) -> MultiLAV:
        """Return what validates the vote of the bundles at `paths`; `tfaip-predict` must be installed."""
        load = cls._class_of("multi_lav_cls").from_paths
        cls._require(paths, params, load)
        return load(paths, params, scenario=cls, trust=cls._trusted(), **cls._keywords_of("lav_kwargs"))

    @classmethod
    @hook
    def create_evaluator(cls, params: EvaluatorParams) -> Evaluator[Any]:
        """Return an evaluator."""
        return cls._class_of("evaluator_cls")(params, **cls._keywords_of("evaluator_kwargs"))

    @hook
    def create_model(self) -> ModelBase[Any]:
        """Return the model of the scenario's parameters."""
        return self.params.model.create()

    # Hooks: events.

    @hook
    def after_export(self, exported: ExportedModel) -> None:
        """Do something with a bundle that has just been written: convert it, copy it, register it; nothing by default.

        A training calls it after each export, `tfaip-adapt-exported-model` and `tfaip-convert-exported-model` once. The
        bundle is complete with its checksums: write beside it, not into it.
        """

    # Methods that you call.

    @classmethod
    def from_path(cls, path: str | os.PathLike[str], *, trust: Iterable[str] = ()) -> Self:
        """Return the scenario of the bundle at `path`; of `ScenarioBase` itself, the one that the bundle names.

        Args:
            path: The bundle.
            trust: Packages, beside the scenario's own, whose parameter classes may be imported.

        Raises:
            BundleError: `path` is no bundle, or one of other parameters than this scenario's.
        """
        packages = (*cls._trusted(), *trust)
        stored = stored_scenarios()
        params = stored.load_scenario_params(path, trust=packages)
        if cls is ScenarioBase:
            return cast("Self", stored.find_stored_scenario(params, trust=packages, reading=[path])(params))
        if not isinstance(params, cls.params_cls()):
            raise BundleError(
                f"{cls.__qualname__} needs parameters of the class {cls.params_cls().__qualname__}, but the bundle "
                f"{path} of the scenario {params.scenario or 'unknown'} holds {type(params).__qualname__}"
            )
        return cls(params)

    @classmethod
    def from_dict(cls, data: Any, *, trust: Iterable[str] = ()) -> Self:
        """Return the scenario of parameters that `tfaip.params.to_dict` made.

        Args:
            data: The plain data; it may name a subclass of the scenario's parameters.
            trust: Packages, beside the scenario's own, whose parameter classes may be imported.

        Raises:
            LoadError: With all that is wrong with the data, each with its path.
        """
        return cls(cls.tagged(from_dict(cls.params_cls(), data, trust=(*cls._trusted(), *trust))))

    @classmethod
    def default_validation_generator_params(cls) -> DataGeneratorParams:
        """Return where the validation of a training takes its samples from, or the training where there is none."""
        gen = cls.trainer_pipeline_params_cls()()
        return gen.val_gen() or gen.train_gen()

    @classmethod
    def data_cls(cls) -> type[DataBase[Any]]:
        """Return the class of the data that the default parameters name."""
        return cls.default_params().data.cls()

    @classmethod
    def model_cls(cls) -> type[ModelBase[Any]]:
        """Return the class of the model that the default parameters name; this loads TensorFlow."""
        return cls.default_params().model.cls()

    @classmethod
    def predict_generator_params(cls) -> DataGeneratorParams:
        """Return the checked result of `default_predict_generator_params`."""
        default = cls.default_predict_generator_params()
        return returned(
            cls, "default_predict_generator_params", default, DataGeneratorParams, "parameters of a generator"
        )

    @classmethod
    def tag(cls) -> str:
        """Return `module:Class`, the name under which stored parameters know the scenario."""
        return f"{module_name_of(cls)}:{cls.__qualname__}"

    @classmethod
    def tagged(cls, params: TParams) -> TParams:
        """Write the scenario's tag and the version of tfaip-model into `params`, to tell whose they are."""
        params.scenario = cls.tag()
        params.tfaip_model_version = installed_version("tfaip-model")
        return params

    @classmethod
    def _checked_default_params(cls) -> TScenarioParams:
        default = cls.default_params()
        return returned(cls, "default_params", default, ScenarioBaseParams, "an object of the scenario's parameters")

    @classmethod
    def _class_of(cls, hook: str) -> Any:
        return returned(cls, hook, getattr(cls, hook)(), callable, "a class")

    @classmethod
    def _keywords_of(cls, hook: str) -> dict[str, Any]:
        return returned(cls, hook, getattr(cls, hook)(), Mapping, "a dict of keyword arguments")

    @classmethod
    def _require(cls, bundles: Iterable[str | os.PathLike[str]], params: Any, load: Any) -> None:
        """Refuse wrong parameters and missing bundles before TensorFlow loads, and load it if it is to run them."""
        check(params)
        # A client's own `from_path` may read something else than a folder.
        if not is_ours(load.__module__) or needs_tensorflow(bundles, params.runtime, eager=params.run_eagerly):
            import_tensorflow()

    @classmethod
    def _trusted(cls) -> tuple[str, ...]:
        """The package of a scenario that the caller named, which may hold parameters of a bundle."""
        return (module_name_of(cls).partition(".")[0],)

    @classmethod
    def _type_argument(cls, position: int, what: str) -> Any:
        argument = type_argument(cls, position, of=ScenarioBase)
        if argument is not None:
            return argument
        raise ScenarioDefinitionError(
            f"{cls.__qualname__} must name its {what}: "
            f"`class {cls.__name__}(ScenarioBase[MyScenarioParams, MyTrainerPipelineParams])`"
        )
