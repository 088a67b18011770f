"""A test of a scenario, to be inherited by the one of a scenario at hand."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from tfaip.model import ScenarioBase
from tfaip.model.bundle import load_prediction_function, load_weights
from tfaip.model.device import DeviceConfigParams
from tfaip.model.scenario.created import created
from tfaip.model.scenario.upper_floor import upper_floor
from tfaip.params import load, save
from tfaip.pipeline import Batch, DataGeneratorParams, DataPipelineParams, PipelineMode, adapt_processors

if TYPE_CHECKING:
    from tfaip.model.scenario.upper_floor import TrainerParams

__all__ = ["ScenarioChecks"]

BATCHES = 2
"""How many batches are trained and looked at."""


class ScenarioChecks:
    """Checks that a scenario holds together: data, specs, a training step, export, prediction, validation.

    A test inherits from it, names the scenario, and makes its data small:

        class TestMyScenario(ScenarioChecks):
            scenario = MyScenario

            @classmethod
            def change_trainer_params(cls, params):
                params.gen.train.lists = [str(HERE / "tiny.lst")]

    pytest finds the methods by their names. `tfaip-trainer` and `tfaip-predict` must be installed.

    Attributes:
        scenario: The scenario.
        tolerance: By how much predictions of the bundle may differ from those of the graph.
        onnx: Whether an ONNX model of the bundle is tried, which `tfaip-model[onnx]` makes.
    """

    scenario: ClassVar[type[ScenarioBase[Any, Any]]]
    tolerance: ClassVar[float] = 1e-5
    onnx: ClassVar[bool] = False
    _folder: ClassVar[Path]
    _trained: ClassVar[tuple[TrainerParams, dict[str, float]] | None]

    @classmethod
    def change_trainer_params(cls, params: TrainerParams) -> None:
        """Hook: change the parameters of the training, where its samples come from first of all."""

    @classmethod
    def setup_class(cls) -> None:
        """Make the folder of the test; pytest calls it."""
        cls._folder = Path(tempfile.mkdtemp(prefix="tfaip-"))
        cls._trained = None

    @classmethod
    def teardown_class(cls) -> None:
        """Remove the folder of the test; pytest calls it."""
        shutil.rmtree(cls._folder, ignore_errors=True)

    @classmethod
    def trainer_params(cls) -> TrainerParams:
        """Return the parameters of a training of a moment, in this process."""
        params = cls.scenario.default_trainer_params()
        params.epochs = 1
        params.random_seed = 1
        params.progress = "off"
        params.scenario.export_serve = True
        # TensorFlow may run already, and can't change its threads then.
        params.device = DeviceConfigParams()
        setup = params.gen.setup
        setup.train.num_processes = setup.val.num_processes = 0
        setup.train.batch_size = setup.val.batch_size = 4
        setup.val.limit = BATCHES * setup.val.batch_size
        cls.change_trainer_params(params)
        cls.scenario.complete_trainer_params(params)
        if params.samples_per_epoch is None:
            params.samples_per_epoch = BATCHES * setup.train.batch_size
        return params

    # The checks.

    def test_the_scenario_loads_without_tensorflow(self) -> None:
        """Help and workers would be slow otherwise: graphs and models are imported inside of `cls`."""
        module, name = self.scenario.__module__, self.scenario.__qualname__
        if "." in name or module == "__main__" or importlib.util.find_spec(module) is None:
            raise unittest.SkipTest(f"{module}:{name} can't be imported in another process")
        code = (
            f"import sys, {module} as m; m.{name}.default_trainer_params(); "
            "print(*[name for name in ('tensorflow', 'keras') if name in sys.modules])"
        )
        path = os.pathsep.join(filter(None, sys.path))
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": path},
        )
        assert done.returncode == 0, done.stderr
        assert not done.stdout.strip(), (
            f"{module} must load without TensorFlow, but it imports {done.stdout.strip()}: "
            "import models and graphs inside of the `cls` of their parameters"
        )

    def test_parameters_survive_a_file(self) -> None:
        """Files stored with a run and a bundle give the same values when they are read again."""
        params, path = self.trainer_params(), self._folder / "params.json"
        save(params, path)
        read = load(type(params), path, trust=[self.scenario.__module__.partition(".")[0]])
        assert read == params, f"parameters must be the same after writing and reading, got {read} instead of {params}"

    def test_samples_fit_the_specs(self) -> None:
        """Training and validation have samples, of the names, types and shapes that the data promises."""
        params = self.trainer_params()
        data = self.scenario(params.scenario).data
        specs = {"inputs": data.input_layer_specs(), "targets": data.target_layer_specs()}
        for mode, setup, generator in self._sources(params):
            batches = list(islice(self._batches(params, mode, setup, generator), BATCHES))
            assert batches, f"the {mode} pipeline must give samples, but gave none: {generator}"
            for batch in batches:
                for part, expected in specs.items():
                    arrays = getattr(batch, part)
                    assert set(arrays) == set(expected), f"{part} must be {sorted(expected)}, got {sorted(arrays)}"
                    for name, spec in expected.items():
                        _check_array(f"{part}[{name!r}]", arrays[name], spec)

    def test_workers_give_the_same_samples(self) -> None:
        """Generator and processors work in a process of their own, and draw random numbers from the sample only."""
        params = self.trainer_params()
        setup, generator = params.gen.setup.train, params.gen.training_samples()
        (here,) = islice(self._batches(params, PipelineMode.TRAINING, setup, generator), 1)
        setup.num_processes = 1
        (there,) = islice(self._batches(params, PipelineMode.TRAINING, setup, generator), 1)
        for part in ("inputs", "targets"):
            for name, array in getattr(here, part).items():
                other = getattr(there, part)[name]
                np.testing.assert_array_equal(
                    array, other, f"{part}[{name!r}] must not depend on num_processes: draw from sample.rng"
                )

    def test_a_training_step_has_finite_losses_and_gradients(self) -> None:
        """Loss and graph belong together."""
        import tensorflow as tf

        params = self.trainer_params()
        scenario, model, graph = self._built(params)
        del scenario
        source = PipelineMode.TRAINING, params.gen.setup.train, params.gen.training_samples()
        (batch,) = islice(self._batches(params, *source), 1)
        inputs, targets = _tensors(batch.inputs), _tensors(batch.targets)
        with tf.GradientTape() as tape:
            losses = model.losses(inputs, targets, graph.training_outputs(inputs, targets, training=True))
            weights = model.loss_weights(list(losses))
            total = sum(weights[name] * loss for name, loss in losses.items())
        for name, loss in losses.items():
            assert np.isfinite(float(loss)), f"the loss {name!r} must be finite, got {float(loss)}"
        variables = [variable.value for variable in graph.trainable_variables]
        assert variables, "the graph must have weights to train"
        gradients = [gradient for gradient in tape.gradient(total, variables) if gradient is not None]
        assert gradients, "the loss must depend on the weights, but no weight has a gradient"
        for gradient in gradients:
            assert np.isfinite(tf.convert_to_tensor(gradient).numpy()).all(), "gradients must be finite"

    def test_the_training_runs_and_exports(self) -> None:
        """A short run ends with finite logs, among them the one that chooses the best model."""
        params, logs = self._run()
        for name, value in logs.items():
            assert np.isfinite(value), f"the log {name!r} must be finite, got {value}"
        _, log = created(self.scenario(params.scenario), "create_model").best_log(list(logs))
        assert log in logs
        assert (self._export() / "scenario_params.json").is_file(), "the run must export a bundle"

    def test_a_moved_bundle_predicts_what_the_graph_predicts(self) -> None:
        """The export computes what the code computes, wherever it stands."""
        params, _ = self._run()
        moved = Path(shutil.copytree(self._export(), self._folder / "moved", dirs_exist_ok=True))
        scenario, model, graph = self._built(params)
        weights = load_weights(moved)
        for variable in graph.weights:
            variable.assign(weights[variable.path])
        predict = load_prediction_function(moved, inputs=scenario.data.input_layer_specs())
        mode, setup, generator = self._sources(params)[-1]
        for batch in islice(self._batches(params, mode, setup, generator), BATCHES):
            inputs = _tensors(batch.inputs)
            expected = model.export_graphs(inputs, graph.prediction_outputs(inputs))["default"]
            outputs = predict(batch.inputs)
            assert set(outputs) == set(expected), f"outputs must be {sorted(expected)}, got {sorted(outputs)}"
            for name, tensor in outputs.items():
                _check_equal(f"the output {name!r}", tensor.numpy(), np.asarray(expected[name]), self.tolerance)

    def test_the_onnx_model_computes_what_the_bundle_computes(self) -> None:
        """The exported graph has an equivalent in ONNX, whose outputs are the same on samples of the validation."""
        if not self.onnx:
            raise unittest.SkipTest("`onnx = True` tries an ONNX model of the bundle")
        from tfaip.model.stored.onnx_export import export_onnx

        params, _ = self._run()
        copied = shutil.copytree(self._export(), self._folder / "onnx")
        batches = [batch.inputs for batch in islice(self._batches(params, *self._sources(params)[-1]), BATCHES)]
        exported = export_onnx(copied, batches, tolerance=self.tolerance)
        assert exported.differences, "the validation must have samples, got none"

    def test_the_predictor_predicts_and_prints_samples(self) -> None:
        """Samples come back with their outputs, go through post-processing, and can be printed in words."""
        params, _ = self._run()
        mode, setup, generator = self._sources(params)[-1]
        predictor_params = upper_floor("predict").PredictorParams(pipeline=setup, include_targets=True)
        predictor = created(self.scenario, "create_predictor", self._export(), predictor_params)
        predicted: Any = predictor.predict(generator)  # a generator, of which only a part is read
        with closing(predicted):
            samples = list(islice(predicted, BATCHES * setup.batch_size))
        assert samples, f"the predictor must give samples, but gave none of {generator} ({mode})"
        model, said = created(self.scenario(params.scenario), "create_model"), list[str]()
        for sample in samples:
            assert sample.outputs, f"a predicted sample must have outputs, got {sample}"
            model.print_evaluate(sample, predictor.data, said.append)
        assert all(isinstance(words, str) for words in said), "`_print_evaluate` must print text"

    def test_load_and_validate_finds_what_the_training_found(self) -> None:
        """Losses and metrics of the exported model are those of the training's last validation."""
        params, logs = self._run()
        _, setup, generator = self._sources(params)[-1]
        lav_params = upper_floor("predict").LAVParams(pipeline=setup, silent=True)
        (result,) = created(self.scenario, "create_lav", self._export(), lav_params).run([generator])
        for name, value in result.metrics.items():
            assert np.isfinite(value), f"{name!r} must be finite, got {value}"
            if f"val_{name}" in logs:
                _check_equal(f"{name!r} of load and validate", value, logs[f"val_{name}"], max(self.tolerance, 1e-4))

    # The base of the checks.

    @classmethod
    def _run(cls) -> tuple[TrainerParams, dict[str, float]]:
        """Train once for all checks."""
        if cls._trained is None:
            params = cls.trainer_params()
            params.output_dir = cls._folder / "run"
            params.overwrite = True
            cls._trained = params, created(cls.scenario, "create_trainer", params).train()
        return cls._trained

    @classmethod
    def _export(cls) -> Path:
        return cls._folder / "run" / "export"

    @classmethod
    def _built(cls, params: TrainerParams) -> tuple[Any, Any, Any]:
        import keras

        keras.utils.set_random_seed(1)
        scenario = cls.scenario(cls.scenario.tagged(params.scenario))
        model = created(scenario, "create_model")
        return scenario, model, model.build_graph(scenario.data)

    @staticmethod
    def _sources(params: TrainerParams) -> list[tuple[PipelineMode, DataPipelineParams, DataGeneratorParams]]:
        """Training's and, where there is any, validation's."""
        gen = params.gen
        sources = [(PipelineMode.TRAINING, gen.setup.train, gen.training_samples())]
        if (val := gen.validation_samples()) is not None:
            sources.append((PipelineMode.EVALUATION, gen.setup.val, val))
        return sources

    @classmethod
    def _batches(
        cls, params: TrainerParams, mode: PipelineMode, setup: DataPipelineParams, generator: DataGeneratorParams
    ) -> Iterator[Batch]:
        data = cls.scenario(params.scenario).data
        adapt_processors(data, params.gen.training_samples(), cls._folder / "statistics")
        pipeline = data.create_pipeline(mode, setup, generator, seed=params.random_seed or 0)
        with pipeline.generate_input_batches(repeat=False) as batches:
            yield from batches


def _tensors(arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    import tensorflow as tf

    return {name: tf.convert_to_tensor(array) for name, array in arrays.items()}


def _check_array(where: str, array: np.ndarray, spec: Any) -> None:
    shape = array.shape[1:]
    fits = len(shape) == len(spec.shape) and all(
        wanted in (None, found) for wanted, found in zip(spec.shape, shape, strict=True)
    )
    assert fits, f"{where} must have the shape {spec.shape} of its spec, got {shape}"
    assert array.dtype == spec.dtype, f"{where} must have the type {spec.dtype} of its spec, got {array.dtype}"
    if array.dtype.kind == "f":
        assert np.isfinite(array).all(), f"{where} must be finite"


def _check_equal(what: str, found: Any, expected: Any, tolerance: float) -> None:
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape, f"{what} must have the shape {expected.shape}, got {found.shape}"
    if found.dtype.kind == "f":
        np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance, err_msg=what)
    else:
        np.testing.assert_array_equal(found, expected, what)
