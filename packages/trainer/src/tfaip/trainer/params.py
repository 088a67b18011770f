"""Parameters of a training."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import attrs
from attrs.validators import ge, gt, lt, optional

from tfaip.model import DeviceConfigParams, TScenarioParams, TTrainerPipelineParams
from tfaip.params import TYPE_ARGUMENT, field, params
from tfaip.trainer.early_stopping import EarlyStoppingParams
from tfaip.trainer.folder.bundle_places import BUNDLE_DIRS, placeholder_problem
from tfaip.trainer.optimizers import OPTIMIZERS, AdamParams, OptimizerParams
from tfaip.trainer.recorders import RECORDERS, RecorderParams, TensorBoardParams
from tfaip.trainer.schedules import SCHEDULES, ExponentialDecayParams, LearningRateParams
from tfaip.trainer.stages import StageParams
from tfaip.trainer.warm_start import WarmstartParams

if TYPE_CHECKING:
    from typing_extensions import TypeVar as TypeVarWithDefault

__all__ = ["TTrainerParams", "TrainerParams"]


def _first_and_end(instance: Any, attribute: attrs.Attribute[Any], value: list[int]) -> None:
    if len(value) != 2 or not 0 <= value[0] < value[1]:
        raise ValueError(f"'{attribute.name}' must be two numbers of steps, the first below the second: {value}")


def _place(instance: Any, attribute: attrs.Attribute[Any], value: Path) -> None:
    if problem := placeholder_problem(str(value), required=attribute.name == "epoch_dir"):
        raise ValueError(f"'{attribute.name}' {problem}: {value}")


@params
class TrainerParams(Generic[TScenarioParams, TTrainerPipelineParams]):
    """Parameters of a training.

    Type arguments name the classes of `scenario` and `gen`: `TrainerParams[MyScenarioParams, MyPipelineParams]`.
    Without them, any classes will do.
    """

    epochs: int = field(basic=True, default=100, validator=ge(1), help="Epochs to train")
    stages: list[StageParams] = field(
        factory=list,
        help="Stages of the training, one after the other, such as: Stage Stage; default: the whole run is one stage",
    )
    samples_per_epoch: int | None = field(
        default=None,
        former_values={-1: None},
        validator=optional(ge(1)),
        help="Samples of an epoch; default: one pass over the data",
    )
    scale_epoch_size: float = field(
        default=1.0,
        validator=gt(0),
        help="Factor of the samples per epoch; below 1 validates more often",
    )
    preload_data: bool = field(
        default=False, help="Keep the samples in memory, after all processing that is the same in each epoch"
    )
    output_dir: Path | None = field(basic=True, default=None, help="Folder of the run; without one nothing is written")
    overwrite: bool = field(basic=True, default=False, help="Replace the run that the folder holds already")
    random_seed: int | None = field(
        basic=True, default=None, help="Seed of weights, data order and dropout; default: drawn anew"
    )
    train_accum_steps: int = field(
        default=1, validator=ge(1), help="Batches per update of the weights; their gradients are averaged"
    )
    ema_decay: float = field(
        basic=True,
        default=0.0,
        validator=lt(1),
        aliases=("calc_ema",),
        help="Decay of the moving average of the weights, which is validated and exported; 0: no average, negative: "
        "chosen by the number of samples of an epoch",
    )
    class_weight: dict[int | str, float] = field(
        factory=dict,
        help="Weights of classes in the loss of the training, by index or name: 0=1 1=5; other classes weigh 1",
    )
    class_weight_target: str = field(
        default="", help="Target with the class of a sample, an index or one-hot; default: the only target"
    )
    class_weight_losses: list[str] = field(factory=list, help="Losses that the class weights weigh; default: all")
    no_train_scope: str | None = field(
        default=None,
        help="Regular expression; layers whose whole path (graph/layer/inner layer) matches are not trained, "
        "nor are those in them",
    )
    stop_on_nan: bool = field(
        default=True, help="End the training where loss or gradients are not finite, and say in which layer and samples"
    )
    log_gradients: bool = field(default=False, help="Write the mean norm of each gradient to TensorBoard")
    log_weights: bool = field(default=False, help="Write the norm of each weight to TensorBoard")
    val_every_n: int = field(default=1, validator=ge(1), help="Validate every n epochs, and after the last one")
    evaluate_validation: bool = field(
        default=False,
        help="Run the evaluator on the validation, too, which takes each sample through the post-processing",
    )
    lav_every_n: int = field(
        default=0, validator=ge(0), help="Load and validate every n epochs, and after the last one; 0: never"
    )
    lav_min_epoch: int = field(default=0, validator=ge(0), help="First epoch after which to load and validate")
    lav_silent: bool = field(default=True, help="Log no samples in words during load and validate")
    write_checkpoints: bool = field(default=True, help="Write checkpoints, to resume from")
    checkpoint_every_n_epochs: int = field(
        default=1, validator=ge(0), help="Write a checkpoint every n epochs, and after the last one; 0: only then"
    )
    checkpoint_every_n_steps: int = field(
        default=0, validator=ge(0), help="Write a checkpoint every n steps too, also within an epoch; 0: don't"
    )
    checkpoint_every_minutes: float = field(
        default=0.0, validator=ge(0), help="Write a checkpoint when the last one is this old; 0: don't"
    )
    keep_checkpoints: int = field(default=2, validator=ge(1), help="Number of checkpoints to keep, the newest")
    export_best: bool = field(default=True, former_values={None: True}, help="Export the best model so far to best_dir")
    export_final: bool = field(default=True, help="Export the last model to export_dir")
    export_every_n_epochs: int = field(
        default=0, validator=ge(0), help="Export the model of every n-th epoch to epoch_dir; 0: of none"
    )
    export_formats: list[str] = field(
        factory=lambda: ["SavedModel"],
        choices=["SavedModel", "ONNX"],
        help="Formats of the graph in a bundle; ONNX: model.onnx too, verified on samples of the validation",
    )
    best_dir: Path = field(
        default=Path(BUNDLE_DIRS["best_dir"]),
        validator=_place,
        help="Folder of the best model, in output_dir unless absolute; {epoch} is its epoch",
    )
    export_dir: Path = field(
        default=Path(BUNDLE_DIRS["export_dir"]),
        validator=_place,
        help="Folder of the last model, in output_dir unless absolute; {epoch} is its epoch",
    )
    epoch_dir: Path = field(
        default=Path(BUNDLE_DIRS["epoch_dir"]),
        validator=_place,
        help="Folder of the model of an epoch, in output_dir unless absolute; {epoch:04d} is the epoch in four digits",
    )
    keep_exports: int = field(
        default=0,
        validator=ge(0),
        help="Number of bundles with {epoch} in their name that are kept, the newest; 0: all",
    )
    progress: str = field(
        default="auto",
        choices=["auto", "bar", "lines", "off"],
        aliases=("progress_bar_mode",),
        former_names=["progress_bar_mode"],
        former_values={0: "off", 1: "bar", 2: "lines"},
        help="Progress on the console; auto: a bar on a terminal, else lines",
    )
    lines_every: float = field(
        default=5.0,
        validator=gt(0),
        aliases=("progbar_delta_time",),
        former_names=["progbar_delta_time"],
        help="Seconds between two progress lines",
    )
    steps_per_call: int = field(
        default=0,
        validator=ge(0),
        help="Steps of one call of the compiled loop; 0: as many as take about a tenth of a second",
    )
    force_eager: bool = field(default=False, help="Run uncompiled, so that a breakpoint in graph or loss works; slow")

    profile: bool = field(default=False, help="Record what TensorFlow does in some steps, for TensorBoard")
    profile_steps: list[int] = field(
        factory=lambda: [10, 20],
        validator=_first_and_end,
        help="Profiled steps: after the first number, up to the second",
    )

    recorders: list[RecorderParams] = field(
        factory=lambda: [TensorBoardParams()],
        choices=RECORDERS,
        help="Where parameters, logs, images and the best model are recorded, beside metrics.jsonl",
    )

    device: DeviceConfigParams = field(factory=DeviceConfigParams, mode="flat", help="Devices and threads")
    optimizer: OptimizerParams = field(
        basic=True, factory=AdamParams, mode="flat", choices=OPTIMIZERS, help="The optimizer"
    )
    learning_rate: LearningRateParams = field(
        basic=True,
        factory=ExponentialDecayParams,
        mode="flat",
        choices=SCHEDULES,
        help="The learning rate's schedule",
    )
    warmstart: WarmstartParams = field(factory=WarmstartParams, mode="flat", help="Initial weights of a new run")
    early_stopping: EarlyStoppingParams = field(
        factory=EarlyStoppingParams, mode="flat", help="Early end of the training"
    )
    scenario: TScenarioParams = field(default=TYPE_ARGUMENT, fixed_class=True, help="The scenario")
    gen: TTrainerPipelineParams = field(
        default=TYPE_ARGUMENT, fixed_class=True, help="Samples of training and validation"
    )


if TYPE_CHECKING:  # as `TScenarioParams`
    TTrainerParams = TypeVarWithDefault("TTrainerParams", bound=TrainerParams, default=TrainerParams, covariant=True)
else:
    TTrainerParams = TypeVar("TTrainerParams", bound=TrainerParams, covariant=True)
    """The parameters of a `Trainer`."""
