"""Params classes of all kinds, for the tests."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date, datetime, time, timedelta
from enum import Enum, IntEnum
from pathlib import Path
from typing import Generic, Literal, TypeVar

import attrs

from tfaip.params import TYPE_ARGUMENT, field, params


class Color(Enum):
    """Values that aren't the names."""

    RED = "red"
    GREEN = "green"


class Level(IntEnum):
    """Numbers."""

    LOW = 1
    HIGH = 2


class Shape(Enum):
    """Values that are no words: files hold the names."""

    SQUARE = (1, 1)
    WIDE = (2, 1)


@params
class OptimizerParams(ABC):
    """What all optimizers have."""

    lr: float = field(default=0.001, help="Learning rate")
    clip_norm: float | None = field(default=None, help="Largest norm of a gradient")

    @abstractmethod
    def create(self) -> str:
        """The optimizer, as a word."""


@params
class AdamParams(OptimizerParams):
    """Adam (Kingma and Ba)."""

    beta_1: float = field(default=0.9, help="Decay of the first moment")

    def create(self) -> str:
        return "adam"


@params(name="Momentum")
class SGDParams(OptimizerParams):
    """Stochastic gradient descent.

    This second paragraph is not for help.
    """

    lr: float = field(default=0.01, help="Learning rate of SGD")
    momentum: float = field(default=0.0, help="How much of the last step is kept")

    def create(self) -> str:
        return "sgd"


@params
class LayerParams:
    """Any layer."""

    name: str = ""


@params
class ConvParams(LayerParams):
    """A convolution."""

    filters: int = field(default=16, help="Number of filters")
    kernel: tuple[int, int] = (3, 3)


@params(name="FC", former_tags=("old_zoo.layers:FullyConnected",))
class DenseParams(LayerParams):
    """A dense layer."""

    units: int = field(default=10, help="Number of units", former_names=("nodes", "size"))


@params
class SizeParams:
    """A size in pixels."""

    width: int = 28
    height: int = 28
    crop: bool = False


@params
class WarmstartParams:
    """Where to start from."""

    model: str | None = field(default=None, help="Path of a model")
    trim: bool = False


@params
class NetParams:
    """A network of layers."""

    layers: list[LayerParams] = field(
        factory=lambda: [ConvParams(), DenseParams(units=5)], choices=[ConvParams, DenseParams], help="The layers"
    )
    heads: dict[str, LayerParams] = field(factory=dict, help="Outputs by name")
    activation: str = field(default="relu", choices=["relu", "tanh", "sigmoid"], help="Activation")
    nodes: list[int] = field(factory=lambda: [128, 64], help="Units of each layer")
    size: SizeParams = field(factory=SizeParams, tuple_like=True, help="Size of the input")


@params
class GenParams:
    """The generator."""

    images: list[str] = field(factory=list, required=True, help="Images to train on")


@params
class PipelineParams:
    """The pipeline."""

    batch_size: int = field(default=16, help="Samples a batch")
    num_processes: int = 4


@params
class SetupParams:
    """The pipelines of training."""

    train: PipelineParams = field(factory=PipelineParams, mode="flat", fixed_class=True)
    val: PipelineParams = field(factory=lambda: PipelineParams(batch_size=32), mode="flat", fixed_class=True)


@params
class DataParams:
    """Where the data comes from."""

    setup: SetupParams = field(factory=SetupParams, mode="ssnake", fixed_class=True)
    train: GenParams = field(factory=GenParams, mode="flat")


@params
class TrainerParams:
    """How to train."""

    epochs: int = field(default=100, help="Number of epochs", aliases=("max-epochs",))
    output_dir: Path | None = field(default=None, help="Folder of the run")
    verbose: bool = field(default=True, help="Talk")
    gen: DataParams = field(factory=DataParams, fixed_class=True)
    optimizer: OptimizerParams = field(
        factory=AdamParams, choices=[AdamParams, SGDParams], mode="flat", help="The optimizer"
    )
    warmstart: WarmstartParams | None = field(default=None, mode="flat", help="Start from another model")
    net: NetParams = field(factory=NetParams, mode="flat", fixed_class=True)
    version: int = field(default=3, mode="ignore")


