"""The test kit for scenarios: a good scenario passes it, and each kind of bad one fails where it should."""

import keras
import numpy as np
import pytest

from examples.tutorial.min.scenario import TutorialScenario
from tfaip.model.testing import ScenarioChecks
from tfaip.model.testing.points.data import Jitter, PointsData, PointsGenerator
from tfaip.model.testing.points.model import PointsGraph, PointsModel
from tfaip.model.testing.points.params import PointsDataParams, PointsPipelineParams
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.pipeline import ArraySpec


class TestPoints(ScenarioChecks):
    scenario = PointsScenario


class TestTutorial(ScenarioChecks):
    scenario = TutorialScenario


CHECKS = [name for name in vars(ScenarioChecks) if name.startswith("test_")]


def failing_checks(scenario, only):
    """Names of the checks among `only` that fail, with what they say."""

    class Checks(ScenarioChecks):
        pass

    Checks.scenario = scenario
    Checks.setup_class()
    failed = {}
    try:
        for name in only:
            try:
                getattr(Checks(), name)()
            except Exception as error:
                failed[name] = f"{type(error).__name__}: {error}"
    finally:
        Checks.teardown_class()
    return failed


SAMPLES, STEP = "test_samples_fit_the_specs", "test_a_training_step_has_finite_losses_and_gradients"
RUN, PREDICTOR = "test_the_training_runs_and_exports", "test_the_predictor_predicts_and_prints_samples"
BUNDLE, WORKERS = "test_a_moved_bundle_predicts_what_the_graph_predicts", "test_workers_give_the_same_samples"
LAV = "test_load_and_validate_finds_what_the_training_found"


def variant(monkeypatch, cls, **members):
    """The points with some members of one of its classes replaced."""
    for name, value in members.items():
        monkeypatch.setattr(cls, name, value, raising=False)
    return PointsScenario


class NoLogits(PointsGraph):
    def call(self, inputs, training=None):
        outputs = super().call(inputs, training=training)
        del outputs["logits"]
        return outputs


class NoClass(PointsGraph):
    def call(self, inputs, training=None):
        outputs = super().call(inputs, training=training)
        del outputs["class"]
        return outputs


class Noisy(PointsGraph):
    """Draws at random in prediction too."""

    def __init__(self, params, **kwargs):
        super().__init__(params, **kwargs)
        self.seeds = keras.random.SeedGenerator(1)

    def call(self, inputs, training=None):
        point = inputs["point"] + keras.random.normal(keras.ops.shape(inputs["point"]), seed=self.seeds)
        return super().call({"point": point}, training=training)


def broken(name, monkeypatch):
    if name == "shape":
        specs = lambda self: {"point": ArraySpec((3,), np.float32)}  # noqa: E731
        return variant(monkeypatch, PointsData, _input_layer_specs=specs)
    if name == "type":
        specs = lambda self: {"point": ArraySpec((2,), np.uint8)}  # noqa: E731
        return variant(monkeypatch, PointsData, _input_layer_specs=specs)
    if name == "missing target":
        specs = lambda self: {"direction": ArraySpec((1,), np.int64), "other": ArraySpec((1,), np.int64)}  # noqa: E731
        return variant(monkeypatch, PointsData, _target_layer_specs=specs)
    if name == "no samples":
        return variant(monkeypatch, PointsGenerator, __len__=lambda self: 0)
    if name == "own random numbers":
        random = np.random.default_rng()
        apply = lambda self, sample: sample.new_inputs({"point": random.random(2).astype(np.float32)})  # noqa: E731
        return variant(monkeypatch, Jitter, apply=apply)
    if name == "no gradient":
        loss = lambda self, inputs, targets, outputs: {"l": keras.ops.mean(inputs["point"])}  # noqa: E731
        return variant(monkeypatch, PointsModel, _loss=loss)
    if name == "infinite loss":
        loss = lambda self, inputs, targets, outputs: {"l": keras.ops.mean(outputs["logits"]) / 0.0}  # noqa: E731
        return variant(monkeypatch, PointsModel, _loss=loss)
    if name == "unknown best log":
        return variant(monkeypatch, PointsModel, _best_logging_settings=lambda self: ("max", "accuracy"))
    if name == "printing":
        say = lambda self, sample, data, print_fn=print: print_fn(sample.outputs["nothing"])  # noqa: E731
        return variant(monkeypatch, PointsModel, _print_evaluate=say)
    graph = {"no logits": NoLogits, "no class": NoClass, "noisy": Noisy}[name]
    return variant(monkeypatch, PointsModel, create_graph=lambda self, params: graph(params))


@pytest.mark.parametrize(
    ("name", "check", "message"),
    [
        ("shape", SAMPLES, r"point.*\[3\]|\(3,\)"),
        ("type", SAMPLES, "point.*(uint8|float32)"),
        ("missing target", SAMPLES, "other"),
        ("no samples", SAMPLES, "pipeline must give samples, but gave none"),
        ("own random numbers", WORKERS, "must not depend on num_processes: draw from sample.rng"),
        ("no gradient", STEP, "no weight has a gradient"),
        ("infinite loss", STEP, "the loss 'l' must be finite"),
        ("no logits", STEP, "logits"),
        ("no class", PREDICTOR, "class"),
        ("unknown best log", RUN, "must name one of the logs"),
        ("printing", PREDICTOR, "nothing"),
        ("noisy", BUNDLE, "the output"),
    ],
)
def test_a_mistake_in_a_scenario_fails_the_check_of_it(monkeypatch, name, check, message):
    import re

    failed = failing_checks(broken(name, monkeypatch), [check])
    assert check in failed, f"{name} was not found"
    assert re.search(message, failed[check].replace("\n", " ")), failed[check]


@pytest.mark.takes_long
def test_a_scenario_that_loads_tensorflow_fails_the_check_of_it(tmp_path, monkeypatch):
    (tmp_path / "heavy_scenario.py").write_text(
        "import tensorflow\nfrom tfaip.model.testing.points.scenario import PointsScenario\n"
        "class HeavyScenario(PointsScenario):\n    pass\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    from heavy_scenario import HeavyScenario

    (said,) = failing_checks(HeavyScenario, ["test_the_scenario_loads_without_tensorflow"]).values()
    assert "heavy_scenario must load without TensorFlow, but it imports tensorflow" in said


def test_validation_that_differs_from_the_training_fails_the_check_of_it(monkeypatch):
    original = PointsScenario.create_lav.__func__

    def other_lav(cls, path, params):
        lav = original(cls, path, params)
        run = lav.run
        lav.run = lambda generators: run([PointsPipelineParams().val.__class__(count=5, seed=9) for _ in generators])
        return lav

    monkeypatch.setattr(PointsScenario, "create_lav", classmethod(other_lav))
    assert "of load and validate" in failing_checks(PointsScenario, [LAV])[LAV]


def test_parameters_that_do_not_survive_a_file_fail_the_check_of_it(monkeypatch):
    monkeypatch.setattr(PointsDataParams, "__eq__", lambda self, other: False)
    said = failing_checks(PointsScenario, ["test_parameters_survive_a_file"])
    assert "must be the same after writing and reading" in said["test_parameters_survive_a_file"]


def test_the_kit_ships_without_pytest():
    import subprocess
    import sys

    code = "import sys; sys.modules['pytest'] = None; from tfaip.model.testing import ScenarioChecks"
    subprocess.run([sys.executable, "-c", code], check=True)
