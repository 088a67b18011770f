"""A scenario in the cells of a real notebook kernel: trained, interrupted, resumed, changed, used."""

import nbformat
import pytest
from nbclient import NotebookClient

SETUP = """
import os
import numpy as np
from tfaip.model import *
from tfaip.model import keras
from tfaip.params import field, params
from tfaip.pipeline import *

@params
class LineParams(DataGeneratorParams):
    count: int = field(default=64, help="Number of samples")

class Line(ArrayGenerator[LineParams]):
    def arrays(self):
        x = np.linspace(-1, 1, self.params.count, dtype="float32")
        return {"x": x}, {"y": 2 * x}

class LineData(DataBase):
    def _input_layer_specs(self):
        return {"x": ArraySpec((1,), "float32")}

    def _target_layer_specs(self):
        return {"y": ArraySpec((1,), "float32")}

@params
class LineModelParams(ModelBaseParams):
    units: int = field(default=4, help="Units")

class LineGraph(GraphBase[LineModelParams]):
    def __init__(self, params, **kwargs):
        super().__init__(params, **kwargs)
        self.hidden, self.out = keras.layers.Dense(params.units), keras.layers.Dense(1)

    def call(self, inputs, training=None):
        return {"y": self.out(self.hidden(inputs["x"]))}

class LineModel(ModelBase[LineModelParams]):
    def _loss(self, inputs, targets, outputs):
        return {"mse": keras.losses.mean_squared_error(targets["y"], outputs["y"])}

class Lines(ScenarioOf[LineData, LineModel, Line]):
    pass
"""
PROCESSOR = """
@params
class ShiftParams(DataProcessorParams):
    by: float = field(default=0.0, help="Distance")

class Shift(MappingDataProcessor[ShiftParams]):
    def apply(self, sample):
        return sample.new_meta({"pid": os.getpid(), "version": 1})

def trainer(epochs):
    params = Lines.default_trainer_params()
    params.epochs, params.output_dir, params.overwrite = epochs, "run", True
    params.scenario.data.pre_proc = SequentialProcessorPipelineParams(processors=[ShiftParams()])
    params.gen.setup.train.num_processes, params.gen.setup.val.num_processes = 1, 0
    return Lines.create_trainer(params)
"""
RUN = "history = trainer(2).train()"
INTERRUPTED = """
import signal
def interrupt(epoch, logs):
    if epoch == 0:  # a second one would end the kernel
        os.kill(os.getpid(), signal.SIGINT)  # as "interrupt kernel" does

stopped = trainer(10**6)
stopped.callbacks = [keras.callbacks.LambdaCallback(on_epoch_end=interrupt)]
try:
    stopped.train()
except KeyboardInterrupt:
    print("stopped, and can go on:", os.listdir("run/checkpoint") != [])
"""
RESUMED = """
stopped.callbacks, stopped.params.epochs = [], 3
goes_on = stopped.resume()
"""
PREDICTED = """
from tfaip.predict import PredictorParams
def predicted():
    predictor = Lines.create_predictor(history.export, PredictorParams())
    predictor.params.pipeline.num_processes = 1
    samples = list(predictor.predict(LineParams(count=8)))
    meta = [sample.meta for sample in samples]
    print(len(samples), {each["version"] for each in meta}, any(each["pid"] == os.getpid() for each in meta))
predicted()
"""
AGAIN = PROCESSOR.replace('"version": 1', '"version": 2')
SLOW = """
import tensorflow as tf
class Shift(MappingDataProcessor[ShiftParams]):
    def apply(self, sample):
        return sample.new_meta({"pid": os.getpid(), "version": tf.constant(3).numpy().item()})
predicted()
predicted()
"""
IN_A_THREAD = """
import threading
thread = threading.Thread(target=lambda: print(sorted(trainer(1).train())))
thread.start()
thread.join()
"""
CELLS = {
    "setup": SETUP,
    "processor": PROCESSOR,
    "run": RUN,
    "history": "history",
    "run again": RUN,
    "predicted": PREDICTED,
    "processor again": AGAIN,
    "predicted again": "predicted()",
    "slow": SLOW,
    "thread": IN_A_THREAD,
    "interrupted": INTERRUPTED,
    "resumed": RESUMED,
}


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """The outputs of each cell."""
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in CELLS.values()]
    folder = tmp_path_factory.mktemp("notebook")
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": folder}}).execute()
    return dict(zip(CELLS, [cell.outputs for cell in notebook.cells], strict=True))


def text_of(outputs):
    return "".join(output["text"] for output in outputs if output.output_type == "stream")


@pytest.mark.parametrize("cell", ["setup", "processor", "processor again"])
def test_definitions_and_imports_show_nothing(outputs, cell):
    assert outputs[cell] == []


@pytest.mark.parametrize("cell", ["run", "run again"])
def test_a_training_shows_one_display_and_nothing_else(outputs, cell):
    (display,) = outputs[cell]
    html = display["data"]["text/html"]
    assert html.startswith("<table>")
    assert html.count("<tr") == 3
    assert "preparing" not in html


def test_a_history_is_shown_as_a_table(outputs):
    (result,) = outputs["history"]
    assert result["data"]["text/html"].count("<tr") == 3


def test_a_processor_of_a_cell_runs_in_a_worker_and_a_cell_that_runs_again_is_taken_over(outputs):
    assert text_of(outputs["predicted"]).endswith("8 {1} False\n")
    assert text_of(outputs["predicted again"]).endswith("8 {2} False\n")


def test_a_cell_that_brings_tensorflow_into_the_workers_is_named_once(outputs):
    text = text_of(outputs["slow"])
    assert text.count("8 {3} False\n") == 2
    assert text.count("Worker processes are slow to start, and large: ") == 1
    assert "in Shift.apply loads TensorFlow" in text


def test_an_interrupt_writes_a_checkpoint_and_says_in_words_how_to_go_on(outputs):
    display, *streams = outputs["interrupted"]
    text = text_of(streams)
    assert "ended by" in display["data"]["text/html"]
    assert "stopped, and can go on: True" in text
    assert "Stopped. Go on with: trainer.resume()" in text
    assert "tfaip-resume-training" not in text


def test_the_interrupted_training_goes_on(outputs):
    assert "Traceback" not in text_of(outputs["resumed"])
    assert outputs["resumed"][0]["data"]["text/html"].startswith("<table>")


def test_a_training_in_a_thread_is_shown_too(outputs):
    shown = {output.get("output_type"): output for output in outputs["thread"]}
    assert shown["display_data"]["data"]["text/html"].startswith("<table>")
    assert "val_loss" in shown["stream"]["text"]
