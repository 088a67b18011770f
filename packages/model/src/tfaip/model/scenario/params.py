"""Parameters of a scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from attrs.validators import ge, gt

from tfaip.model.evaluator import EvaluatorParams
from tfaip.model.model_params import TModelParams
from tfaip.params import TYPE_ARGUMENT, field, params
from tfaip.pipeline import TDataParams

if TYPE_CHECKING:
    from typing_extensions import TypeVar as TypeVarWithDefault

__all__ = ["ScenarioBaseParams", "TScenarioParams"]


@params(former_tags=["tfaip.scenario.scenariobaseparams:ScenarioBaseParams"])
class ScenarioBaseParams(Generic[TDataParams, TModelParams]):
    """Parameters of a scenario: its data and its model."""

    data: TDataParams = field(basic=True, default=TYPE_ARGUMENT, mode="flat", help="The data and its processing")
    model: TModelParams = field(basic=True, default=TYPE_ARGUMENT, mode="flat", help="The model and its graph")
    evaluator: EvaluatorParams = field(factory=EvaluatorParams, mode="flat", help="The evaluator of predictions")
    print_eval_limit: int = field(default=10, help="Number of validation samples to print in words; -1: all, 0: none")
    export_serve: bool = field(default=True, help="Export a SavedModel with each bundle")
    input_gradient_regularization: bool = field(
        default=False,
        former_names=["use_input_gradient_regularization"],
        help="Penalise losses that change with small changes of the inputs; costs a second pass through the graph",
    )
    input_gradient_h: float = field(
        default=0.001,
        former_names=["input_gradient_regularization_h"],
        validator=gt(0),
        help="Input-gradient regularisation: distance that the inputs are moved",
    )
    input_gradient_lambda: float = field(
        default=0.1,
        former_names=["input_gradient_regularization_lambda"],
        validator=ge(0),
        help="Input-gradient regularisation: weight of the penalty",
    )
    scenario: str = field(default="", mode="ignore", former_names=["scenario_id"], help="Tag of the scenario's class")
    tfaip_model_version: str = field(
        default="",
        mode="ignore",
        former_names=["tfaip_version"],
        help="Version of tfaip-model that wrote these parameters",
    )


if TYPE_CHECKING:  # `typing.TypeVar` has defaults from Python 3.13 on, and typing_extensions takes long to import
    TScenarioParams = TypeVarWithDefault(
        "TScenarioParams",
        bound=ScenarioBaseParams[Any, Any],
        default=ScenarioBaseParams[Any, Any],
        covariant=True,
    )
else:
    TScenarioParams = TypeVar("TScenarioParams", bound=ScenarioBaseParams[Any, Any], covariant=True)
    """The parameters of a `ScenarioBase`, and of its training."""
