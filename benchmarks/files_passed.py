"""Counts the files that a sample passes from the generator to the training step, and those that set up its pipeline.

    python benchmarks/files_passed.py
    python benchmarks/files_passed.py --most 18

Calls are traced in this process, in TensorFlow's threads, and in the workers: a file counts where one of its functions
runs, other than by being imported. *Set-up* is all that `create_pipeline` and `open_batches` do in a process that has
made such a pipeline before, the trial of the first sample included: here without workers, then with two of them and
`input_dataset`. *Sample* is what runs, workers included, while a compiled loop trains. With `--most`, more files in the
set-up without workers, or of a sample, are an error.
"""

from __future__ import annotations

import argparse
import atexit
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

from tfaip.params import params
from tfaip.pipeline import (
    ArraySpec,
    DataBase,
    DataBaseParams,
    DataGenerator,
    DataGeneratorParams,
    DataPipelineParams,
    DataProcessorParams,
    MappingDataProcessor,
    PipelineMode,
    Sample,
    SequentialProcessorPipelineParams,
)

FOLDER = "TFAIP_FILES_PASSED"
"""Variable of the environment: where workers write what they have traced."""

BATCH, WORKERS = 16, 2
PHASES = "set-up", f"set-up with {WORKERS} workers", "sample"
WARM_UP_STEPS, STEPS = 100, 400
SET_UP_READS = 1
"""So many samples are read while a pipeline is set up: the one that is tried out."""


class Trace:
    """The project's files of which functions run, by phase."""

    def __init__(self) -> None:
        self.files: dict[str, set[str]] = {phase: set() for phase in PHASES}
        self._seen = self.files[PHASES[1]]

    def enter(self, phase: str) -> None:
        """Count calls for another phase from now on."""
        self._seen = self.files.setdefault(phase, set())

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        """Called by Python for each call of a function."""
        if event != "call" or "/tfaip/" not in (name := frame.f_code.co_filename):
            return
        file = name[name.rindex("/tfaip/") + 1 :]
        if file not in self._seen and not _is_imported(frame):
            self._seen.add(file)

    def write(self, path: Path) -> None:
        """Write what was seen as JSON."""
        path.write_text(json.dumps({phase: sorted(files) for phase, files in self.files.items()}))


def _is_imported(frame: FrameType | None) -> bool:
    """Whether a module runs that is imported now, which happens once."""
    while frame is not None:
        if frame.f_code.co_name == "<module>" and frame.f_globals["__name__"] != "__main__":
            return True
        frame = frame.f_back
    return False


TRACE = Trace()


@params
class PointsParams(DataGeneratorParams):
    """Random points."""

    def cls(self) -> type[Points]:
        """The generator."""
        return Points


class Points(DataGenerator[PointsParams]):
    """Reads points, and tells the trace of a worker when the set-up is over."""

    reads = 0

    def __len__(self) -> int:
        """Enough for one pass."""
        return 1_000_000

    def __getitem__(self, index: int) -> Sample:
        """A point and its direction."""
        self.reads += 1
        if self.reads == SET_UP_READS + 1:
            TRACE.enter("warm-up")
        if self.reads == SET_UP_READS + WARM_UP_STEPS * BATCH // WORKERS // 2:
            TRACE.enter(PHASES[2])
        return Sample(inputs={"x": np.full(4, index % 7, "float32")}, targets={"y": np.array([index % 2])})


@params
class NoiseParams(DataProcessorParams):
    """Noise."""

    def cls(self) -> type[Noise]:
        """The processor."""
        return Noise


class Noise(MappingDataProcessor[NoiseParams]):
    """Adds noise from the sample's own random numbers."""

    def apply(self, sample: Sample) -> Sample:
        """The sample with noise."""
        return sample.new_inputs({"x": sample.inputs["x"] + sample.rng.normal(0, 0.1, 4).astype("float32")})


@params
class PointsDataParams(DataBaseParams):
    """Data of the points."""

    def cls(self) -> type[PointsData]:
        """The data."""
        return PointsData


