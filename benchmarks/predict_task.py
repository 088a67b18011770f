"""Digits with processors before and after the model, for the benchmark of the prediction."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from examples.tutorial.min.params import (
    TutorialDataParams,
    TutorialModelParams,
    TutorialTrainerPipelineParams,
)
from tfaip.model import ScenarioBase, ScenarioBaseParams
from tfaip.params import field, params
from tfaip.pipeline import (
    DataProcessorParams,
    DataProcessorPipelineParams,
    MappingDataProcessor,
    Sample,
    SequentialProcessorPipelineParams,
)

__all__ = ["DigitsScenario", "digits", "export", "ready"]

_FAINT = 16


@params
class CleanParams(DataProcessorParams):
    """Make faint pixels black."""

    def cls(self) -> Any:
        """Return the processor's class."""
        return Clean


class Clean(MappingDataProcessor[CleanParams]):
    """Makes faint pixels black."""

    def apply(self, sample: Sample) -> Sample:
        """Return the sample with its image cleaned."""
        return sample.new_inputs({"img": ready(sample.inputs["img"])})


@params
class NameParams(DataProcessorParams):
    """Put the prediction in words."""

    def cls(self) -> Any:
        """Return the processor's class."""
        return Name


class Name(MappingDataProcessor[NameParams]):
    """Adds words and confidence."""

    def apply(self, sample: Sample) -> Sample:
        """Return the sample with the outputs `words` and `confidence`."""
        outputs = sample.outputs
        digit = int(outputs["class"])
        return sample.new_outputs({**outputs, "words": f"a {digit}", "confidence": float(outputs["pred"][digit])})


@params
class DigitsDataParams(TutorialDataParams):
    """Digits with processors."""

    pre_proc: DataProcessorPipelineParams = field(
        factory=lambda: SequentialProcessorPipelineParams(processors=[CleanParams()]), help="Before the model"
    )
    post_proc: DataProcessorPipelineParams = field(
        factory=lambda: SequentialProcessorPipelineParams(processors=[NameParams()]), help="After the model"
    )


@params
class DigitsScenarioParams(ScenarioBaseParams[DigitsDataParams, TutorialModelParams]):
    """Data and model of the digits."""


class DigitsScenario(ScenarioBase[DigitsScenarioParams, TutorialTrainerPipelineParams]):
    """The tutorial's digits and network, with processors."""


def ready(image: np.ndarray) -> np.ndarray:
    """Return an image, or a batch of them, as the network takes it."""
    return np.where(image < _FAINT, np.uint8(0), image)


def digits(data: str, count: int) -> np.ndarray:
    """Return so many test images, uint8 (count, 28, 28), over and over if there are fewer."""
    from examples.tutorial.min.datasets import load_dataset

    images, _ = load_dataset(data, "test")
    return np.resize(images, (count, *images.shape[1:]))


def export(path: Path) -> Any:
    """Write a bundle with random weights, and return its graph."""
    import keras

    from tfaip.model.stored.export import export_bundle

    keras.utils.set_random_seed(1)
    scenario = DigitsScenario(DigitsScenario.tagged(DigitsScenario.default_params()))
    model = scenario.create_model()
    graph = model.build_graph(scenario.data)
    export_bundle(path, scenario, model, graph)
    return graph
