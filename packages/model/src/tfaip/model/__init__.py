"""Graphs, models, scenarios and bundles.

Parameters and scenarios load without TensorFlow; what needs it is loaded when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tfaip.model.bundle import Bundle, BundleError, load_prediction_function, load_weights
from tfaip.model.device import DeviceConfigParams, DeviceError, configure_devices, precision_policy
from tfaip.model.evaluator import Evaluator, EvaluatorParams
from tfaip.model.layer_params import GraphBaseParams, LayerBaseParams
from tfaip.model.metric import MetricDefinition
from tfaip.model.model_definition_error import ModelDefinitionError
from tfaip.model.model_params import ModelBaseParams
from tfaip.model.runtime.backend import prefer_onednn
from tfaip.model.scenario import (
    ListFilePipelineParams,
    ListFileScenario,
    PipelineSetup,
    ScenarioBase,
    ScenarioBaseParams,
    ScenarioNotFoundError,
    TrainerPipelineParams,
    TrainerPipelineParamsBase,
    find_scenario,
)
from tfaip.model.stored.params import find_stored_scenario, load_scenario_params, load_stored_params

if TYPE_CHECKING:
    from tfaip.model.graph import GraphBase
    from tfaip.model.layer import LayerBase
    from tfaip.model.model import ModelBase
    from tfaip.model.model_metrics import ModelMetrics

__all__ = [
    "Bundle",
    "BundleError",
    "DeviceConfigParams",
    "DeviceError",
    "Evaluator",
    "EvaluatorParams",
    "GraphBase",
    "GraphBaseParams",
    "LayerBase",
    "LayerBaseParams",
    "ListFilePipelineParams",
    "ListFileScenario",
    "MetricDefinition",
    "ModelBase",
    "ModelBaseParams",
    "ModelDefinitionError",
    "ModelMetrics",
    "PipelineSetup",
    "ScenarioBase",
    "ScenarioBaseParams",
    "ScenarioNotFoundError",
    "TrainerPipelineParams",
    "TrainerPipelineParamsBase",
    "configure_devices",
    "find_scenario",
    "find_stored_scenario",
    "load_prediction_function",
    "load_scenario_params",
    "load_stored_params",
    "load_weights",
    "precision_policy",
]

_NEEDS_TENSORFLOW = {
    "GraphBase": "graph",
    "LayerBase": "layer",
    "ModelBase": "model",
    "ModelMetrics": "model_metrics",
}

# Here, since whatever of tfaip loads TensorFlow loads this package first.
prefer_onednn()


def __getattr__(name: str) -> Any:
    if name in _NEEDS_TENSORFLOW:
        return getattr(import_module(f"tfaip.model.{_NEEDS_TENSORFLOW[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