class PointsData(DataBase[PointsDataParams]):
    """The looks of the points."""

    def _input_layer_specs(self) -> Mapping[str, ArraySpec]:
        return {"x": ArraySpec([4], "float32")}

    def _target_layer_specs(self) -> Mapping[str, ArraySpec]:
        return {"y": ArraySpec([1], "int64")}


def trace_worker() -> None:
    """Trace this process from now on, if it is a worker of the benchmark."""
    if FOLDER in os.environ and "-c" in sys.orig_argv:
        atexit.register(TRACE.write, Path(os.environ[FOLDER]) / f"{os.getpid()}.json")
        sys.setprofile(TRACE)


@contextmanager
def traced(phase: str) -> Iterator[None]:
    """Trace this thread."""
    TRACE.enter(phase)
    sys.setprofile(TRACE)
    try:
        yield
    finally:
        sys.setprofile(None)
        TRACE.enter("between")


def make_data() -> DataBase[Any]:
    """The data with its processor."""
    return PointsDataParams(pre_proc=SequentialProcessorPipelineParams(processors=[NoiseParams()])).create()


def set_up() -> None:
    """Open a pipeline without workers, for the second time."""
    setup, generator, data = DataPipelineParams(batch_size=BATCH, num_processes=0), PointsParams(), make_data()
    data.create_pipeline(PipelineMode.TRAINING, setup, generator).open_batches().close()
    with traced(PHASES[0]):
        batches = data.create_pipeline(PipelineMode.TRAINING, setup, generator).open_batches()
    batches.close()


def train() -> None:
    """Train a small model on batches from workers."""
    import tensorflow as tf

    from tfaip.pipeline import InputDataset
    from tfaip.trainer.loop.compiled_loop import CompiledLoop

    class TracedDataset(InputDataset):
        def _next(self, number: Any) -> list[Any]:
            sys.setprofile(TRACE)  # a thread of TensorFlow's
            return super()._next(number)

    weights = tf.Variable(tf.zeros((4, 2)))

    def step(inputs: Any, targets: Any) -> None:
        with tf.GradientTape() as tape:
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(targets["y"][:, 0], inputs["x"] @ weights)
            loss = tf.reduce_mean(losses)
        weights.assign_sub(0.1 * tape.gradient(loss, weights))

    setup, generator = DataPipelineParams(batch_size=BATCH, num_processes=WORKERS), PointsParams()
    data = make_data()
    with traced(PHASES[1]):
        pipeline = data.create_pipeline(PipelineMode.TRAINING, setup, generator)
        pipeline.input_dataset_cls = lambda: TracedDataset  # type: ignore[method-assign]
        dataset = pipeline.input_dataset()
    with dataset:
        iterator = iter(dataset.dataset.prefetch(2))
        loop = CompiledLoop(step, steps_per_call=WARM_UP_STEPS)
        loop(iterator)
        with traced(PHASES[2]):
            for _ in range(STEPS // WARM_UP_STEPS):
                loop(iterator)
        del iterator


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, help="files that are allowed in each phase")
    most = parser.parse_args().most
    with tempfile.TemporaryDirectory() as folder:
        os.environ[FOLDER] = folder
        set_up()
        train()
        workers = [json.loads(path.read_text()) for path in Path(folder).glob("*.json")]
    assert len(workers) == WORKERS
    too_many = False
    for phase in PHASES:
        here, there = TRACE.files[phase], {file for worker in workers for file in worker[phase]}
        print(f"{phase}: {len(here | there)} files, {len(here)} of them in this process, {len(there)} in a worker")
        for file in sorted(here | there):
            print(f"    {'*' if file in here else ' '}{'w' if file in there else ' '} {file}")
        too_many |= most is not None and phase != PHASES[1] and len(here | there) > most
    return int(too_many)


trace_worker()

if __name__ == "__main__":
    import files_passed  # type: ignore[import-not-found]  # by its name, so that workers can import it

    raise SystemExit(files_passed.main())
