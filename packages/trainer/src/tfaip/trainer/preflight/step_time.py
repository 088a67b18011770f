"""How long a step takes, as the training would run it.

As a program, `python -m tfaip.trainer.preflight.step_time TRAINER_PARAMS.json`, it prints the seconds as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfaip.model import ScenarioBase, configure_devices, find_stored_scenario, load_stored_params, precision_policy
from tfaip.model.runtime.backend import prefer_tensorflow
from tfaip.pipeline import PipelineMode
from tfaip.trainer.loop.input_batches import pipeline_errors
from tfaip.trainer.loop.training_loop import create_training_loop
from tfaip.trainer.params import TrainerParams
from tfaip.trainer.step.training_state import TrainingState

__all__ = ["MeasuredSteps", "measure_steps"]

# Long enough for the steps per call to be found and for the pipeline to be steady.
SECONDS = 3.0


@dataclass(frozen=True)
class MeasuredSteps:
    """The measurement.

    Attributes:
        seconds_per_step: Mean time of a step, waiting for data included.
        samples_per_second: Samples trained on.
        data_wait: Share of the time that was spent waiting for data.
        samples_per_epoch: Samples of one pass, if the data knows it.
    """

    seconds_per_step: float
    samples_per_second: float
    data_wait: float
    samples_per_epoch: int | None


def measure_steps(params: TrainerParams, scenario: ScenarioBase[Any, Any], seconds: float = SECONDS) -> MeasuredSteps:
    """Train for some seconds, and forget it.

    Args:
        params: Parameters of the training.
        scenario: The scenario that is trained.
        seconds: How long to measure, after the first calls, which trace and compile.
    """
    gen = params.gen
    pipeline = scenario.data.create_pipeline(
        PipelineMode.TRAINING, gen.setup.train, gen.training_samples(), seed=params.random_seed or 0
    )
    with precision_policy(params.device.precision):
        state = TrainingState(scenario, params)
    loop = create_training_loop(state.step, params)
    state.step.start_epoch(0, params.samples_per_epoch or pipeline.samples_per_epoch())
    with pipeline.input_dataset(repeat=True) as data:
        iterator = iter(data.dataset)
        with pipeline_errors(data):
            for _ in range(2):
                loop(iterator)
            steps, samples, waited, began = 0, 0, 0.0, time.perf_counter()
            while time.perf_counter() - began < seconds:
                call = loop(iterator)
                steps, samples, waited = steps + call.steps, samples + call.samples, waited + call.waited
            spent = time.perf_counter() - began
        # TensorFlow must let go of the iterator before its data is closed.
        del iterator
    return MeasuredSteps(spent / steps, samples / spent, waited / spent, pipeline.samples_per_epoch())


def main() -> None:
    """Measure the training whose parameters a file holds: the first argument, before packages that it may import."""
    path, *packages = sys.argv[1:]
    prefer_tensorflow()
    params = load_stored_params(TrainerParams, Path(path), trust=packages, scenario_at="scenario")
    configure_devices(params.device)
    scenario = find_stored_scenario(params.scenario, trust=packages)(params.scenario)
    print(json.dumps({"seconds_per_step": measure_steps(params, scenario).seconds_per_step}))


if __name__ == "__main__":
    main()
