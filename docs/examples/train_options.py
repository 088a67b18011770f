"""The script of the page `coming_from_other_tools`: options of a training, without the training."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from annotated_types import Gt

from tfaip.params import field, params, parse, to_argv


@params
class OptimizerParams:
    """Any optimizer."""

    lr: Annotated[float, Gt(0)] = field(default=0.001, help="Learning rate")


@params
class AdamParams(OptimizerParams):
    """Adam."""

    beta: float = field(default=0.9, help="Decay of the first moment")


@params(name="SGD")
class MomentumParams(OptimizerParams):
    """Gradient descent with momentum."""

    momentum: float = field(default=0.0, help="Part of the last step that is kept")


@params
class ModelParams:
    """The model."""

    width: int = field(default=64, help="Units of each layer")
    sizes: list[int] = field(factory=lambda: [128, 64], help="Units of the last layers")


@params
class TrainParams:
    """Show the options of a training."""

    epochs: int = field(default=10, help="Number of epochs")
    augment: bool = field(default=True, help="Augment the data")
    output: Path = field(default=Path("runs/one"), help="Folder of the run")
    model: ModelParams = field(factory=ModelParams, help="The model")
    optimizer: OptimizerParams = field(factory=AdamParams, help="The optimizer")


if __name__ == "__main__":
    made = parse(TrainParams)
    print(made)
    print("as words:", *to_argv(made))
