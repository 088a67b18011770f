"""`tfaip-train SCENARIO --check`: everything is built and run once, before hours are spent on it."""

from __future__ import annotations

import logging
import math
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf

from tfaip.model import GraphBase, ModelBase, ModelMetrics, ScenarioBase, configure_devices, export_bundle
from tfaip.model.bundle.load import load_prediction_function
from tfaip.model.evaluator import counting, figures_of
from tfaip.model.runtime.backend import whole_keras_errors
from tfaip.model.scenario.created import created
from tfaip.pipeline import Batch, DataGeneratorParams, DataPipeline, PipelineMode, Sample, adapt_processors
from tfaip.predict import PredictionFunction, graph_prediction_function
from tfaip.predict.computing.output_rows import output_rows
from tfaip.predict.lav.result import numbers_of
from tfaip.trainer.params import TrainerParams
from tfaip.trainer.preflight.data_checks import described, first_batches, serial_pipeline
from tfaip.trainer.preflight.graph_checks import require_finite, require_used_layers, trained_gradients
from tfaip.trainer.preflight.loss_checks import require_own_targets
from tfaip.trainer.preflight.stages import PreflightError, Stage, Stages
from tfaip.trainer.preflight.step_time import measure_steps
from tfaip.trainer.preflight.thread_counts import fastest_thread_count
from tfaip.trainer.run.best_model import find_best_model
from tfaip.trainer.stages.stages import TrainingStages
from tfaip.trainer.step.training_state import class_weight_of

if TYPE_CHECKING:
    from tfaip.trainer.trainer import Trainer

__all__ = ["check_scenario"]

logger = logging.getLogger(__name__)

# Of a reloaded SavedModel against the graph: the order of floating-point sums may differ, nothing else.
RELOAD_TOLERANCE = 1e-4

# Samples that processors are adapted to: enough for figures of the right size.
ADAPTED = 1000


def check_scenario(
    scenario_cls: type[ScenarioBase[Any, Any]],
    params: TrainerParams,
    show: Callable[[Stage], None],
    *,
    begin: Callable[[str], None] = lambda _: None,
    measure_threads: bool = False,
) -> None:
    """Run two batches through pipeline, graph, losses, metrics, gradients, validation, export and reload.

    Nothing of it stays: all files go to a temporary folder.

    Args:
        scenario_cls: The scenario.
        params: Parameters of the training that is planned.
        show: Called with each step of the check once it is done.
        begin: Called with the name of each step as it begins.
        measure_threads: Also find out, in processes of their own, which number of threads is fastest.

    Raises:
        PreflightError: The first thing that is wrong, with the class and method to look at.
        DeviceError: The devices that were asked for can't be had.
    """
    configure_devices(params.device)
    with whole_keras_errors():
        keras.utils.set_random_seed(params.random_seed or 0)
        _Check(scenario_cls, params, Stages(show, begin)).run(measure_threads=measure_threads)


