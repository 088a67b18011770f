"""Mistakes in code that data, model and graph are built of: one message that names the line, and exit code 2."""

import importlib

import pytest

from commands import COMMANDS

SCENARIO = "broken:BrokenScenario"
RUN = ["--trainer.epochs", "1", "--trainer.progress", "off", "--train.num_processes", "0", "--val.num_processes", "0"]


@pytest.fixture
def command(capsys, monkeypatch):
    """Run a command in this process; return its exit code and what it says."""

    def run(name, *words):
        module = importlib.import_module(COMMANDS[f"tfaip-{name.replace('_', '-')}"].module)
        # The console's handler would stay for the tests that follow in this process.
        monkeypatch.setattr(module, "log_to_console", lambda: None, raising=False)
        with pytest.raises(SystemExit) as ended:
            module.main(list(map(str, words)))
        return ended.value.code, capsys.readouterr().err

    return run


GRAPHS = {
    "TypoInGraph": "GraphWithTypo.call (broken.py:",
    "NumpyInGraph": "GraphWithNumpy.call (broken.py:",
    "NoDictOfOutputs": "GraphWithoutDict.call must return a dict of named tensors",
}


@pytest.mark.parametrize("mistake", GRAPHS)
@pytest.mark.parametrize("option", [["--summary"], RUN])
def test_a_mistake_in_the_graph_names_its_line(command, mistake, option):
    code, said = command("train", SCENARIO, "--model.mistake", mistake, *option)
    assert code == 2
    assert GRAPHS[mistake] in said
    assert "Traceback" not in said


def test_the_summary_suggests_names_as_the_check_does(command):
    _, said = command("train", SCENARIO, "--model.mistake", "TypoInGraph", "--summary")
    assert "graph: GraphWithTypo.call" in said
    assert "did you mean 'point'?" in said


def test_a_mistake_in_a_loss_ends_a_training_before_its_first_step(command, tmp_path):
    words = [SCENARIO, "--model.mistake", "TypoInLoss", *RUN, "--trainer.output_dir", tmp_path / "run"]
    code, said = command("train", *words)
    assert code == 2
    assert "TypoInLoss._loss (broken.py:" in said
    assert "--log_level DEBUG shows the traceback" in said


@pytest.mark.parametrize("processes", ["0", "1"])
@pytest.mark.takes_long
def test_a_mistake_in_a_generator_is_named_by_the_benchmark(command, processes):
    words = [SCENARIO, "--train.mistake", "FailingGenerator", "--train.num_processes", processes]
    code, said = command("benchmark_input_pipeline", *words, "--time_limit", "0.1")
    assert code == 2
    assert "FailingGenerator" in said
    assert "(broken.py:" in said
    assert "has no attribute '_point'" in said
    assert "Traceback" not in said
