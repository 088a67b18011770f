import functools
import io
import logging
from types import SimpleNamespace

import keras
import pytest
from rich.console import Console

from tfaip.model import Evaluator
from tfaip.model.testing.points.model import PointsGraph, PointsModel
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.params.trust.same_modules import command_with_same_modules
from tfaip.trainer import Trainer
from tfaip.trainer.cli import train
from tfaip.trainer.cli.check_console import ConsoleStages
from tfaip.trainer.preflight import PreflightError, check, check_scenario, thread_counts
from tfaip.trainer.preflight.stages import Stage
from tfaip.trainer.preflight.step_time import measure_steps


class WrongNames(Evaluator):
    def __enter__(self):
        self.wrong = 0
        return self

    def update_state(self, sample):
        assert sample.targets is not None
        self.wrong += sample.outputs["name"] == ""

    def result(self):
        return {"wrong": self.wrong, "picture": b"no number"}


@pytest.fixture
def checked(points_params, monkeypatch):
    """Check the points, with attributes of their model replaced; return what the stages have found."""
    monkeypatch.setattr(check, "measure_steps", functools.partial(measure_steps, seconds=0.01))
    monkeypatch.setattr(PointsScenario, "evaluator_cls", classmethod(lambda cls: WrongNames))

    def run(params=None, **attributes):
        for name, value in attributes.items():
            monkeypatch.setattr(PointsModel, name, value)
        stages = {}
        params = params or points_params(None)
        check_scenario(PointsScenario, params, lambda s: stages.update({s.name: s.findings}), measure_threads=False)
        return stages

    return run


def test_each_step_is_named_as_it_begins(points_params, monkeypatch):
    monkeypatch.setattr(check, "measure_steps", functools.partial(measure_steps, seconds=0.01))
    monkeypatch.setattr(thread_counts, "_measured", lambda params, count: 1.0 / count)
    told = []
    check_scenario(
        PointsScenario, points_params(None), lambda stage: told.append((stage.name, "ends")), begin=told.append
    )
    names = [name for name in told if isinstance(name, str)]
    assert told == [word for name in names for word in (name, (name, "ends"))]
    assert names[-1] == "speed"  # threads are tried on demand


def test_a_file_shows_the_beginning_of_each_step_and_a_terminal_a_spinner_with_seconds():
    written, shown = io.StringIO(), io.StringIO()
    for file, is_terminal in ((written, False), (shown, True)):
        with ConsoleStages(Console(file=file, force_terminal=is_terminal, width=80)) as console:
            console.begin("export")
            console.end(Stage("export", ["a bundle"], 1.25))
    assert written.getvalue().splitlines()[0] == "… export: writing a bundle, and loading it again"
    assert "0:00:00" in shown.getvalue()
    assert "1.2 s" in written.getvalue()


@pytest.mark.parametrize(
    ("words", "left", "threads"),
    [
        (["--check", "threads", "--trainer.epochs", "3"], ["--check", "--trainer.epochs", "3"], True),
        (["--check=threads"], ["--check"], True),
        (["--check"], ["--check"], False),
        (["--x", "threads"], ["--x", "threads"], False),
    ],
)
def test_threads_are_a_word_of_the_check(words, left, threads):
    assert train._without_threads(words) == (left, threads)


def test_durations_are_those_of_people():
    durations = [check._duration(seconds) for seconds in (0.123, 42.4, 125, 12000, 400000)]
    assert durations == ["0.12 s", "42 s", "2 min", "3 h 20 min", "5 days"]


@pytest.mark.parametrize("log", ["wrong", "val_wrong"])
def test_the_best_model_may_be_chosen_by_a_figure_of_the_evaluator(checked, points_params, log):
    params = points_params(None, evaluate_validation=True)
    found = checked(params, _best_logging_settings=lambda self: ("min", log))
    assert found["best model"] == ["the lowest val_wrong"]


def test_a_wrong_log_is_answered_by_all_names_that_the_training_knows(checked, points_params):
    params = points_params(None, evaluate_validation=True)
    with pytest.raises(PreflightError, match="logs loss, ce, acc, val_loss, val_ce, val_acc, val_wrong; got 'wrogn'$"):
        checked(params, _best_logging_settings=lambda self: ("min", "wrogn"))


def test_a_figure_of_an_evaluator_that_does_not_run_is_answered_by_what_runs_it(checked):
    with pytest.raises(PreflightError, match=r"got 'wrong'; --trainer\.evaluate_validation adds .*: val_wrong$"):
        checked(_best_logging_settings=lambda self: ("min", "wrong"))


def test_a_figure_of_load_and_validate_may_choose_the_best_model(checked, points_params, monkeypatch):
    params = points_params(None, lav_every_n=1)
    monkeypatch.setattr(type(params.gen), "lav_gen", lambda self: [self.val])
    found = checked(params, _best_logging_settings=lambda self: ("min", "lav_l0_wrong"))
    assert found["best model"] == ["the lowest lav_l0_wrong"]


def test_an_output_with_rows_of_no_sample_is_told_by_the_validation(checked, monkeypatch):
    def predicted(self, inputs):
        logits = self.logits(self.hidden(inputs["point"]))
        return {"class": keras.ops.argmax(logits, axis=-1), "twice": keras.ops.concatenate([logits, logits])}

    monkeypatch.setattr(PointsGraph, "build_prediction_graph", predicted)
    with pytest.raises(PreflightError, match="validation: .*one row for each sample .* for 'twice'"):
        checked(_print_evaluate=lambda *_: None)


def test_samples_are_printed_without_targets_too(checked):
    def print_target(self, sample, data, print_fn=print):
        print_fn(str(sample.targets["direction"]))

    with pytest.raises(PreflightError, match=r"(?s)validation: .*print_target \(.*as in tfaip-predict"):
        checked(_print_evaluate=print_target)


def test_the_trainer_of_the_scenario_is_checked(checked, monkeypatch):
    class OwnTrainer(Trainer):
        def create_callbacks(self):
            raise LookupError("no such callback")

    monkeypatch.setattr(PointsScenario, "trainer_cls", classmethod(lambda cls: OwnTrainer))
    with pytest.raises(PreflightError, match=r"trainer: .*OwnTrainer\.create_callbacks \(.*no such callback"):
        checked()


def test_the_prediction_graph_is_traced_and_never_run_eagerly(checked, monkeypatch, caplog):
    eager = []

    def build_prediction_graph(self, inputs):
        eager.append(hasattr(inputs["point"], "numpy"))
        return self._call(inputs, training=False)

    monkeypatch.setattr(PointsGraph, "build_prediction_graph", build_prediction_graph)
    with caplog.at_level(logging.INFO):
        checked()
    assert True not in eager
    assert False in eager
    assert "Tracing the prediction graph" in caplog.text


def test_threads_are_measured_in_a_process_that_finds_the_same_modules(points_params, monkeypatch):
    started = []

    def run(command, **options):
        started.append((command, options))
        return SimpleNamespace(returncode=0, stdout='{"seconds_per_step": 1.0}')

    monkeypatch.setattr(thread_counts.subprocess, "run", run)
    params = points_params(None)
    params.scenario.scenario = "lab.scenario:LabScenario"
    assert thread_counts.fastest_thread_count(params, lambda words: None) == 1
    command, options = started[0]
    expected = command_with_same_modules("from tfaip.trainer.preflight.step_time import main; main()")
    assert command[: len(expected)] == expected
    assert command[len(expected) + 1 :] == ["lab", "tfaip"]
    assert "env" not in options