class _Check:
    """The steps; each one stands on the results of those before it."""

    def __init__(self, scenario_cls: type[ScenarioBase[Any, Any]], params: TrainerParams, stages: Stages) -> None:
        self._scenario_cls = scenario_cls
        self._params = params
        self._stages = stages
        self._seed = params.random_seed or 0
        self._trainer: Trainer
        self._scenario: ScenarioBase[Any, Any]
        self._model: ModelBase[Any]
        self._graph: GraphBase[Any]
        self._predict: PredictionFunction
        self._metrics: ModelMetrics
        self._weights: dict[str, float]
        # Names of the evaluator's figures that become logs.
        self._figures: list[str] = []
        self._statistics: Path

    def run(self, *, measure_threads: bool) -> None:
        """Take all steps."""
        with tempfile.TemporaryDirectory() as folder:
            self._statistics = Path(folder)
            self._run(measure_threads=measure_threads)

    def _run(self, *, measure_threads: bool) -> None:
        batches = self._check_data()
        self._check_trainer()
        inputs, targets = _tensors(batches[0].inputs), _tensors(batches[0].targets)
        self._check_graph(inputs, targets)
        self._check_prediction(inputs)
        self._check_losses(inputs, targets)
        self._check_metrics(batches)
        self._check_gradients(inputs, targets)
        self._check_validation()
        self._check_best()
        self._check_export(inputs)
        self._check_speed(measure_threads=measure_threads)

    def _check_data(self) -> list[Batch]:
        with self._stages.stage("data") as stage:
            self._trainer = created(self._scenario_cls, "create_trainer", self._params)
            self._params, self._scenario = self._trainer.params, self._trainer.scenario
            data, gen = self._scenario.data, self._params.gen
            stage.found_hooks(self._scenario, data)
            adapt_processors(data, gen.training_samples(), self._statistics, limit=ADAPTED)
            self._stages.know(data)
            pipeline = serial_pipeline(
                self._scenario, PipelineMode.TRAINING, gen.setup.train, gen.training_samples(), self._seed
            )
            batches = first_batches(pipeline)
            stage.found(f"{described(batches[0].inputs)} -> {described(batches[0].targets) or 'no targets'}")
        self._check_stages()
        return batches

    def _check_stages(self) -> None:
        """Take the first batches of each stage that has other data."""
        stages = TrainingStages(self._params)
        for part, scenario in zip(stages, stages.scenarios(self._scenario), strict=True):
            if part.keeps_data or part.number == 1:
                continue
            with self._stages.stage(f"data of stage {part.number} ({part.name})") as stage:
                gen = part.params.gen
                pipeline = serial_pipeline(
                    scenario,
                    PipelineMode.TRAINING,
                    gen.setup.train,
                    gen.training_samples(),
                    part.params.random_seed or 0,
                )
                batches = first_batches(pipeline)
                stage.found(f"{described(batches[0].inputs)} -> {described(batches[0].targets) or 'no targets'}")

    def _check_trainer(self) -> None:
        with self._stages.stage("trainer") as stage:
            stage.found_hooks(self._trainer)
            callbacks = ", ".join(type(callback).__qualname__ for callback in self._trainer.create_callbacks())
            stage.found(type(self._trainer).__qualname__ + (f" with the callbacks {callbacks}" if callbacks else ""))

    def _check_graph(self, inputs: Any, targets: Any) -> None:
        with self._stages.stage("graph") as stage:
            self._model = created(self._scenario, "create_model")
            self._model.class_weight = class_weight_of(self._params, self._model, self._scenario.data)
            stage.found_hooks(self._model)
            logger.info("Building the graph")
            self._graph = self._model.build_graph(self._scenario.data)
            stage.found_hooks(self._graph)
            processed = self._model.pre_proc_targets(inputs, targets)
            outputs = self._graph.training_outputs(inputs, processed, training=False)
            self._stages.names["outputs"] = list(outputs)
            require_finite(f"outputs of {type(self._graph).__qualname__}", outputs)
            require_used_layers(self._graph)
            weights = sum(math.prod(variable.shape) for variable in self._graph.trainable_variables)
            stage.found(f"{type(self._graph).__qualname__}: {weights:,} trainable parameters")
            stage.found(f"outputs {described(outputs)}")

    def _check_prediction(self, inputs: Any) -> None:
        with self._stages.stage("prediction") as stage:
            # Compiled, as in a training: a loop that decodes step by step takes minutes uncompiled.
            self._predict = graph_prediction_function(self._graph, self._scenario.data)
            logger.info("Tracing the prediction graph, and running it on a batch")
            outputs = self._predict(inputs)
            require_finite(f"predictions of {type(self._graph).__qualname__}", outputs)
            stage.found(f"outputs {described(outputs)}" if self._graph.has_two_graphs else "the same graph")

    def _check_losses(self, inputs: Any, targets: Any) -> None:
        with self._stages.stage("losses") as stage:
            processed, outputs, losses = self._model.forward(self._graph, inputs, targets, training=True)
            require_finite(f"losses of {type(self._model).__qualname__}._loss", losses)
            require_own_targets(self._model, inputs, processed, outputs)
            self._metrics = ModelMetrics(self._model, list(losses))
            self._weights = weights = self._model.loss_weights(list(losses))
            stage.found(", ".join(f"{name} {float(loss):.4g} x {weights[name]:g}" for name, loss in losses.items()))

    def _check_metrics(self, batches: list[Batch]) -> None:
        with self._stages.stage("metrics") as stage:
            for batch in batches:
                inputs, targets = _tensors(batch.inputs), _tensors(batch.targets)
                targets, outputs, losses = self._model.forward(self._graph, inputs, targets, training=False)
                predictions = self._predict(inputs) if self._graph.has_two_graphs else outputs
                self._metrics.update(inputs, targets, outputs, losses, predictions)
            stage.found(", ".join(f"{name} {value:.4g}" for name, value in self._metrics.result().items()))

    def _check_gradients(self, inputs: Any, targets: Any) -> None:
        with self._stages.stage("gradients") as stage:
            gradients = trained_gradients(self._model, self._graph, self._weights, inputs, targets)
            norms = [float(np.linalg.norm(gradient)) for gradient in gradients.values()]
            if norms:
                stage.found(f"{len(norms)} variables, norms from {min(norms):.2g} to {max(norms):.2g}")

    def _check_validation(self) -> None:
        generator = self._params.gen.validation_samples()
        if generator is None:
            return
        with self._stages.stage("validation") as stage:
            pipeline = self._val_pipeline(PipelineMode.EVALUATION, generator)
            predicted = [sample for batch in first_batches(pipeline) for sample in self._predicted(batch)]
            samples = list(pipeline.process_output(predicted))
            self._stages.names |= {"outputs": list(samples[0].outputs), "targets": list(samples[0].targets or {})}
            words: list[str] = []
            logger.info("Running %s on %d samples", self._scenario.evaluator_cls().__qualname__, len(samples))
            with counting(created(self._scenario, "create_evaluator", self._scenario.params.evaluator)) as evaluator:
                for sample in samples:
                    self._model.print_evaluate(sample, self._scenario.data, words.append)
                    evaluator.update_state(sample)
                figures = figures_of(evaluator)
            self._figures = list(numbers_of(figures, self._metrics.result()))
            stage.found(f"{len(samples)} samples" + (f", the first in words: {words[0]}" if words else ""))
            if figures:
                stage.found(", ".join(f"{name} {_in_short(value)}" for name, value in figures.items()))
            self._print_without_targets(self._val_pipeline(PipelineMode.PREDICTION, generator), predicted)

    def _val_pipeline(self, mode: PipelineMode, generator: DataGeneratorParams) -> DataPipeline:
        return serial_pipeline(self._scenario, mode, self._params.gen.setup.val, generator, self._seed)

    def _print_without_targets(self, pipeline: DataPipeline, predicted: list[Sample]) -> None:
        """Print samples as tfaip-predict does, where they have no targets."""
        try:
            for sample in pipeline.process_output([sample.new_targets(None) for sample in predicted]):
                self._model.print_evaluate(sample, self._scenario.data, lambda _: None)
        except Exception as error:
            error.add_note("the sample has no targets: `sample.targets` is None, as in tfaip-predict")
            raise

    def _check_best(self) -> None:
        with self._stages.stage("best model") as stage:
            names = self._metrics.names_in_training, self._metrics.names
            best = find_best_model(self._model, self._params, *names, self._figures)
            stage.found(f"the {'lowest' if best.mode == 'min' else 'highest'} {best.log}")

    def _check_export(self, inputs: Any) -> None:
        with self._stages.stage("export") as stage, tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "bundle"
            has_saved_model = "SavedModel" in self._params.export_formats
            export_bundle(path, self._scenario, self._model, self._graph, saved_model=has_saved_model)
            size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
            stage.found(f"a bundle of {size / 2**20:.1f} MiB")
            if self._scenario.params.export_serve and has_saved_model:
                expected = self._model.export_graphs(inputs, self._predict(inputs))["default"]
                reloaded = load_prediction_function(path)(inputs)
                stage.found(f"reloaded, its outputs differ by at most {_largest_difference(expected, reloaded):.2g}")

    def _check_speed(self, *, measure_threads: bool) -> None:
        with self._stages.stage("speed") as stage:
            measured = measure_steps(self._params, self._scenario)
            stage.found(
                f"{measured.seconds_per_step * 1e3:.3g} ms a step, {measured.samples_per_second:,.0f} samples/s, "
                f"{measured.data_wait:.0%} of it waiting for data"
            )
            samples = self._params.samples_per_epoch or measured.samples_per_epoch
            if samples:
                seconds, epochs = samples / measured.samples_per_second, TrainingStages(self._params).epochs
                stage.found(
                    f"an epoch takes about {_duration(seconds)}, all {epochs} of them "
                    f"{_duration(seconds * epochs)}, validation left out"
                )
        if measure_threads:
            with self._stages.stage("threads") as stage:
                fastest_thread_count(self._params, stage.found)

    def _predicted(self, batch: Batch) -> list[Sample]:
        outputs = self._predict(_tensors(batch.inputs))
        arrays = {name: np.asarray(tensor) for name, tensor in outputs.items()}
        rows = output_rows(arrays, batch.size)
        return [sample.new_outputs(row) for sample, row in zip(batch.samples(), rows, strict=True)]