@params
class AllParams:
    """Every type of field."""

    integer: int = 1
    number: float = 0.5
    text: str = "text"
    flag: bool = False
    path: Path = Path("folder/file.txt")
    color: Color = Color.RED
    level: Level = Level.LOW
    shape: Shape = Shape.WIDE
    literal: Literal["a", 2, True] = "a"
    optional: int | None = None
    union: int | float | str = "one"
    optional_union: int | str | None = None
    integers: list[int] = field(factory=lambda: [1, 2])
    texts: set[str] = field(factory=lambda: {"b", "a"})
    frozen: frozenset[int] = frozenset({3})
    pair: tuple[int, str] = (1, "x")
    numbers: tuple[float, ...] = (1.0, 2.5)
    flags: dict[str, bool] = field(factory=dict)
    by_level: dict[Level, int] = field(factory=dict)
    by_number: dict[int, float] = field(factory=dict)
    moment: datetime = datetime(2026, 1, 31, 12, 30)
    day: date = date(2026, 1, 31)
    hour: time = time(12, 30)
    duration: timedelta = timedelta(hours=1, minutes=30)
    maybe: list[int | None] | None = None


@attrs.define
class PlainAttrs:
    """A class that knows nothing of params."""

    count: int = 1


@dataclass
class PlainData:
    """A dataclass."""

    rate: float = 0.5
    tags: list[str] = dataclass_field(default_factory=list)


@params
class PlainHolderParams:
    """Holds classes that aren't params."""

    attrs_class: PlainAttrs = field(factory=PlainAttrs)
    data_class: PlainData = field(factory=PlainData)


@params
class DataBaseParams:
    """Base of data."""

    folder: str = "data"


@params
class MyDataParams(DataBaseParams):
    """Data of mine."""

    mine: int = 1


@params
class ModelBaseParams:
    """Base of models."""

    depth: int = 1


@params
class MyModelParams(ModelBaseParams):
    """Model of mine."""

    width: int = 2


TData = TypeVar("TData", bound=DataBaseParams)
TModel = TypeVar("TModel", bound=ModelBaseParams)


@params
class ScenarioBaseParams(ABC, Generic[TData, TModel]):
    """Data and model."""

    data: TData = field(default=TYPE_ARGUMENT, mode="flat")
    model: TModel = field(default=TYPE_ARGUMENT, mode="flat")

    @abstractmethod
    def cls(self) -> type:
        """The class that these params are of."""


@params
class MyScenarioParams(ScenarioBaseParams[MyDataParams, MyModelParams]):
    """Scenario of mine."""

    def cls(self) -> type:
        return int


TScenario = TypeVar("TScenario", bound=ScenarioBaseParams)  # type: ignore[type-arg]  # any arguments


@params
class GenericTrainerParams(Generic[TScenario]):
    """Trains a scenario."""

    scenario: TScenario = field(default=TYPE_ARGUMENT)


@params
class MyTrainerParams(GenericTrainerParams[MyScenarioParams]):
    """Trainer of mine."""


@params
class DerivedParams:
    """One value follows from another."""

    total: int = 0
    parts: list[int] = field(factory=lambda: [1, 2])
    inner: SizeParams = field(factory=SizeParams)
    calls: int = field(default=0, mode="ignore")

    def post_init(self) -> None:
        self.total = sum(self.parts)
        self.inner.width = self.total
        self.calls += 1


@params
class TreeParams:
    """Holds itself."""

    value: int = 0
    children: list[TreeParams] = field(factory=list)


def positive(instance: object, attribute: attrs.Attribute[int], value: int) -> None:
    """An attrs validator."""
    if value <= 0:
        raise ValueError("must be > 0")


@params
class CheckedParams:
    """Validators and converters."""

    count: int = field(default=1, validator=positive)
    ratio: float = field(default=0.5, validator=[attrs.validators.ge(0), attrs.validators.le(1)])
    name: str = field(default="x", converter=str.upper)
    low: int = 0
    high: int = field(default=9)

    def __attrs_post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError("low must be <= high")
