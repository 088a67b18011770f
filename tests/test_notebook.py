"""A training in a real notebook kernel: one display that is updated, a history, an interrupt, a thread."""

import nbformat
import pytest
from nbclient import NotebookClient

SETUP = """
from tfaip.model.testing.points.scenario import PointsScenario

def trainer(epochs):
    params = PointsScenario.default_trainer_params()
    params.epochs, params.output_dir, params.overwrite = epochs, "run", True
    params.scenario.export_serve = False
    return PointsScenario.create_trainer(params)
"""
INTERRUPTED = """
import os, signal, threading
threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()  # as "interrupt kernel" does
try:
    trainer(10**6).train()
except KeyboardInterrupt:
    print("stopped, and can go on:", os.listdir("run/checkpoint") != [])
"""
IN_A_THREAD = """
thread = threading.Thread(target=lambda: print(sorted(trainer(1).train())))
thread.start()
thread.join()
"""


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """The outputs of each cell."""
    notebook = nbformat.v4.new_notebook()
    run = "history = trainer(2).train()"
    cells = [SETUP, run, "history", run, INTERRUPTED, IN_A_THREAD]
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in cells]
    folder = tmp_path_factory.mktemp("notebook")
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": folder}}).execute()
    return [cell.outputs for cell in notebook.cells]


@pytest.mark.parametrize("cell", [1, 3], ids=["run", "run again"])
def test_a_training_shows_one_display_and_nothing_else(outputs, cell):
    (display,) = outputs[cell]
    html = display["data"]["text/html"]
    assert html.startswith("<table>")
    assert html.count("<tr") == 3
    assert "preparing" not in html


def test_a_history_is_shown_as_a_table(outputs):
    (result,) = outputs[2]
    assert result["data"]["text/html"].count("<tr") == 3


def test_an_interrupt_writes_a_checkpoint_and_says_how_to_go_on(outputs):
    display, *streams = outputs[4]
    text = "".join(stream["text"] for stream in streams)
    assert "ended by" in display["data"]["text/html"]
    assert "stopped, and can go on: True" in text
    assert "tfaip-resume-training run" in text


def test_a_training_in_a_thread_is_shown_too(outputs):
    shown = {output.get("output_type"): output for output in outputs[5]}
    assert shown["display_data"]["data"]["text/html"].startswith("<table>")
    assert "val_loss" in shown["stream"]["text"]