def _in_short(figure: Any) -> str:
    return f"{figure:.4g}" if isinstance(figure, float) else str(figure)


def _tensors(arrays: Any) -> dict[str, Any]:
    return {name: tf.convert_to_tensor(array) for name, array in arrays.items()}


def _largest_difference(expected: Any, reloaded: Any) -> float:
    if set(expected) != set(reloaded):
        raise PreflightError(f"the bundle must give {sorted(expected)}, it gives {sorted(reloaded)}")
    largest = 0.0
    for name, tensor in expected.items():
        ours, theirs = np.asarray(tensor), np.asarray(reloaded[name])
        if not np.issubdtype(ours.dtype, np.floating):
            continue  # a class may differ where two of them are equally probable
        difference = float(np.max(np.abs(ours - theirs), initial=0.0))
        if difference > RELOAD_TOLERANCE * max(1.0, float(np.max(np.abs(ours), initial=0.0))):
            raise PreflightError(f"the output {name!r} of the reloaded bundle differs by {difference:.2g}")
        largest = max(largest, difference)
    return largest


def _duration(seconds: float) -> str:
    """Say a duration as people do: 2.3 s, 42 s, 12 min, 3 h 20 min, 5 days."""
    if seconds < 60:
        return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours = round(minutes / 60)
    return f"{minutes // 60} h {minutes % 60} min" if hours < 48 else f"{round(hours / 24)} days"
