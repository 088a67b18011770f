"""Definitions of a notebook's cells, or of Python's prompt, work in worker processes."""

import subprocess
import sys
import threading
import types
from pathlib import Path

import pytest

from tfaip.pipeline.engine.processes import cells, pickling
from tfaip.pipeline.engine.processes.cells import Definitions, pickled_with_cells, unsendable_global

TESTS = Path(__file__).parent

SETUP = """
from pipeline_cases import *
import dataclasses, os, sys
import tensorflow as tf

@dataclasses.dataclass
class Box:
    width: int

class WrongBox(Exception):
    pass

@params
class CellsParams(DataGeneratorParams):
    count: int = 6
    def cls(self):
        return Cells

class Cells(DataGenerator[CellsParams]):
    def __len__(self):
        return self.params.count
    def generate(self):
        for index in range(self.params.count):
            yield make_sample(index).new_meta({"index": index, "box": Box(index)})
"""

PROCESSOR = """
OFFSET = 10

@params
class WidenParams(DataProcessorParams):
    by: int = 1
    def cls(self):
        return Widen

class Widen(MappingDataProcessor[WidenParams]):
    def shape(self) -> tf.TensorShape:
        return tf.TensorShape

    def apply(self, sample):
        if self.params.by < 0:
            raise WrongBox("too narrow")
        made = type(self.params)(by=3).by  # a params class is one in a worker too
        sample.meta.update(
            pid=os.getpid(), loaded="tensorflow" in sys.modules, box=Box(sample.meta["box"].width + OFFSET), made=made
        )
        return sample
"""

RUN = """
def metas(by=1):
    data = DataParams(pre_proc=SequentialProcessorPipelineParams(processors=[WidenParams(by=by)]))
    pipeline = make_pipeline(data=data, num_processes=2, generator=CellsParams(), batch_size=2)
    with pipeline.generate_input_batches(repeat=False) as batches:
        return [meta for batch in batches for meta in batch.meta]

def told():
    found = metas()
    assert all(type(meta["box"]) is Box and meta["made"] == 3 for meta in found)
    print(sorted(meta["box"].width for meta in found), any(meta["pid"] == os.getpid() for meta in found),
          any(meta["loaded"] for meta in found))

told()
try:
    metas(by=-1)
except WrongBox as error:
    print("told:", error)
"""


def typed(tmp_path, *parts):
    """The output of parts that run one after the other at Python's prompt, and what the log shows."""
    (tmp_path / "tensorflow.py").write_text("TensorShape = tuple\n")
    lines = []
    for number, text in enumerate(parts):
        (tmp_path / f"{number}.txt").write_text(text)
        lines.append(f"exec(compile(open('{number}.txt').read(), 'cell', 'exec', dont_inherit=True))\n")
    done = subprocess.run(
        [sys.executable, "-i", "-q"],
        input="".join(lines),
        env={"PYTHONPATH": f"{tmp_path}:{TESTS}"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout.splitlines(), done.stderr


def test_cells_run_in_workers_and_cells_that_run_again_are_taken_over(tmp_path):
    again = PROCESSOR.replace("OFFSET = 10", "OFFSET = 20")
    uses = again.replace("made = type", "made = tf and tf.TensorShape and type")
    shown, log = typed(tmp_path, SETUP, PROCESSOR, RUN, again, "told()", uses, "told()", "told()")
    assert shown == [
        "[10, 11, 12, 13, 14, 15] False False",
        "told: too narrow",
        "[20, 21, 22, 23, 24, 25] False False",
        "[20, 21, 22, 23, 24, 25] False True",  # a processor that uses TensorFlow gets it
        "[20, 21, 22, 23, 24, 25] False True",
    ]
    assert log.count("Worker processes are slow to start, and large: ") == 1
    assert "in Widen.apply loads TensorFlow. Move this import into the functions that need it" in log


@pytest.fixture
def main(monkeypatch):
    """The module `__main__` of a prompt, with a function that uses a global."""
    made = types.ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", made)
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    vars(made)["lock"] = threading.Lock()
    exec("def locked(sample):\n    with lock:\n        return sample\n", vars(made))
    return made


def test_a_global_that_cannot_be_sent_is_named_with_its_function(main):
    found = Definitions()
    with pytest.raises(TypeError, match="lock"):
        pickled_with_cells(main.locked, found=found)
    assert unsendable_global(found).startswith("locked uses lock (TypeError: cannot pickle")


def test_without_cloudpickle_the_refusal_says_what_to_install(main, monkeypatch):
    monkeypatch.setattr(cells, "has_cloudpickle", lambda: False)
    assert not cells.can_send_cells()
    assert pickling._words("Widen") == (
        "Widen is defined in a notebook or at a prompt, from where cloudpickle sends it to the worker processes: "
        "pip install 'tfaip-pipeline[notebook]'"
    )
